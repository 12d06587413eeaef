// SPDX-License-Identifier: Apache-2.0
// Why a source is used or not. The states are those of the selection (chronyc's selectdata); what is behind state M, no
// sample, is looked for in the counters and the authentication.
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <tactus/address.hpp>
#include <tactus/cmdmon.hpp>

#include "explain.hpp"

namespace tactus::cli {

namespace {

constexpr std::uint32_t samples_needed = 3;
constexpr std::uint32_t auth_symmetric = 1;
constexpr std::uint32_t auth_nts = 2;
// Bits of `tests`, of the last answer that was ours to judge.
constexpr std::uint32_t test_synchronised = 1u << 5;   // test 6
constexpr std::uint32_t test_root_distance = 1u << 4;  // test 7
constexpr std::uint32_t test_loop = 1u << 0;
constexpr std::uint32_t tests_of_delay = 0xeu;  // A, B, C

// What is known of one source.
struct Case {
  const ClockView& view;
  const tactus_source_row& source;
  const tactus_selectdata_row* selection = nullptr;
  const tactus_sourcestats_row* stats = nullptr;
  const tactus_ntpdata_row* ntp = nullptr;
  const tactus_authdata_row* auth = nullptr;
  char state = '?';

  [[nodiscard]] bool is_refclock() const { return source.mode == TACTUS_SOURCE_MODE_REFCLOCK; }
  [[nodiscard]] std::uint64_t dropped(std::string_view reason) const {
    std::uint64_t sum = 0;
    for (const tactus_drop_row& row : view.drops) {
      if (std::string_view(row.stage) == "ntp.client" && std::string_view(row.reason) == reason) sum += row.count;
    }
    return sum;
  }
};

void set(SourceExplanation& out, const char* trouble, std::string why, std::string remedy = {}) {
  out.trouble = trouble;
  out.why = std::move(why);
  out.remedy = std::move(remedy);
}

std::string count_of(std::uint64_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

// How far the source's time is from the clock's.
std::string claim(const tactus_source_row& source) {
  return fmt::format("it says that the clock is {} {}", spoken_seconds(source.offset_s),
                     source.offset_s > 0.0 ? "fast" : "slow");
}

// ---- no sample yet ----

// chrony's protocol tells how many sources are offline, not which: those that were not asked, or all that are silent.
bool is_offline(const Case& c) {
  if (!c.view.activity || c.view.activity->offline <= 0 || c.is_refclock()) return false;
  if (c.ntp != nullptr && c.ntp->total_transmitted == 0) return true;
  std::int32_t silent = 0;
  for (const tactus_source_row& source : c.view.sources) {
    const bool asked = source.mode != TACTUS_SOURCE_MODE_REFCLOCK && source.address.family != TACTUS_FAMILY_ID;
    if (asked && source.reach == 0) ++silent;
  }
  return c.view.activity->offline >= silent;
}

bool key_trouble(const Case& c, SourceExplanation& out) {
  if (c.auth == nullptr) return false;
  if (c.auth->mode == auth_symmetric && c.auth->key_type == 0) {
    set(out, "no_key", fmt::format("Key {} is not in the key file, so it cannot be asked.", c.auth->key_id),
        "Add the key to the file that keyfile names, then run tctl rekey.");
    return true;
  }
  if (c.auth->mode != auth_nts) return false;
  if (c.auth->nak != 0) {
    set(out, "nts_nak", "The server has forgotten the NTS keys; new ones are being fetched.");
    return true;
  }
  if (c.auth->last_ke_ago_s == TACTUS_AGO_NEVER && c.auth->cookies == 0) {
    set(out, "nts_keys",
        fmt::format("No NTS keys could be agreed on ({} so far).", count_of(c.auth->ke_attempts, "attempt")),
        "Check that its TCP port (4460) can be reached, that its certificate is valid for the configured name, and "
        "that "
        "the clock is not so wrong that certificates seem to be out of date.");
    return true;
  }
  return false;
}

// The server answers, and no answer was accepted.
void refused_answers(const Case& c, SourceExplanation& out) {
  const std::string answers = count_of(c.ntp->total_received, "answer");
  const bool authenticated = c.auth != nullptr && c.auth->mode != 0;
  const std::uint64_t bad_auth = c.dropped("failed_auth");
  const std::uint64_t unsynchronised = c.dropped("unsynchronised");
  if (authenticated && (bad_auth > 0 || unsynchronised == 0)) {
    set(out, "authentication_fails", fmt::format("None of its {} is authenticated as configured.", answers),
        c.auth->mode == auth_symmetric
            ? fmt::format(
                  "Give key {} the same number, type and secret on both sides; tctl rekey reads the file again.",
                  c.auth->key_id)
            : "Look into the log for what is wrong with NTS; tctl reset sources and tctl refresh begin anew.");
    return;
  }
  if (c.dropped("kod_rate") > 0 && unsynchronised == 0) {
    set(out, "told_to_slow_down", "It asks us to send fewer requests.", "Raise minpoll of this source.");
    return;
  }
  if (c.view.drops.empty() || unsynchronised > 0) {
    set(out, "server_unsynchronised",
        fmt::format("It has sent {}, but says that it is not synchronised itself (stratum 16 or leap status unknown).",
                    answers),
        "Bring the server's own clock in order, or use another server.");
    return;
  }
  set(out, "answers_refused", fmt::format("It has sent {}, none of which was accepted.", answers),
      "tctl drops tells for what reasons, tctl ntpdata which tests failed.");
}

void failed_measurements(const Case& c, SourceExplanation& out) {
  if ((c.ntp->tests & test_loop) == 0) {
    set(out, "loop", "It follows this clock, so its time would go round in circles.",
        "Let only one of the two follow the other.");
    return;
  }
  if ((c.ntp->tests & tests_of_delay) != tests_of_delay) {
    set(out, "delay_too_large",
        fmt::format("Its answers take too long ({} there and back): all measurements were refused.",
                    spoken_seconds(c.ntp->peer_delay_s)),
        "Raise maxdelay (or maxdelayratio, maxdelaydevratio) of this source, or use one that is nearer.");
    return;
  }
  set(out, "answers_refused", "Its answers are valid, but no measurement was accepted.",
      "tctl drops tells for what reasons.");
}

void few_samples(const Case& c, SourceExplanation& out) {
  const std::uint32_t samples = c.stats != nullptr ? c.stats->samples : 0;
  const double poll_s = std::ldexp(1.0, std::clamp<int>(c.source.poll_log2_s, -31, 31));
  if (samples >= samples_needed) {
    set(out, "few_samples", "Its samples do not fit a line, so they are of no use yet.", "Wait for more of them.");
    return;
  }
  set(out, "few_samples", fmt::format("It has {} of the {} samples that are needed.", samples, samples_needed),
      fmt::format("Wait: it is asked every {}; iburst makes the first ones quick.", spoken_seconds(poll_s)));
}

// What was refused most often of a reference clock's readings; null when nothing was.
const tactus_drop_row* most_refused(const Case& c) {
  const std::string stage = fmt::format("refclock.{}", c.source.name);
  const tactus_drop_row* most = nullptr;
  for (const tactus_drop_row& row : c.view.drops) {
    if (stage == row.stage && row.count > 0 && (most == nullptr || row.count > most->count)) most = &row;
  }
  return most;
}

void silent_refclock(const Case& c, SourceExplanation& out) {
  if (c.source.reach != 0) return few_samples(c, out);
  if (const tactus_drop_row* refused = most_refused(c); refused != nullptr) {
    set(out, "readings_refused",
        fmt::format("Its readings are refused, most of them ({}) as {}.", refused->count, refused->reason),
        "Check the receiver's output and the refclock line; tctl drops counts every reason.");
    return;
  }
  set(out, "no_data", "Its driver has no usable data.",
      "Check that the receiver or program behind it runs, has a fix, and that the daemon may read it.");
}

void no_answer(const Case& c, SourceExplanation& out) {
  const std::string port = c.ntp != nullptr && c.ntp->remote.port != 0 ? fmt::format("{}", c.ntp->remote.port) : "123";
  const std::string remedy = fmt::format(
      "Check its address, the network and firewalls (UDP port {}), and whether an NTP server runs there.", port);
  if (c.ntp != nullptr && c.ntp->total_valid > 0) {
    set(out, "no_answer",
        c.source.last_sample_ago_s == TACTUS_AGO_NEVER
            ? std::string("It does not answer any more.")
            : fmt::format("It does not answer any more; its last measurement is {} old.",
                          spoken_seconds(c.source.last_sample_ago_s)),
        remedy);
    return;
  }
  if (c.auth != nullptr && c.auth->mode == auth_symmetric) {
    set(out, "no_answer",
        fmt::format("It does not answer ({}).", count_of(c.ntp != nullptr ? c.ntp->total_transmitted : 0, "request")),
        remedy + fmt::format(" Servers are silent too when key {} is not the same on both sides.", c.auth->key_id));
    return;
  }
  const std::string requests = c.ntp != nullptr ? " (" + count_of(c.ntp->total_transmitted, "request") + ")" : "";
  set(out, "no_answer", fmt::format("It does not answer{}.", requests), remedy);
}

void no_samples(const Case& c, SourceExplanation& out) {
  if (c.is_refclock()) return silent_refclock(c, out);
  if (key_trouble(c, out)) return;
  if (c.source.reach == 0 && is_offline(c)) {
    return set(out, "offline", "It is offline: it is not asked.", "Run tctl online when the network is there.");
  }
  if (c.ntp == nullptr) {
    if (c.source.reach != 0) return few_samples(c, out);
    return no_answer(c, out);
  }
  if (c.ntp->total_transmitted == 0) return set(out, "not_asked", "It has not been asked yet.", "Wait a moment.");
  if (c.ntp->total_received == 0) return no_answer(c, out);
  if (c.ntp->total_valid == 0) return refused_answers(c, out);
  if ((c.ntp->tests & test_synchronised) == 0) {
    return set(out, "server_unsynchronised",
               "It answers, and says that it is not synchronised itself (stratum 16 or leap status unknown).",
               "Bring the server's own clock in order, or use another server.");
  }
  if ((c.ntp->tests & test_root_distance) == 0) {
    return set(out, "too_distant",
               fmt::format("It answers, and says that its own time may be wrong by {}.",
                           spoken_seconds(c.ntp->root_delay_s / 2.0 + c.ntp->root_dispersion_s)),
               "Bring the server's own clock in order, or use another server.");
  }
  if (c.source.reach == 0) return no_answer(c, out);
  if (c.ntp->total_good == 0) return failed_measurements(c, out);
  few_samples(c, out);
}

// ---- states with samples ----

void noselect(const Case& c, SourceExplanation& out) {
  const bool configured = c.selection == nullptr || (c.selection->configured_options & cmdmon::select_noselect) != 0;
  if (configured) {
    set(out, "noselect", "It is only watched: it has the option noselect.",
        "Remove the option to use it (for now: tctl selectopts ADDRESS -noselect).");
  } else {
    set(out, "noselect", "It is only watched: it is not authenticated, and authselectmode wants sources that are.",
        "Give it a key or NTS, or change authselectmode.");
  }
}

void too_distant(const Case& c, SourceExplanation& out) {
  const double distance_s = c.selection != nullptr ? (c.selection->high_s - c.selection->low_s) / 2.0 : 0.0;
  std::string why = "Its time is too uncertain";
  if (distance_s > 0.0) why += fmt::format(": it may be wrong by {}", spoken_seconds(distance_s));
  set(out, "too_distant", why + ", and maxdistance (3 s unless set) allows less.",
      "Use a server that is nearer to a reference or better synchronised, or raise maxdistance.");
}

void jittery(const Case& c, SourceExplanation& out) {
  const std::string how = c.stats != nullptr ? " by " + spoken_seconds(c.stats->stddev_s) : "";
  set(out, "jittery", fmt::format("Its offsets vary too much{}, and maxjitter (1 s unless set) allows less.", how),
      "Look for load on the network or on the server, or use another one.");
}

void falseticker(const Case& c, SourceExplanation& out) {
  const bool selected = std::any_of(c.view.sources.begin(), c.view.sources.end(),
                                    [](const tactus_source_row& source) { return source.state == '*'; });
  if (selected) {
    set(out, "falseticker", fmt::format("It disagrees with the majority: {}.", claim(c.source)),
        "Its time is probably wrong: correct the server, or remove it from the configuration.");
  } else {
    set(out, "no_majority", fmt::format("The sources disagree and none has a majority; {}.", claim(c.source)),
        "Find out which one is wrong and remove it; four or more sources outvote a wrong one.");
  }
}

void distant(const Case& c, SourceExplanation& out) {
  set(out, "not_combined", fmt::format("It is good, but less certain than the selected source ({}).", claim(c.source)));
}

void stale(const Case& c, SourceExplanation& out) {
  const bool known = c.source.last_sample_ago_s != TACTUS_AGO_NEVER;
  set(out, "stale",
      known ? fmt::format("It has not answered lately; its last measurement is {} old.",
                          spoken_seconds(c.source.last_sample_ago_s))
            : "It has not answered lately.",
      "It is used again when it answers.");
}

void by_state(const Case& c, SourceExplanation& out) {
  switch (c.state) {
    case '*':
      out.why = fmt::format("The clock follows it; {}.", claim(c.source));
      return;
    case '+':
      out.why = fmt::format("It is combined with the selected source; {}.", claim(c.source));
      return;
    case 'N':
      return noselect(c, out);
    case 's':
      return set(out, "server_unsynchronised", "It says that it is not synchronised itself.",
                 "Bring the server's own clock in order, or use another server.");
    case 'd':
      return too_distant(c, out);
    case '~':
      return jittery(c, out);
    case 'w':
      return set(out, "waits_for_others", "It is good and waits until other sources have enough samples.",
                 "Wait a moment.");
    case 'S':
      return stale(c, out);
    case 'O':
      return set(out, "orphan", "Its stratum is that of a server without a source of its own (local orphan).",
                 "It is used when nothing better answers; give one of the servers a real source.");
    case 'T':
      return set(out, "not_trusted",
                 fmt::format("It disagrees with the sources that have the option trust: {}.", claim(c.source)),
                 "Check which of them is wrong.");
    case 'x':
      return falseticker(c, out);
    case 'W':
      return set(
          out, "waits_for_sources",
          "It is good, but fewer sources are usable than minsources wants, or one with the option require is missing.",
          "Bring the others back, or lower minsources.");
    case 'P':
      return set(out, "not_preferred", "It is good, but another source has the option prefer.");
    case 'U':
      return set(out, "waits_for_update", "It is good and waits for its next measurement after a change of sources.");
    case 'D':
    case '-':
      return distant(c, out);
    case 'L':
      return set(out, "outlier", fmt::format("It is an outlier among the good sources: {}.", claim(c.source)));
    default:
      return no_samples(c, out);  // M, ?
  }
}

template <class Row>
const Row* find_row(const std::vector<Row>& rows, const tactus_address& address, tactus_address Row::*member) {
  for (const Row& row : rows) {
    if (cmdmon::same_address(row.*member, address)) return &row;
  }
  return nullptr;
}

// The row at the same place, if it is of the same source.
template <class Row>
const Row* same_place(const std::vector<Row>& rows, std::size_t index, const tactus_source_row& source) {
  if (index >= rows.size()) return nullptr;
  const bool same = source.address.family == TACTUS_FAMILY_NONE
                        ? rows[index].refid == source.refid
                        : cmdmon::same_address(rows[index].address, source.address);
  return same ? &rows[index] : nullptr;
}

}  // namespace

SourceExplanation explain_source(const ClockView& view, std::size_t index) {
  const tactus_source_row& source = view.sources[index];
  Case c{view, source};
  c.selection = same_place(view.selections, index, source);
  c.stats = same_place(view.stats, index, source);
  if (!c.is_refclock()) {
    c.ntp = find_row(view.ntpdata, source.address, &tactus_ntpdata_row::remote);
    c.auth = find_row(view.authdata, source.address, &tactus_authdata_row::address);
  }
  c.state = static_cast<char>(c.selection != nullptr ? c.selection->state : source.state);
  SourceExplanation out;
  out.state = c.state;
  out.used = c.state == '*' || c.state == '+';
  const bool has_address = source.address.family != TACTUS_FAMILY_NONE;
  out.address = has_address ? to_text(source.address) : "";
  out.name = source.name[0] != '\0' ? source.name : out.address;
  if (source.address.family == TACTUS_FAMILY_ID) {
    out.address.clear();
    set(out, "unresolved", "No address is known for this name.",
        fmt::format("Check the name and the resolver (getent hosts {}); tctl refresh tries again at once.", out.name));
    return out;
  }
  by_state(c, out);
  return out;
}

const std::vector<Trouble>& troubles() {
  static const std::vector<Trouble> list = {
      {"unresolved", "its name has no address"},
      {"offline", "it is not asked"},
      {"not_asked", "it has not been asked yet"},
      {"no_answer", "it does not answer, or not any more"},
      {"no_data", "the driver of the reference clock has no data"},
      {"readings_refused", "the readings of the reference clock are refused"},
      {"no_key", "its symmetric key is not in the key file"},
      {"authentication_fails", "its answers do not carry the configured authentication"},
      {"nts_keys", "no NTS keys could be agreed on"},
      {"nts_nak", "the server has forgotten the NTS keys"},
      {"told_to_slow_down", "the server wants fewer requests"},
      {"server_unsynchronised", "the server is not synchronised itself"},
      {"answers_refused", "its answers are refused for other reasons"},
      {"delay_too_large", "its measurements are refused for their delay"},
      {"loop", "it follows this clock"},
      {"few_samples", "it has not enough samples yet"},
      {"noselect", "it is only watched"},
      {"too_distant", "its error may be larger than maxdistance"},
      {"jittery", "its offsets vary more than maxjitter"},
      {"waits_for_others", "other sources have not enough samples yet"},
      {"stale", "it has not answered lately"},
      {"orphan", "a server without a source of its own"},
      {"not_trusted", "it disagrees with trusted sources"},
      {"falseticker", "it disagrees with the majority"},
      {"no_majority", "the sources disagree and there is no majority"},
      {"waits_for_sources", "minsources or require is not fulfilled"},
      {"not_preferred", "another source is preferred"},
      {"waits_for_update", "it waits for a new measurement"},
      {"not_combined", "good, but less certain than the selected source"},
      {"outlier", "an outlier among the good sources"},
  };
  return list;
}

}  // namespace tactus::cli

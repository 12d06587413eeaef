// SPDX-License-Identifier: Apache-2.0
// Reports with one line per source: sources, sourcestats, selectdata, authdata (client specification 6.1 to 6.4).
#include "reports.hpp"
#include "text.hpp"

namespace tactus::cli {

using cmdmon::Reply;
using cmdmon::Request;

namespace {

constexpr std::string_view sources_legend = R"(
  .-- Source mode  '^' = server, '=' = peer, '#' = local clock.
 / .- Source state '*' = current best, '+' = combined, '-' = not combined,
| /             'x' = may be in error, '~' = too variable, '?' = unusable.
||                                                 .- xxxx [ yyyy ] +/- zzzz
||      Reachability register (octal) -.           |  xxxx = adjusted offset,
||      Log2(Polling interval) --.      |          |  yyyy = measured offset,
||                                \     |          |  zzzz = estimated error.
||                                 |    |           \
)";

constexpr std::string_view sourcestats_legend =
    R"(                             .- Number of sample points in measurement set.
                            /    .- Number of residual runs with same sign.
                           |    /    .- Length of measurement set (time).
                           |   |    /      .- Est. clock freq error (ppm).
                           |   |   |      /           .- Est. error in freq.
                           |   |   |     |           /         .- Est. offset.
                           |   |   |     |          |          |   On the -.
                           |   |   |     |          |          |   samples. \
                           |   |   |     |          |          |             |
)";

constexpr std::string_view selectdata_legend =
    R"(  . State: N - noselect, s - unsynchronised, M - missing samples,
 /         d/D - large distance, ~ - jittery, w/W - waits for others,
|          S - stale, O - orphan, T - not trusted, P - not preferred,
|          U - waits for update,, x - falseticker, + - combined, * - best.
|   Effective options   ---------.  (N - noselect, P - prefer
|   Configured options  ----.     \  T - trust, R - require)
|   Auth. enabled (Y/N) -.   \     \     Offset interval --.
|                        |    |     |                       |
)";

constexpr std::string_view authdata_legend =
    R"(                             .- Auth. mechanism (NTS, SK - symmetric key)
                            |   Key length -.  Cookie length (bytes) -.
                            |       (bits)  |  Num. of cookies --.    |
                            |               |  Key est. attempts  |   |
                            |               |           |         |   |
)";

void begin_table(Context& context, const TableOptions& options, std::string_view legend, std::string_view header) {
  if (context.settings.csv) return;
  if (options.verbose) context.output.print(legend);
  print_header(context.output, header);
}

std::string one_of(std::string_view choices, unsigned index, std::string_view otherwise) {
  return index < choices.size() ? std::string(1, choices[index]) : std::string(otherwise);
}

bool is_hidden(const tactus_address& address, const TableOptions& options) {
  return !options.all && address.family == TACTUS_FAMILY_ID;
}

// The five option characters, each a field in CSV mode.
void add_options(Record& record, unsigned options) {
  constexpr std::string_view letters = "NPTR";
  for (unsigned bit = 0; bit < letters.size(); ++bit) {
    record.field(std::string(1, (options >> bit & 1u) != 0 ? letters[bit] : '-'));
  }
  record.field("-");
}

}  // namespace

TableOptions table_options(const std::string& rest) {
  TableOptions out;
  std::string words = rest;
  while (!words.empty()) {
    const std::string word = take_word(words);
    if (word == "-a") out.all = true;
    if (word == "-v") out.verbose = true;
  }
  return out;
}

bool count_sources(Context& context, std::uint32_t& count) {
  if (!context.session.request(Request::n_sources, {Reply::n_sources})) return false;
  count = context.session.reply<cmdmon::NSourcesReply>().count;
  return true;
}

bool report_sources(Context& context, const std::string& rest) {
  const TableOptions options = table_options(rest);
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return false;
  begin_table(context, options, sources_legend,
              "MS Name/IP address         Stratum Poll Reach LastRx Last sample               ");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(Request::source_data, cmdmon::IntRequest{static_cast<std::int32_t>(i)},
                                 {Reply::source_data})) {
      return false;
    }
    const auto data = context.session.reply<cmdmon::SourceDataReply>();
    if (is_hidden(data.address, options)) continue;
    const bool refclock = data.mode == TACTUS_SOURCE_MODE_REFCLOCK && data.address.family == TACTUS_FAMILY_IPV4;
    const std::string name =
        source_name(context, data.address, refclock, load_be<std::uint32_t>(data.address.bytes, 0), table_name_width);
    Record record(context.output, context.settings.csv);
    record.field(one_of("^=#", data.mode, " ")).field(one_of(cmdmon::source_state_letters, data.state, " ")).label(" ");
    record.field(padded(name, 27)).label("  ");
    record.field({fmt::format("{:2}", data.stratum), fmt::to_string(data.stratum)}).label("  ");
    record.field({fmt::format("{:2}", data.poll), fmt::to_string(data.poll)}).label("   ");
    record.field({fmt::format("{:3o}", data.reachability), fmt::format("{:o}", data.reachability)}).label("  ");
    record.field(format_interval(data.since_sample)).label("  ");
    record.field(format_signed_offset(data.offset)).label("[");
    record.field(format_signed_offset(data.original_offset)).label("] +/- ");
    record.field(format_offset(data.offset_error)).end();
  }
  return true;
}

bool report_sourcestats(Context& context, const std::string& rest) {
  const TableOptions options = table_options(rest);
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return false;
  begin_table(context, options, sourcestats_legend,
              "Name/IP Address            NP  NR  Span  Frequency  Freq Skew  Offset  Std Dev");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(Request::sourcestats, cmdmon::IntRequest{static_cast<std::int32_t>(i)},
                                 {Reply::sourcestats})) {
      return false;
    }
    const auto data = context.session.reply<cmdmon::SourcestatsReply>();
    if (is_hidden(data.address, options)) continue;
    const bool refclock = data.address.family == TACTUS_FAMILY_NONE;
    const std::string name = source_name(context, data.address, refclock, data.refid, table_name_width);
    Record record(context.output, context.settings.csv);
    record.field(padded(name, 25)).label(" ");
    record.field({fmt::format("{:3}", data.samples), fmt::to_string(data.samples)}).label(" ");
    record.field({fmt::format("{:3}", data.runs), fmt::to_string(data.runs)}).label("  ");
    record.field(format_interval(data.span)).label(" ");
    record.field(format_signed_ppm(data.residual_frequency_ppm)).label(" ");
    record.field(format_ppm(data.skew_ppm)).label("  ");
    record.field(format_signed_offset(data.offset)).label("  ");
    record.field(format_offset(data.stddev)).end();
  }
  return true;
}

bool report_selectdata(Context& context, const std::string& rest) {
  const TableOptions options = table_options(rest);
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return false;
  begin_table(context, options, selectdata_legend,
              "S Name/IP Address        Auth COpts EOpts Last Score     Interval  Leap");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(Request::select_data, cmdmon::IntRequest{static_cast<std::int32_t>(i)},
                                 {Reply::select_data})) {
      return false;
    }
    const auto data = context.session.reply<cmdmon::SelectDataReply>();
    if (is_hidden(data.address, options)) continue;
    const bool refclock = data.address.family == TACTUS_FAMILY_NONE;
    const std::string name = source_name(context, data.address, refclock, data.refid, table_name_width);
    Record record(context.output, context.settings.csv);
    record.field(std::string(1, static_cast<char>(data.state))).label(" ");
    record.field(padded(name, 25)).label(" ");
    record.field(data.authentication != 0 ? "Y" : "N").label(" ");
    add_options(record, data.configured_options);
    record.label(" ");
    add_options(record, data.effective_options);
    record.label(" ").field(format_interval(data.last_sample_ago)).label(" ");
    record.field({fmt::format("{:5.1f}", data.score), fmt::format("{:.1f}", data.score)}).label(" ");
    record.field(format_signed_offset(data.low)).label(" ");
    record.field(format_signed_offset(data.high)).label("  ");
    record.field(format_leap_letter(data.leap)).end();
  }
  return true;
}

namespace {

void print_authdata(Context& context, const std::string& name, const cmdmon::AuthDataReply& data) {
  const auto number = [](unsigned value, int width) {
    return Field{fmt::format("{:{}}", value, width), fmt::to_string(value)};
  };
  constexpr std::string_view modes[] = {"-", "SK", "NTS"};
  const std::string_view mode = data.mode < std::size(modes) ? modes[data.mode] : std::string_view{"?"};
  Record record(context.output, context.settings.csv);
  record.field(padded(name, 27)).label(" ");
  record.field({fmt::format("{:>4}", mode), std::string(mode)}).label(" ");
  record.field(number(data.key_id, 5)).label(" ").field(number(data.key_type, 4)).label(" ");
  record.field(number(data.key_length, 4)).label(" ").field(format_interval(data.last_ke_ago)).label(" ");
  record.field(number(data.ke_attempts, 4)).label(" ").field(number(data.nak, 4)).label(" ");
  record.field(number(data.cookies, 4)).label(" ").field(number(data.cookie_length, 4)).end();
}

}  // namespace

bool report_authdata(Context& context, const std::string& rest) {
  const TableOptions options = table_options(rest);
  std::uint32_t count = 0;
  if (!count_sources(context, count)) return false;
  begin_table(context, options, authdata_legend,
              "Name/IP address             Mode KeyID Type KLen Last Atmp  NAK Cook CLen");
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!context.session.request(Request::source_data, cmdmon::IntRequest{static_cast<std::int32_t>(i)},
                                 {Reply::source_data})) {
      return false;
    }
    const auto source = context.session.reply<cmdmon::SourceDataReply>();
    if (source.mode >= TACTUS_SOURCE_MODE_REFCLOCK || is_hidden(source.address, options)) continue;
    if (!context.session.request(Request::auth_data, cmdmon::AddressRequest{source.address}, {Reply::auth_data})) {
      return false;
    }
    const auto data = context.session.reply<cmdmon::AuthDataReply>();
    const std::string name = source_name(context, source.address, false, 0, table_name_width);
    print_authdata(context, name, data);
  }
  return true;
}

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
// Conflicts that only the configuration as a whole shows (configuration specification, sections 8.1 and 17).
#include "config/checks.hpp"

#include <map>

#include "config/files.hpp"

namespace tactus::config {

namespace {

class Checker {
 public:
  Checker(const Model& model, const CheckOptions& options) : model_(model), options_(options) {}

  // In the order in which chronyd makes them.
  std::vector<Problem> run() {
    certificates();
    conflict("rtcfile", "rtcsync", "rtcfile directive cannot be used with rtcsync");
    for (const tactus_record* record : model_.all("refclock")) refclock(*record);
    for (const char* keyword : {"allow", "deny", "cmdallow", "cmddeny"}) {
      for (const tactus_record* record : model_.all(keyword)) subnet(*record);
    }
    if (const tactus_record* record = model_.last("sched_priority"); record != nullptr) {
      const std::int64_t priority = record->values[0].integer;
      if (priority > 99) add(*record, fmt::format("Bad scheduler priority: {}", priority), "1 to 99, or 0 for none");
    }
    for (const char* keyword : {"ratelimit", "ntsratelimit", "cmdratelimit"}) {
      conflict(keyword, "noclientlog", "Rate limiting cannot be enabled with noclientlog");
    }
    if (options_.seccomp && model_.has("mailonchange")) {
      add(*model_.last("mailonchange"), "mailonchange directive cannot be used with -F enabled", "");
    }
    return std::move(problems_);
  }

 private:
  void add(const tactus_record& record, std::string text, std::string hint) {
    problems_.push_back(
        Problem{std::move(text) + position(record.file, record.line), std::move(hint), record.file, record.line});
  }

  // The later of two lines that exclude each other is named, the earlier one is in the hint.
  void conflict(const char* first, const char* second, const char* text) {
    const tactus_record* one = model_.last(first);
    const tactus_record* other = model_.last(second);
    if (one != nullptr && other != nullptr) add(*one, text, fmt::format("{} is in {}", second, origin(*other)));
  }

  void certificates() {
    const auto certificates = model_.all("ntsservercert");
    const auto keys = model_.all("ntsserverkey");
    if (certificates.size() == keys.size()) return;
    const tactus_record& place = certificates.size() > keys.size() ? *certificates.back() : *keys.back();
    add(place, "Uneven number of NTS certs and keys", "each ntsservercert needs its ntsserverkey");
  }

  void refclock(const tactus_record& record) {
    const tactus_directive& directive = *record.directive;
    const std::string driver = record.values[field_index(directive, "driver")].text;
    if (options_.has_driver && !options_.has_driver(driver)) {
      add(record, fmt::format("unknown refclock driver {}", driver), "is the package that has it installed?");
      return;
    }
    if (record.values[field_index(directive, "tai")].integer != 0 && !model_.has("leapsectz") &&
        !model_.has("leapseclist")) {
      add(record, "refclock tai option requires leapseclist or leapsectz", "");
    }
    if (same_word(driver, "rtc") && (model_.has("rtcsync") || model_.has("rtcfile"))) {
      add(record, "RTC refclock cannot be used together with rtcsync or rtcfile", "");
    }
    if (const tactus_directive* own = model_.declarations().driver(driver)) {
      if (const auto made = driver_record(record, *own); !made) add(record, made.failure().text, "");
    }
  }

  void subnet(const tactus_record& record) {
    const tactus_subnet& subnet = record.values[0].subnet;
    const std::uint32_t family = subnet.address.family;
    if (family == TACTUS_FAMILY_NONE) return;
    const std::uint32_t most = family == TACTUS_FAMILY_IPV4 ? 32 : 128;
    if (subnet.prefix <= most) return;
    add(record, fmt::format("Bad subnet in {}/{}", format_address(subnet.address), subnet.prefix),
        fmt::format("at most /{}", most));
  }

  const Model& model_;
  const CheckOptions& options_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check_configuration(const Model& model, const CheckOptions& options) {
  return Checker{model, options}.run();
}

std::vector<Problem> configuration_warnings(const Model& model) {
  std::vector<Problem> out;
  const auto add = [&](const tactus_record& record, std::string text) {
    out.push_back(Problem{std::move(text) + position(record.file, record.line), "", record.file, record.line});
  };
  std::map<std::string, const tactus_record*> refids;
  for (const tactus_record* record : model.all("refclock")) {
    const tactus_value& refid = record->values[field_index(*record->directive, "refid")];
    if (refid.present == 0) continue;
    const auto [known, fresh] = refids.emplace(refid.text, record);
    if (!fresh)
      add(*record, fmt::format("Reference id {} is used twice, also in {}", refid.text, origin(*known->second)));
  }
  for (const char* keyword : {"server", "pool", "peer"}) {
    for (const tactus_record* record : model.all(keyword)) {
      const tactus_value& minpoll = record->values[field_index(*record->directive, "minpoll")];
      if (minpoll.present == 0 || (minpoll.integer >= -7 && minpoll.integer <= 24)) continue;
      add(*record,
          fmt::format("minpoll {} is outside -7..24: {} is used", minpoll.integer, minpoll.integer < -7 ? 6 : 24));
    }
  }
  return out;
}

}  // namespace tactus::config

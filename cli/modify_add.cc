// SPDX-License-Identifier: Apache-2.0
// `add server|peer|pool NAME [option]...` (client specification 7.2).
#include <climits>
#include <cstddef>
#include <cstdio>
#include <variant>

#include <tactus/reports.h>

#include "modify.hpp"

namespace tactus::cli {

namespace {

using Source = cmdmon::AddSourceRequest;

// Where an option's value goes and what range it may have.
struct Integer {
  std::int32_t Source::*member;
  int minimum;
  int maximum;
};
struct Small {  // an unsigned field that is read as INT
  std::uint32_t Source::*member;
  int minimum;
  int maximum;
};
struct Unsigned {
  std::uint32_t Source::*member;
  unsigned minimum;
};
struct Real {
  double Source::*member;
};
struct Flag {
  std::uint32_t set;
  std::uint32_t clear;
};
struct Extension {};
struct AddOption {
  std::string_view name;
  std::variant<Flag, Integer, Small, Unsigned, Real, Extension> value;
};

constexpr AddOption add_options[] = {
    {"auto_offline", Flag{TACTUS_ADD_AUTO_OFFLINE, 0}},
    {"burst", Flag{TACTUS_ADD_BURST, 0}},
    {"copy", Flag{TACTUS_ADD_COPY, 0}},
    {"iburst", Flag{TACTUS_ADD_IBURST, 0}},
    {"offline", Flag{0, TACTUS_ADD_ONLINE}},
    {"nts", Flag{TACTUS_ADD_NTS, 0}},
    {"xleave", Flag{TACTUS_ADD_XLEAVE, 0}},
    {"noselect", Flag{TACTUS_ADD_NOSELECT, 0}},
    {"prefer", Flag{TACTUS_ADD_PREFER, 0}},
    {"require", Flag{TACTUS_ADD_REQUIRE, 0}},
    {"trust", Flag{TACTUS_ADD_TRUST, 0}},
    {"ipv4", Flag{TACTUS_ADD_IPV4, TACTUS_ADD_IPV6}},
    {"ipv6", Flag{TACTUS_ADD_IPV6, TACTUS_ADD_IPV4}},
    {"certset", Unsigned{&Source::cert_set, 0}},
    {"key", Unsigned{&Source::key, 1}},
    {"asymmetry", Real{&Source::asymmetry}},
    {"maxdelay", Real{&Source::max_delay}},
    {"maxdelayratio", Real{&Source::max_delay_ratio}},
    {"maxdelaydevratio", Real{&Source::max_delay_dev_ratio}},
    {"maxdelayquant", Real{&Source::max_delay_quantile}},
    {"mindelay", Real{&Source::min_delay}},
    {"offset", Real{&Source::offset}},
    {"extfield", Extension{}},
    {"filter", Integer{&Source::filter_length, 0, INT_MAX}},
    {"maxpoll", Integer{&Source::maxpoll, -32, 32}},
    {"maxsamples", Integer{&Source::max_samples, 0, INT_MAX}},
    {"maxsources", Small{&Source::max_sources, 1, INT_MAX}},
    {"maxunreach", Integer{&Source::max_unreach, 0, INT_MAX}},
    {"minpoll", Integer{&Source::minpoll, INT_MIN, INT_MAX}},
    {"minsamples", Integer{&Source::min_samples, 0, INT_MAX}},
    {"minstratum", Small{&Source::min_stratum, 0, 16}},
    {"ntsport", Small{&Source::nts_port, 0, 65535}},
    {"port", Small{&Source::port, 0, 65535}},
    {"polltarget", Small{&Source::poll_target, 1, INT_MAX}},
    {"presend", Integer{&Source::presend_minpoll, -32, 32}},
    {"version", Small{&Source::version, 1, 4}},
};

// Reads a value at the beginning of `text`; the number of characters it took, 0 when there is none or it is refused.
class ValueReader {
 public:
  ValueReader(Source& source, const char* text) : source_(source), text_(text) {}
  std::size_t operator()(const Integer& option) const {
    int value = 0;
    if (!scan(value) || value < option.minimum || value > option.maximum) return 0;
    source_.*option.member = value;
    return static_cast<std::size_t>(length_);
  }
  std::size_t operator()(const Small& option) const {
    int value = 0;
    if (!scan(value) || value < option.minimum || value > option.maximum) return 0;
    source_.*option.member = static_cast<std::uint32_t>(value);
    return static_cast<std::size_t>(length_);
  }
  std::size_t operator()(const Unsigned& option) const {
    unsigned value = 0;
    if (std::sscanf(text_, "%u%n", &value, &length_) != 1 || value < option.minimum) return 0;
    source_.*option.member = value;
    return static_cast<std::size_t>(length_);
  }
  std::size_t operator()(const Real& option) const {
    double value = 0.0;
    if (std::sscanf(text_, "%lf%n", &value, &length_) != 1) return 0;
    source_.*option.member = value;
    return static_cast<std::size_t>(length_);
  }
  std::size_t operator()(const Extension&) const {
    unsigned value = 0;
    if (std::sscanf(text_, "%x%n", &value, &length_) != 1) return 0;
    if (value == 0xf323) {
      source_.flags |= TACTUS_ADD_EXTFIELD_F323;
    } else if (value == 0xf324) {
      source_.flags |= TACTUS_ADD_EXTFIELD_F324;
    } else {
      return 0;
    }
    return static_cast<std::size_t>(length_);
  }
  std::size_t operator()(const Flag&) const { return 0; }

 private:
  bool scan(int& value) const { return std::sscanf(text_, "%d%n", &value, &length_) == 1; }
  Source& source_;
  const char* text_;
  mutable int length_ = 0;
};

const AddOption* find_option(std::string_view word) {
  for (const AddOption& option : add_options) {
    if (equal_ignoring_case(option.name, word)) return &option;
  }
  return nullptr;
}

// What is wrong with the options, empty when nothing.
std::string_view parse_options(std::string words, Source& source) {
  while (!words.empty()) {
    const AddOption* option = find_option(take_word(words));
    if (option == nullptr) return "Invalid option in add command";
    if (const Flag* flag = std::get_if<Flag>(&option->value)) {
      source.flags = (source.flags & ~flag->clear) | flag->set;
      continue;
    }
    // What follows the number, even without a space, is the next word.
    const std::size_t length = std::visit(ValueReader{source, words.c_str()}, option->value);
    if (length == 0) return "Invalid value in add command";
    words.erase(0, length);
    words.erase(0, words.starts_with(' ') ? 1 : 0);
  }
  return {};
}

}  // namespace

bool command_add(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string type = take_word(words);
  Source source;
  source.type = equal_ignoring_case(type, "server") ? TACTUS_ADD_SERVER
                : equal_ignoring_case(type, "peer") ? TACTUS_ADD_PEER
                : equal_ignoring_case(type, "pool") ? TACTUS_ADD_POOL
                                                    : 0;
  source.name.text = take_word(words);
  if (source.type == 0 || source.name.text.empty()) {
    context.output.complain("Invalid syntax for add command");
    return false;
  }
  if (const std::string_view problem = parse_options(words, source); !problem.empty()) {
    context.output.complain("{}", problem);
    return false;
  }
  if (source.name.text.size() >= cmdmon::wire_name_size ||
      !context.resolver.lookup(source.name.text, context.settings.family)) {
    context.output.complain("Invalid host/IP address");
    return false;
  }
  return context.session.request(cmdmon::Request::add_source, source, {.report_success = true});
}

}  // namespace tactus::cli

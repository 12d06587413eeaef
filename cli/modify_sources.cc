// SPDX-License-Identifier: Apache-2.0
// Commands about single sources or groups of them (client specification, section 7 and 7.3).
#include <cstdio>
#include <cstring>

#include "modify.hpp"

namespace tactus::cli {

using cmdmon::Request;

namespace {

constexpr Session::Expected status_only{.report_success = true};

tactus_address prefix_mask(std::uint16_t family, std::uint32_t bits) {
  tactus_address mask{};
  mask.family = family;
  const auto length = static_cast<std::uint32_t>(cmdmon::address_length(family) * 8);
  for (std::uint32_t bit = 0; bit < std::min(bits, length); ++bit) {
    mask.bytes[bit / 8] = static_cast<std::uint8_t>(mask.bytes[bit / 8] | (0x80u >> (bit % 8)));
  }
  return mask;
}

// Text behind online, offline and burst; what is wrong was said.
bool parse_mask(Context& context, const std::string& text, cmdmon::MaskAddressRequest& out) {
  constexpr std::uint32_t all_bits = 128;
  if (text.empty()) return true;
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    const auto address = find_source(context, text);
    if (!address) {
      context.output.complain("Could not get address for hostname");
      return false;
    }
    out.address = *address;
    if (address->family != TACTUS_FAMILY_ID) out.mask = prefix_mask(address->family, all_bits);
    return true;
  }
  const auto first = parse_literal(text.substr(0, slash));
  const std::string behind = text.substr(slash + 1);
  const auto second = parse_literal(behind);
  unsigned bits = 0;
  if (first && second && first->family == second->family) {
    out.mask = *first;
    out.address = *second;
    return true;
  }
  if (first && !second && std::sscanf(behind.c_str(), "%u", &bits) == 1) {
    out.mask = prefix_mask(first->family, bits);
    out.address = *first;
    return true;
  }
  context.output.complain("Invalid syntax for mask/address");
  return false;
}

bool mask_command(Context& context, Request code, const std::string& rest) {
  cmdmon::MaskAddressRequest request;
  return parse_mask(context, rest, request) && context.session.request(code, request, status_only);
}

bool scan(const std::string& text, std::int32_t& value) { return std::sscanf(text.c_str(), "%d", &value) == 1; }
bool scan(const std::string& text, double& value) { return std::sscanf(text.c_str(), "%lf", &value) == 1; }

// `SRC value`: the number is looked at first, then the address.
template <class Payload>
bool source_value(Context& context, Request code, const std::string& rest) {
  std::string words = rest;
  const std::string source = take_word(words);
  Payload request;
  if (!scan(words, request.value)) {
    context.output.complain("Invalid syntax for address value");
    return false;
  }
  const auto address = find_source(context, source);
  if (!address) {
    context.output.complain("Could not get address for hostname");
    return false;
  }
  request.address = *address;
  return context.session.request(code, request, status_only);
}
bool source_integer(Context& context, Request code, const std::string& rest) {
  return source_value<cmdmon::AddressIntRequest>(context, code, rest);
}
bool source_real(Context& context, Request code, const std::string& rest) {
  return source_value<cmdmon::AddressFloatRequest>(context, code, rest);
}

}  // namespace

bool command_online(Context& context, const std::string& rest) { return mask_command(context, Request::online, rest); }
bool command_offline(Context& context, const std::string& rest) {
  return mask_command(context, Request::offline, rest);
}

bool command_burst(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string counts = take_word(words);
  cmdmon::BurstRequest request;
  if (std::sscanf(counts.c_str(), "%d/%d", &request.good, &request.total) != 2) {
    context.output.complain("Invalid syntax for burst command");
    return false;
  }
  cmdmon::MaskAddressRequest which;
  if (!parse_mask(context, take_word(words), which)) return false;
  request.mask = which.mask;
  request.address = which.address;
  return context.session.request(Request::burst, request, status_only);
}

bool command_delete(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string source = take_word(words);
  if (source.empty()) {
    context.output.complain("Invalid syntax for address");
    return false;
  }
  const auto address = find_source(context, source);
  if (!address) {
    context.output.complain("Could not get address for hostname");
    return false;
  }
  return context.session.request(Request::del_source, cmdmon::AddressRequest{*address}, status_only);
}

bool command_minpoll(Context& context, const std::string& rest) {
  return source_integer(context, Request::modify_minpoll, rest);
}
bool command_maxpoll(Context& context, const std::string& rest) {
  return source_integer(context, Request::modify_maxpoll, rest);
}
bool command_minstratum(Context& context, const std::string& rest) {
  return source_integer(context, Request::modify_minstratum, rest);
}
bool command_polltarget(Context& context, const std::string& rest) {
  return source_integer(context, Request::modify_polltarget, rest);
}
bool command_maxdelay(Context& context, const std::string& rest) {
  return source_real(context, Request::modify_maxdelay, rest);
}
bool command_maxdelayratio(Context& context, const std::string& rest) {
  return source_real(context, Request::modify_maxdelayratio, rest);
}
bool command_maxdelaydevratio(Context& context, const std::string& rest) {
  return source_real(context, Request::modify_maxdelaydevratio, rest);
}

bool command_offset(Context& context, const std::string& rest) {
  std::string words = rest;
  const auto source = find_reference(take_word(words));
  cmdmon::OffsetRequest request;
  if (!source || !scan(words, request.offset)) {
    context.output.complain("Invalid syntax for offset command");
    return false;
  }
  request.address = source->address;
  request.refid = source->refid;
  return context.session.request(Request::modify_offset, request, status_only);
}

bool command_selectopts(Context& context, const std::string& rest) {
  struct Option {
    std::string_view name;
    std::uint32_t select;
    std::uint32_t add;
  };
  constexpr Option options[] = {
      {"noselect", cmdmon::select_noselect, cmdmon::add_noselect},
      {"prefer", cmdmon::select_prefer, cmdmon::add_prefer},
      {"require", cmdmon::select_require, cmdmon::add_require},
      {"trust", cmdmon::select_trust, cmdmon::add_trust},
  };
  std::string words = rest;
  const auto source = find_reference(take_word(words));
  bool good = source.has_value();
  cmdmon::SelectOptionsRequest request;
  while (good && !words.empty()) {
    const std::string word = take_word(words);
    const Option* found = nullptr;
    for (const Option& option : options) {
      if (equal_ignoring_case(option.name, std::string_view(word).substr(1))) found = &option;
    }
    good = found != nullptr && (word[0] == '+' || word[0] == '-');
    if (!good) break;
    request.mask |= found->select;
    if (word[0] == '+') request.options |= found->add;
  }
  if (!good) {
    context.output.complain("Invalid syntax for selectopts command");
    return false;
  }
  request.address = source->address;
  request.refid = source->refid;
  return context.session.request(Request::modify_selectopts, request, status_only);
}

}  // namespace tactus::cli

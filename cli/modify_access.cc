// SPDX-License-Identifier: Apache-2.0
// Access rules and checks (client specification, sections 7 and 7.1).
#include <charconv>
#include <vector>

#include "modify.hpp"

namespace tactus::cli {

using cmdmon::Request;

namespace {

// A decimal number that is the whole text.
std::optional<std::int32_t> whole_number(std::string_view text) {
  std::int32_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc{} || result.ptr != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

// `10`, `10.1`, `10.1.2`: an IPv4 network by its leading bytes.
std::optional<cmdmon::SubnetRequest> short_network(std::string_view text) {
  cmdmon::SubnetRequest out;
  out.address.family = TACTUS_FAMILY_IPV4;
  std::int32_t count = 0;
  for (;;) {
    const std::size_t dot = text.find('.');
    const auto number = whole_number(text.substr(0, dot));
    if (!number || *number > 255 || count >= 3) return std::nullopt;
    out.address.bytes[count++] = static_cast<std::uint8_t>(*number);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  out.prefix = 8 * count;
  return out;
}

// Only digits and dots: not a host name.
bool is_numeric(std::string_view text) { return text.find_first_not_of("0123456789.") == std::string_view::npos; }

std::optional<cmdmon::SubnetRequest> parse_subnet(Context& context, const std::string& text) {
  const std::size_t slash = text.find('/');
  std::optional<std::int32_t> bits;
  if (slash != std::string::npos) {
    bits = whole_number(std::string_view(text).substr(slash + 1));
    if (!bits) return std::nullopt;
  }
  const std::string before = text.substr(0, slash);
  std::optional<cmdmon::SubnetRequest> out;
  if (const auto literal = parse_literal(before)) {
    out = cmdmon::SubnetRequest{*literal, literal->family == TACTUS_FAMILY_IPV4 ? 32 : 128};
  } else {
    out = short_network(before);
  }
  if (out && bits) out->prefix = *bits;
  if (out || bits || is_numeric(before)) return out;
  const auto address = context.resolver.lookup(before, context.settings.family);
  if (!address) return std::nullopt;
  return cmdmon::SubnetRequest{*address, address->family == TACTUS_FAMILY_IPV4 ? 32 : 128};
}

bool access_rule(Context& context, const std::string& rest, Request code, Request code_all) {
  std::string words = rest;
  std::string subnet = take_word(words);
  const bool all = subnet == "all";
  if (all) subnet = take_word(words);
  std::optional<cmdmon::SubnetRequest> request;
  if (words.empty()) request = subnet.empty() ? cmdmon::SubnetRequest{} : parse_subnet(context, subnet);
  if (!request) {
    context.output.complain("Could not read address");
    return false;
  }
  return context.session.request(all ? code_all : code, *request, {.report_success = true});
}

bool access_check(Context& context, const std::string& rest, Request code) {
  const auto address = context.resolver.lookup(rest, context.settings.family);
  if (!address) {
    context.output.complain("Could not read address");
    return false;
  }
  return context.session.request(code, cmdmon::AddressRequest{*address}, {.report_success = true});
}

}  // namespace

bool command_allow(Context& context, const std::string& rest) {
  return access_rule(context, rest, Request::allow, Request::allow_all);
}
bool command_deny(Context& context, const std::string& rest) {
  return access_rule(context, rest, Request::deny, Request::deny_all);
}
bool command_cmdallow(Context& context, const std::string& rest) {
  return access_rule(context, rest, Request::cmdallow, Request::cmdallow_all);
}
bool command_cmddeny(Context& context, const std::string& rest) {
  return access_rule(context, rest, Request::cmddeny, Request::cmddeny_all);
}
bool command_accheck(Context& context, const std::string& rest) {
  return access_check(context, rest, Request::accheck);
}
bool command_cmdaccheck(Context& context, const std::string& rest) {
  return access_check(context, rest, Request::cmdaccheck);
}

}  // namespace tactus::cli

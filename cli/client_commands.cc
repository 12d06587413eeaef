// SPDX-License-Identifier: Apache-2.0
// Commands that the client does by itself (client specification, section 8).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "modify.hpp"

namespace tactus::cli {

namespace {

struct KeyType {
  std::string_view name;
  unsigned bytes;  // 0: as many as asked for
};
constexpr KeyType key_types[] = {
    {"MD5", 0},      {"SHA1", 0},     {"SHA256", 0}, {"SHA384", 0},    {"SHA512", 0},  {"SHA3-224", 0}, {"SHA3-256", 0},
    {"SHA3-384", 0}, {"SHA3-512", 0}, {"TIGER", 0},  {"WHIRLPOOL", 0}, {"AES128", 16}, {"AES256", 32},
};
constexpr unsigned min_key_bytes = 10;
constexpr unsigned max_key_bytes = 512;

}  // namespace

bool command_dns(Context& context, const std::string& rest) {
  if (rest == "-46") {
    context.settings.family = Family::any;
  } else if (rest == "-4") {
    context.settings.family = Family::ipv4;
  } else if (rest == "-6") {
    context.settings.family = Family::ipv6;
  } else if (rest == "-n") {
    context.settings.no_names = true;
  } else if (rest == "+n") {
    context.settings.no_names = false;
  } else {
    context.output.complain("Unrecognized dns command");
    return false;
  }
  return true;
}

bool command_timeout(Context& context, const std::string& rest) {
  const int timeout = std::atoi(rest.c_str());  // NOLINT(cert-err34-c): text that is no number is 0
  if (timeout < min_timeout_ms) {
    context.output.complain("Timeout {} is too short", timeout);
    return false;
  }
  context.session.set_timeout_ms(timeout);
  return true;
}

bool command_retries(Context& context, const std::string& rest) {
  const int retries = std::atoi(rest.c_str());  // NOLINT(cert-err34-c): text that is no number is 0
  if (retries < 0 || retries > max_retries) {
    context.output.complain("Invalid maximum number of retries");
    return false;
  }
  context.session.set_retries(retries);
  return true;
}

bool command_keygen(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string id_word = take_word(words);
  const std::string type_word = take_word(words);
  const std::string bits_word = take_word(words);
  unsigned id = 1;
  unsigned bits = 160;
  const bool good = (id_word.empty() || std::sscanf(id_word.c_str(), "%u", &id) == 1) &&
                    (bits_word.empty() || std::sscanf(bits_word.c_str(), "%u", &bits) == 1) && words.empty();
  if (!good) {
    context.output.complain("Invalid syntax for keygen command");
    return false;
  }
  const std::string type = type_word.empty() ? "SHA1" : type_word;
  const auto* found = std::find_if(std::begin(key_types), std::end(key_types),
                                   [&](const KeyType& entry) { return entry.name == type; });
  if (found == std::end(key_types)) {
    context.output.complain("Unknown hash function or cipher {}", type);
    return false;
  }
  const unsigned length = found->bytes != 0 ? found->bytes : std::clamp((bits + 7) / 8, min_key_bytes, max_key_bytes);
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02X}", context.session.channel().random() & 0xffu);
  context.output.print_line("{} {} HEX:{}", id, type, hex);
  return true;
}

bool command_no_authentication(Context& context, const std::string&) {
  context.output.complain("Authentication is no longer supported");
  return true;
}

bool command_quit(Context& context, const std::string&) {
  context.quit = true;
  return true;
}

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
#include "http_reader.hpp"

#include <algorithm>

namespace tactus::metrics {

namespace {

constexpr unsigned bad_request = 400;
constexpr unsigned request_timeout = 408;
constexpr unsigned head_too_large = 431;
constexpr unsigned version_not_supported = 505;
constexpr std::string_view version_prefix = "HTTP/";

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.find(c) != others.npos;
  });
}

// Printable ASCII without spaces, as a target has it.
bool is_target(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// RFC 9110 section 5.5: no control characters but the tab.
bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); });
}

bool same_name(std::string_view a, std::string_view lower) {
  return std::equal(a.begin(), a.end(), lower.begin(), lower.end(),
                    [](char x, char y) { return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y; });
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// The path of "/metrics?x=1" and of "http://host:port/metrics" (RFC 9112 section 3.2).
std::string path_of(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (target.starts_with(scheme)) {
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find('/'), target.size()));
    if (target.empty()) return "/";
  }
  return std::string(target.substr(0, target.find('?')));
}

}  // namespace

void HttpReader::feed(Bytes bytes) {
  if (done()) return;
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  // A line ends with LF, with or without CR before it (RFC 9112 section 2.2); an empty line ends the head.
  for (; scanned_ < buffer_.size(); ++scanned_) {
    if (scanned_ >= limits_.bytes) {
      status_ = head_too_large;
      return;
    }
    if (buffer_[scanned_] != '\n') continue;
    const std::string_view before = std::string_view(buffer_).substr(0, scanned_);
    if (before.empty() || before == "\r") {  // empty lines before a request are passed over
      buffer_.erase(0, scanned_ + 1);
      scanned_ = static_cast<std::size_t>(-1);
      continue;
    }
    if (before.ends_with("\n") || before.ends_with("\n\r")) {
      parse(before);
      return;
    }
  }
}

std::optional<MonoTime> HttpReader::deadline() const {
  return done() ? std::nullopt : std::optional(begun_ + limits_.time);
}

void HttpReader::on_deadline() {
  if (!done()) status_ = request_timeout;
}

bool HttpReader::parse_first_line(std::string_view line, HttpRequest& out) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  status_ = bad_request;
  if (first == line.npos || last == first) return false;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || !is_target(target)) return false;
  if (!version.starts_with(version_prefix) || version.size() != version_prefix.size() + 3) return false;
  const std::string_view number = version.substr(version_prefix.size());
  if (number[0] < '0' || number[0] > '9' || number[1] != '.' || number[2] < '0' || number[2] > '9') return false;
  if (number[0] != '1') {
    status_ = version_not_supported;
    return false;
  }
  out.method = method;
  out.path = path_of(target);
  out.minor = static_cast<unsigned>(number[2] - '0');
  status_ = 0;
  return true;
}

bool HttpReader::check_field(std::string_view line, bool& has_host) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon)) || !is_field_value(line.substr(colon + 1))) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (same_name(name, "host")) {
    if (has_host) return false;  // RFC 9112 section 3.2: one, and one only
    has_host = true;
  }
  // What says that a body follows.
  return !same_name(name, "transfer-encoding") && !(same_name(name, "content-length") && value != "0");
}

void HttpReader::parse(std::string_view head) {
  HttpRequest out;
  bool first = true;
  bool has_host = false;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 1, head.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (first) {
      first = false;
      if (!parse_first_line(line, out)) return;
    } else if (!line.empty() && !check_field(line, has_host)) {
      status_ = bad_request;
      return;
    }
  }
  if (out.minor >= 1 && !has_host) {
    status_ = bad_request;
    return;
  }
  request_ = std::move(out);
}

}  // namespace tactus::metrics

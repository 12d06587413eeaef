// SPDX-License-Identifier: Apache-2.0
// The head of one HTTP request (RFC 9112), read incrementally, bounded in length and time. No body is ever taken: GET
// and HEAD have none. Does no I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

namespace tactus::metrics {

struct HttpLimits {
  std::size_t bytes = 8192;                  // of the head
  Duration time = std::chrono::seconds(10);  // from the connection to the end of the head
};

struct HttpRequest {
  std::string method;  // as sent
  std::string path;    // of the target, without its query
  unsigned minor = 1;  // of HTTP/1.minor
};

class HttpReader {
 public:
  HttpReader(HttpLimits limits, MonoTime begun) : limits_(limits), begun_(begun) {}

  // Takes bytes until the head is complete or wrong.
  void feed(Bytes bytes);
  [[nodiscard]] bool done() const noexcept { return request_.has_value() || status_ != 0; }
  [[nodiscard]] const std::optional<HttpRequest>& request() const noexcept { return request_; }
  // What is wrong, as a status of HTTP: 400, 408, 431, 505; 0: nothing.
  [[nodiscard]] unsigned status() const noexcept { return status_; }
  [[nodiscard]] std::optional<MonoTime> deadline() const;
  void on_deadline();

 private:
  void parse(std::string_view head);
  bool parse_first_line(std::string_view line, HttpRequest& out);
  bool check_field(std::string_view line, bool& has_host);

  HttpLimits limits_;
  MonoTime begun_;
  std::string buffer_;
  std::size_t scanned_ = 0;
  std::optional<HttpRequest> request_;
  unsigned status_ = 0;
};

}  // namespace tactus::metrics

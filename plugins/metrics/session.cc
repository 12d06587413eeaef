// SPDX-License-Identifier: Apache-2.0
// Responses (RFC 9110, RFC 9112). The metrics' length is not known before they are made: they are sent in chunks, and
// to HTTP/1.0 until the connection ends.
#include "session.hpp"

#include <fmt/format.h>

namespace tactus::metrics {

namespace {

constexpr std::string_view content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const char* reason_of(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 431:
      return "Request Header Fields Too Large";
    default:
      return "HTTP Version Not Supported";
  }
}

Drop drop_of(unsigned status) {
  switch (status) {
    case 404:
      return Drop::unknown_path;
    case 405:
      return Drop::other_method;
    case 408:
      return Drop::timed_out;
    case 431:
      return Drop::too_long;
    case 505:
      return Drop::bad_version;
    default:
      return Drop::malformed;
  }
}

}  // namespace

const char* drop_name(Drop reason) {
  switch (reason) {
    case Drop::not_allowed:
      return "not_allowed";
    case Drop::malformed:
      return "malformed";
    case Drop::timed_out:
      return "timed_out";
    case Drop::too_long:
      return "too_long";
    case Drop::bad_version:
      return "bad_version";
    case Drop::unknown_path:
      return "unknown_path";
    case Drop::other_method:
      return "other_method";
    case Drop::vanished:
      return "vanished";
    case Drop::left_out:
      return "left_out";
  }
  return "other";
}

void Session::on_bytes(Bytes bytes, MonoTime) { reader_.feed(bytes); }

void Session::respond_with(std::string& out, unsigned status, std::string_view body, std::string_view more_fields) {
  if (status != 200) service_.count(drop_of(status));
  const bool head_only = reader_.request() && reader_.request()->method == "HEAD";
  out += fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n{}"
      "Connection: close\r\n\r\n{}",
      status, reason_of(status), body.size(), more_fields, head_only ? "" : body);
  finished_ = true;
}

void Session::begin_metrics(std::string& out, const HttpRequest& request) {
  chunked_ = request.minor >= 1;
  out += fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nCache-Control: no-store\r\n{}Connection: close\r\n\r\n",
                     content_type, chunked_ ? "Transfer-Encoding: chunked\r\n" : "");
  if (request.method == "HEAD") {
    finished_ = true;
    return;
  }
  exposition_.emplace(service_.backend, service_.version, service_.cell(Drop::left_out));
}

void Session::respond(std::string& out) {
  if (const unsigned status = reader_.status(); status != 0) {
    return respond_with(out, status, fmt::format("{}\n", reason_of(status)));
  }
  const HttpRequest& request = *reader_.request();
  if (request.method != "GET" && request.method != "HEAD") {
    return respond_with(out, 405, "Only GET and HEAD\n", "Allow: GET, HEAD\r\n");
  }
  if (request.path == "/metrics") return begin_metrics(out, request);
  if (request.path == "/") return respond_with(out, 200, "Tactus: the metrics are at /metrics\n");
  respond_with(out, 404, "Not here: the metrics are at /metrics\n");
}

void Session::produce(std::string& out, MonoTime) {
  if (!exposition_) return respond(out);
  std::string piece;
  const bool more = exposition_->next(piece);
  if (!chunked_) {
    out += piece;
  } else if (!piece.empty()) {  // an empty chunk would be the last one
    out += fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
  }
  if (more) return;
  if (chunked_) out += "0\r\n\r\n";
  finished_ = true;
  exposition_.reset();
}

}  // namespace tactus::metrics

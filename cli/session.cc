// SPDX-License-Identifier: Apache-2.0
// The request procedure (command protocol specification, section 7).
#include "session.hpp"

#include <cmath>

#include "text.hpp"

namespace tactus::cli {

using cmdmon::Status;

namespace {
bool is_success(std::uint16_t status) {
  return status == static_cast<std::uint16_t>(Status::success) ||
         status == static_cast<std::uint16_t>(Status::access_allowed) ||
         status == static_cast<std::uint16_t>(Status::access_denied);
}
}  // namespace

bool Session::run(cmdmon::Request code, const Expected& expected) {
  header_ = cmdmon::ReplyHeader{};
  older_ = false;
  if (!submit(cmdmon::request_info(code))) {
    output_.print_line("506 Cannot talk to daemon");
    if (!advice_.empty() && !channel_.interrupted()) output_.complain("{}", advice_);
    advice_.clear();
    return false;
  }
  const bool quiet = header_.status != 0 && header_.status == expected.quiet_status;
  if ((header_.status != 0 || expected.report_success) && !quiet) {
    output_.print_line("{}", status_text(header_.status));
  }
  if (!is_success(header_.status)) return false;
  older_ = expected.older != cmdmon::Reply::null && header_.reply == static_cast<std::uint16_t>(expected.older);
  if (header_.reply != static_cast<std::uint16_t>(expected.reply) && !older_) {
    output_.print_line("508 Bad reply from daemon");
    return false;
  }
  return true;
}

// Tries the servers from the current one to the end of the list.
bool Session::submit(const cmdmon::RequestInfo& info) {
  for (;;) {
    if (!channel_.is_open() && !channel_.open_next()) return false;
    if (exchange(info)) return true;
    channel_.close();
  }
}

bool Session::exchange(const cmdmon::RequestInfo& info) {
  for (int attempt = 0; attempt <= retries_;) {
    cmdmon::RequestHeader header;
    header.version = version_;
    header.command = static_cast<std::uint16_t>(info.code);
    header.attempt = static_cast<std::uint16_t>(attempt);
    header.sequence = channel_.random();
    cmdmon::write_payload(request_, 0, header);
    const std::size_t length =
        version_ >= cmdmon::protocol_version ? info.length : cmdmon::request_header_size + info.payload;
    if (!channel_.send({request_.data(), length})) return false;
    if (channel_.interrupted()) return false;
    const double timeout_s = std::ldexp(timeout_ms_ / 1000.0, attempt);
    switch (wait_for_reply(header.command, header.sequence, timeout_s)) {
      case Wait::accepted:
        return true;
      case Wait::same_attempt:
        break;
      case Wait::next_attempt:
        ++attempt;
        break;
    }
    if (channel_.interrupted()) return false;
  }
  return false;
}

Session::Wait Session::wait_for_reply(std::uint16_t command, std::uint32_t sequence, double timeout_s) {
  double start = channel_.now_s();
  for (;;) {
    const double now = channel_.now_s();
    if (now < start) start = now;  // the clock was moved back
    const double rest = timeout_s - (now - start);
    if (rest <= 0.0) return Wait::next_attempt;
    const std::ptrdiff_t length = channel_.receive(reply_, rest);
    if (length == Channel::failed || channel_.interrupted()) return Wait::next_attempt;
    if (length == Channel::timed_out) continue;
    bool ignored = false;
    const Wait result = examine(static_cast<std::size_t>(length), command, sequence, ignored);
    if (!ignored) return result;
  }
}

Session::Wait Session::examine(std::size_t length, std::uint16_t command, std::uint32_t sequence, bool& ignored) {
  ignored = true;
  if (length < cmdmon::reply_header_size) return Wait::next_attempt;
  const auto header = cmdmon::read_payload<cmdmon::ReplyHeader>(reply_, 0);
  const bool other_version = header.version >= cmdmon::oldest_client_version &&
                             header.status == static_cast<std::uint16_t>(Status::bad_packet_version);
  if ((header.version != version_ && !other_version) || header.type != cmdmon::packet_reply || header.reserved1 != 0 ||
      header.reserved2 != 0 || header.command != command || header.sequence != sequence) {
    return Wait::next_attempt;
  }
  ignored = false;
  if (version_ == cmdmon::protocol_version && header.version == version_ - 1) {
    version_ = header.version;
    return Wait::same_attempt;
  }
  if (length < cmdmon::reply_length(header.reply)) return Wait::next_attempt;
  header_ = header;
  return Wait::accepted;
}

}  // namespace tactus::cli

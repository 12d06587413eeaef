// SPDX-License-Identifier: Apache-2.0
// The request procedure (command protocol specification, sections 4.2 and 7): attempts, timeouts, checks of replies,
// the next server. Prints status lines.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include <tactus/cmdmon.hpp>

#include "channel.hpp"
#include "output.hpp"

namespace tactus::cli {

inline constexpr int default_timeout_ms = 1000;
inline constexpr int min_timeout_ms = 100;
inline constexpr int default_retries = 2;
inline constexpr int max_retries = 30;

class Session {
 public:
  Session(Channel& channel, Output& output) : channel_(channel), output_(output) {}

  // Which replies a request may have, and whether its status is printed when all is well.
  struct Expected {
    cmdmon::Reply reply = cmdmon::Reply::null;
    cmdmon::Reply older = cmdmon::Reply::null;  // of an older daemon; null: none
    bool report_success = false;
    // This status is left to the caller and not printed.
    std::uint16_t quiet_status = 0;
  };

  // Sends a request; the payload starts at byte 20 of a cleared packet. True on success; otherwise what there was to
  // say was printed.
  template <class Payload>
  bool request(cmdmon::Request code, const Payload& payload, const Expected& expected) {
    prepare();
    cmdmon::write_payload(request_, cmdmon::request_header_size, payload);
    return run(code, expected);
  }
  bool request(cmdmon::Request code, const Expected& expected) {
    prepare();
    return run(code, expected);
  }

  // Of the last accepted reply.
  [[nodiscard]] std::uint16_t status() const { return header_.status; }
  [[nodiscard]] bool older_reply() const { return older_; }
  template <class Payload>
  [[nodiscard]] Payload reply() const {
    return cmdmon::read_payload<Payload>(reply_, cmdmon::reply_header_size);
  }

  // A sentence for people, printed once on stderr when no daemon answers; empty: none.
  void set_advice(std::string advice) { advice_ = std::move(advice); }
  void set_timeout_ms(int timeout) { timeout_ms_ = timeout; }
  void set_retries(int retries) { retries_ = retries; }
  [[nodiscard]] int retries() const { return retries_; }
  [[nodiscard]] int timeout_ms() const { return timeout_ms_; }
  [[nodiscard]] Channel& channel() { return channel_; }

 private:
  enum class Wait : std::uint8_t { accepted, next_attempt, same_attempt };

  void prepare() { request_.fill(0); }
  bool run(cmdmon::Request code, const Expected& expected);
  bool submit(const cmdmon::RequestInfo& info);
  bool exchange(const cmdmon::RequestInfo& info);
  Wait wait_for_reply(std::uint16_t command, std::uint32_t sequence, double timeout_s);
  Wait examine(std::size_t length, std::uint16_t command, std::uint32_t sequence, bool& ignored);

  Channel& channel_;
  Output& output_;
  std::uint8_t version_ = cmdmon::protocol_version;
  int timeout_ms_ = default_timeout_ms;
  int retries_ = default_retries;
  std::array<std::uint8_t, cmdmon::request_max_size> request_{};
  std::array<std::uint8_t, 524> reply_{};
  cmdmon::ReplyHeader header_;
  bool older_ = false;
  std::string advice_;
};

}  // namespace tactus::cli

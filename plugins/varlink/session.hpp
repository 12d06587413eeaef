// SPDX-License-Identifier: Apache-2.0
// One Varlink peer: messages in, replies out, one call after the other. Does no I/O; the work and the length of each
// piece of output are bounded, whatever the report's length.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <tactus/sdk/streams.hpp>

#include "backend.hpp"
#include "call.hpp"
#include "message_reader.hpp"
#include "snapshot.hpp"

namespace tactus::varlink {

// Why a message got no answer, or an error in its place.
enum class Drop : std::uint8_t {
  malformed,
  too_long,
  too_deep,
  timed_out,
  unknown_method,
  invalid_parameter,
  denied,
  too_large,  // a report above the snapshot's limit
  vanished,   // the peer, before it had its answer
};
inline constexpr std::size_t drop_reasons = 9;
const char* drop_name(Drop reason);

// What all sessions of a service share.
struct Service {
  Backend& backend;
  std::string version;
  std::array<std::uint64_t*, drop_reasons> drops;  // counters, one for each reason; null: not counted
  void count(Drop reason) const {
    if (std::uint64_t* cell = drops[static_cast<std::size_t>(reason)]) ++*cell;
  }
};

class Session final : public StreamSession {
 public:
  static constexpr std::size_t rows_per_piece = 64;

  // access: the most that the peer may (TACTUS_ACCESS_*). The service must outlive the session.
  Session(Service& service, std::uint32_t access) : service_(service), access_(access) {}

  [[nodiscard]] bool wants_bytes() const override { return !closing_ && !rows_ && !reader_.complete(); }
  void on_bytes(Bytes bytes, MonoTime now) override;
  [[nodiscard]] bool has_output() const override { return !closing_ && (rows_ || reader_.complete()); }
  void produce(std::string& out, MonoTime now) override;
  [[nodiscard]] bool finished() const override { return closing_; }
  [[nodiscard]] std::optional<MonoTime> deadline() const override { return reader_.deadline(); }
  void on_deadline() override;
  void on_lost() override { service_.count(Drop::vanished); }

 private:
  // An answer with rows under way.
  struct Rows {
    std::string report;
    const tactus_report* description;
    Snapshot snapshot;
    bool more;  // in several replies
    std::size_t next = 0;
    bool begun = false;
  };

  void close(Drop reason);
  void answer(const Call& call, std::string& out);
  void service_method(const Call& call, std::string& out);
  void own_method(const Call& call, std::string& out);
  void get_rows(const Call& call, const tactus_report& report, std::string& out);
  void run_command(const tactus_command& command, const nlohmann::json& arguments, bool generic, std::string& out);
  void list(std::string& out);
  void generic_get(const Call& call, std::string& out);
  void generic_run(const Call& call, std::string& out);
  void invalid_parameter(std::string_view name, std::string& out);
  void unknown_method(const Call& call, std::string& out);
  void failure(tactus_status status, std::string_view text, std::string& out);
  void produce_rows(std::string& out);

  Service& service_;
  std::uint32_t access_;
  MessageReader reader_;
  std::optional<Rows> rows_;
  bool closing_ = false;
};

}  // namespace tactus::varlink

// SPDX-License-Identifier: Apache-2.0
// The server of NTP requests: bytes and time in, bytes out; no socket and no clock in it. RFC 5905, RFC 9769; NTP
// specification sections 16, 19 to 21. One request at a time: accept() judges it, respond() builds the answer at the
// time that is read between the two. No allocation per packet.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <tactus/abi.h>
#include <tactus/host.h>
#include <tactus/plugin.h>
#include <tactus/bytes.hpp>
#include <tactus/time.hpp>

#include "client_log.hpp"
#include "packet.hpp"
#include "random_pool.hpp"
#include "timestamp_store.hpp"

namespace tactus::ntp {

// Why a request got no answer.
enum class Refusal : std::uint8_t {
  bad_length,   // not 48..1140 octets, or not a multiple of four
  bad_version,  // outside 1..4
  bad_format,   // what follows the header is neither fields nor a MAC
  access_denied,
  bad_mode,  // not a request
  rate_limited,
  unsupported_auth,  // no provider for the kind of authentication
  failed_auth,
  too_long,  // the answer would be longer than the request
  failed_signing,
};
inline constexpr std::size_t refusal_count = 10;
// snake_case name for the drop report.
const char* refusal_name(Refusal reason) noexcept;

// The providers of authentication, as the engine sees them.
class ServerAuth {
 public:
  virtual ~ServerAuth() = default;
  // TACTUS_OK: authentic, *token is for sign. TACTUS_E_UNSUPPORTED: no provider. Else: not authentic. The providers
  // must not write to request.data.
  virtual tactus_status check(AuthMode kind, const tactus_packet& request, std::uint64_t* token) = 0;
  // Appends the authenticator to the response.
  virtual tactus_status sign(AuthMode kind, const tactus_packet& request, std::uint64_t token,
                             tactus_packet* response) = 0;
};

// A datagram that is a request, or may be one.
struct ServerRequest {
  Bytes bytes;
  tactus_address remote{};
  tactus_stamp received{};
  MonoTime now{};        // when the loop woke up
  bool allowed = false;  // verdict of the access table
};

class ServerEngine {
 public:
  struct Config {
    ClientLog::Config log{};
    double precision_s = 1e-9;        // of the local clock
    bool network_correction = false;  // `ptpport` is set: extension field F324 is answered
    bool hide_leap = false;           // leap smear: leap 1 and 2 are served as 0
  };
  // Counters of the serverstats report that are not in the client log.
  struct Stats {
    std::uint64_t authenticated = 0;
    std::uint64_t interleaved = 0;
    std::array<std::uint64_t, 3> received_by{};  // by TACTUS_STAMP_*
    std::array<std::uint64_t, 3> transmitted_by{};
  };
  struct Response {
    Bytes bytes;                // valid until the next accept(); empty: nothing to send
    std::uint64_t send_id = 0;  // not 0: the transmit times are wanted under this number. Always odd
  };

  // `auth` may be null: requests with a MAC are refused then. Both outlive the engine.
  ServerEngine(const Config& config, RandomPool& random, ServerAuth* auth);

  // True when the request is to be answered; a refusal is counted under its reason.
  bool accept(const ServerRequest& request);
  // The answer to the request that was accepted last. `now` is the corrected time just before sending.
  Response respond(const tactus_reference& reference, Instant now);
  // Transmit time of a response with a send_id: first the daemon's own (when it was really sent), later a better one.
  void on_sent(std::uint64_t send_id, const tactus_stamp& stamp);
  void on_transmitted(std::uint64_t send_id, const tactus_stamp& stamp);
  void on_clock_change(const tactus_clock_change& change);

  // The scale of extension field F323: added to corrected time, and the number of its epoch.
  [[nodiscard]] double monotonic_offset_s() const noexcept { return slewed_s_; }
  [[nodiscard]] std::uint32_t monotonic_epoch() const noexcept { return epoch_; }
  [[nodiscard]] const Stats& stats() const noexcept { return stats_; }
  [[nodiscard]] ClientLog& log() noexcept { return log_; }
  [[nodiscard]] const TimestampStore& timestamps() const noexcept { return store_; }
  [[nodiscard]] std::uint64_t refused(Refusal reason) const noexcept { return *cells_[index(reason)]; }
  // Where refusals of a kind are counted from now on (a cell of the host); never null.
  void count_refusals_in(Refusal reason, std::uint64_t* cell) noexcept { cells_[index(reason)] = cell; }

 private:
  // What accept() found, for respond().
  struct Pending {
    bool open = false;
    Packet packet{};
    Bytes bytes{};
    tactus_stamp received{};
    Mode mode = Mode::server;
    bool kiss = false;
    bool logged = false;  // there is a client record
    std::uint64_t token = 0;
  };

  static std::size_t index(Refusal reason) noexcept { return static_cast<std::size_t>(reason); }
  bool refuse(Refusal reason) noexcept;
  bool check_auth();
  [[nodiscard]] bool may_interleave() const noexcept;
  Header build_header(const tactus_reference& reference, Instant now, std::uint32_t* transmit_origin);
  bool append_fields(const tactus_reference& reference, std::size_t& length);
  bool sign(std::size_t& length, Mode mode);

  Config config_;
  RandomPool& random_;
  ServerAuth* auth_;
  ClientLog log_;
  TimestampStore store_;
  Stats stats_;
  std::array<std::uint64_t, refusal_count> own_cells_{};
  std::array<std::uint64_t*, refusal_count> cells_{};
  Pending pending_{};
  double smoothing_s_ = 0;   // as served last
  double slewed_s_ = 0;      // sum of the offset corrections of this epoch
  std::uint32_t epoch_ = 0;  // of the monotonic scale of F323
  std::array<std::uint8_t, packet_max_bytes> response_{};
};

}  // namespace tactus::ntp

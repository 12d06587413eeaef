// SPDX-License-Identifier: Apache-2.0
// The server's sockets and what comes in on them: requests go to the server engine, answers to the association of their
// sender. Sockets are open only while somebody needs them. NTP specification sections 5, 16 and 25.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <tactus/reports.h>
#include <tactus/access.hpp>
#include <tactus/sdk.hpp>

#include "auth_adapter.hpp"
#include "environment.hpp"
#include "server_engine.hpp"
#include "sockets.hpp"
#include "sources.hpp"

namespace tactus::ntp {

class Server final : public ServerSockets, private SocketUser {
 public:
  // Applies the configured access rules and opens the sockets that are needed now. `sources` outlives the server.
  // Throws Failure for a rule that cannot be (`Bad subnet in ADDRESS/BITS`), and when `acquisitionport` or
  // `ptpport` asks for permanent sockets and none can be opened.
  Server(Environment& environment, Sources& sources);
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Commands allow and deny. TACTUS_E_INVALID for a bad subnet.
  tactus_status set_access(const AccessRule& rule, LogLevel level);
  [[nodiscard]] bool allowed(const tactus_address& address) const noexcept { return access_.allowed(address); }

  // ServerSockets
  Socket* server_socket(std::uint16_t family) override;
  Socket* acquisition_socket(std::uint16_t family) override;
  Socket* ptp_socket(std::uint16_t family) override { return at(family).ptp.get(); }
  [[nodiscard]] bool any_server_socket() const override;
  void user_added(std::uint16_t family) override;
  void user_removed(std::uint16_t family) override;
  [[nodiscard]] double monotonic_offset_s() const override { return engine_.monotonic_offset_s(); }
  [[nodiscard]] std::uint32_t monotonic_epoch() const override { return engine_.monotonic_epoch(); }

  void on_clock_change(const tactus_clock_change& change) { engine_.on_clock_change(change); }
  void fill(tactus_serverstats& row);
  // Gives the rows of the report `clients`.
  tactus_status clients(const tactus_query& query, tactus_row_sink sink, void* sink_user);

 private:
  struct Family {
    std::unique_ptr<Socket> server;
    std::unique_ptr<Socket> acquisition;
    std::unique_ptr<Socket> ptp;
    std::uint32_t users = 0;  // peers and broadcasts
    bool refused = false;     // the server socket could not be opened; said once
  };
  static constexpr std::array<std::uint16_t, 2> families{TACTUS_FAMILY_IPV4, TACTUS_FAMILY_IPV6};

  void on_datagram(Socket& socket, const tactus_datagram& datagram) override;
  void on_transmit_stamp(std::uint64_t send_id, const tactus_stamp& stamp) override;

  [[nodiscard]] Family& at(std::uint16_t family) noexcept { return families_[family == TACTUS_FAMILY_IPV6 ? 1 : 0]; }
  [[nodiscard]] bool wants_server(std::uint16_t family);
  void update_sockets();
  void open_server(std::uint16_t family);
  void open_acquisition();
  void open_ptp();
  // A permanent socket; null when it cannot be opened, which is said unless the machine lacks the family.
  std::unique_ptr<Socket> open_permanent(Transport& transport, const tactus_socket_params& params);
  void on_request(Socket& socket, const tactus_datagram& datagram);
  void load_schemes();

  Environment& environment_;
  Sources& sources_;
  AccessTable access_;
  RequestAuth auth_;
  ServerEngine engine_;
  std::array<Family, 2> families_{};
  std::uint64_t* unexpected_;  // neither a request nor an answer to one of ours
  std::uint64_t* send_failed_;
};

}  // namespace tactus::ntp

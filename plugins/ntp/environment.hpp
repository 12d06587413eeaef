// SPDX-License-Identifier: Apache-2.0
// What all parts of one instance share: the host, settings, random bits, timer classes, sockets, counters.
#pragma once

#include <array>
#include <cstdint>

#include <tactus/sdk.hpp>

#include "association_types.hpp"
#include "auth_adapter.hpp"
#include "random_pool.hpp"
#include "separation.hpp"
#include "settings.hpp"
#include "sockets.hpp"

namespace tactus::ntp {

// The server as the sources see it: its sockets, and the monotonic scale that packets tell of.
class ServerSockets {
 public:
  virtual ~ServerSockets() = default;
  // Null when there is none of that family.
  virtual Socket* server_socket(std::uint16_t family) = 0;
  virtual Socket* acquisition_socket(std::uint16_t family) = 0;
  virtual Socket* ptp_socket(std::uint16_t family) = 0;
  [[nodiscard]] virtual bool any_server_socket() const = 0;
  // A peer or a broadcast of that family needs the server socket, or does no longer.
  virtual void user_added(std::uint16_t family) = 0;
  virtual void user_removed(std::uint16_t family) = 0;
  [[nodiscard]] virtual double monotonic_offset_s() const = 0;
  [[nodiscard]] virtual std::uint32_t monotonic_epoch() const = 0;
};

// Writes measurements.log.
struct MeasurementLog {
  std::int32_t all = -1;           // `log rawmeasurements`
  std::int32_t synchronised = -1;  // `log measurements`
};

struct Environment {
  Environment(Host host_services, const Settings& configured)
      : host(host_services),
        settings(configured),
        transport(host_services, "udp"),
        ptp_transport(host_services, "netptp"),
        schemes(host_services) {}
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // Neither -4 nor -6 forbids it.
  [[nodiscard]] bool family_enabled(std::uint16_t family) const {
    const std::uint32_t flags = host.run_flags();
    return (flags & (family == TACTUS_FAMILY_IPV4 ? TACTUS_RUN_IPV6_ONLY : TACTUS_RUN_IPV4_ONLY)) == 0;
  }

  Host host;
  Settings settings;
  RandomPool random{&Environment::fill, this};
  Separation client_timers{random};
  Separation peer_timers{random};
  LocalClock clock{};
  Transport transport;
  Transport ptp_transport;
  Schemes schemes;
  ServerSockets* sockets = nullptr;
  MeasurementLog log{};
  std::array<std::uint64_t*, drop_count> drop_cells{};
  std::uint64_t* wrong_socket = nullptr;  // datagrams that came another way than the request went
  std::uint64_t* truncated = nullptr;

 private:
  static void fill(void* user, void* buffer, std::uint32_t length) {
    const auto* self = static_cast<Environment*>(user);
    self->host.raw()->random(self->host.raw(), buffer, length);
  }
};

}  // namespace tactus::ntp

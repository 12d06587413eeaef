// SPDX-License-Identifier: Apache-2.0
// Endpoint "metrics": the reports as OpenMetrics text over HTTP. This file wires the sessions to TCP sockets and to the
// host.
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include <tactus/access.hpp>
#include <tactus/passed_socket.hpp>
#include <tactus/sdk.hpp>
#include <tactus/sdk/streams.hpp>
#include <tactus/sockaddr.hpp>

#include "options.hpp"
#include "session.hpp"

namespace tactus::metrics {
namespace {

constexpr const char* stage = "metrics";
constexpr int backlog = 256;  // as many as there may be sessions

class HostBackend final : public Backend {
 public:
  explicit HostBackend(Host host) : host_(host.raw()) {}
  const tactus_report* report_at(std::uint32_t index) override { return host_->report_at(host_, index); }
  tactus_status read(const char* name, const tactus_query& query, tactus_row_sink sink, void* user) override {
    return host_->report_read(host_, name, TACTUS_ACCESS_MONITOR, &query, sink, user);
  }

 private:
  const tactus_host* host_;
};

Result<Fd> listen_on(const tactus_address& address) {
  if (const int passed = passed_socket(SOCK_STREAM, address); passed >= 0) {
    // The service manager's own descriptor stays open for others.
    Fd own{::fcntl(passed, F_DUPFD_CLOEXEC, passed_socket_first)};
    if (own) return own;
  }
  Fd fd{::socket(socket_family(address), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (!fd) return error("{}", std::strerror(errno));
  const int on = 1;
  (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  (void)::setsockopt(fd.get(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  if (address.family == TACTUS_FAMILY_IPV6) {
    (void)::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  sockaddr_storage storage;
  const socklen_t length = to_sockaddr(address, storage);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0 || ::listen(fd.get(), backlog) != 0) {
    return error("{}", std::strerror(errno));
  }
  return fd;
}

class Metrics final {
 public:
  Metrics(Host host, const Options& options) : host_(host), backend_(host), service_{backend_, TACTUS_OWN_VERSION, {}} {
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      service_.drops[i] = &host_.drop_counter(stage, drop_name(static_cast<Drop>(i)));
    }
    options.each("metricsallow", [this](const Record& record) {
      const tactus_value& value = record.raw()->values[0];
      const tactus_subnet subnet = value.present != 0 ? value.subnet : tactus_subnet{};
      if (access_.set(subnet, true, value.integer == 1) != TACTUS_OK) {
        fail(TACTUS_E_INVALID, "Invalid subnet in metricsallow");
      }
    });
    open(options);
  }
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void start() {
    for (Fd& fd : listeners_) server_.listen(std::move(fd));
    listeners_.clear();
  }

 private:
  void open(const Options& options) {
    tactus_address addresses[] = {*parse_address("127.0.0.1"), *parse_address("::1")};
    options.each("metricsaddress", [&](const Record& record) {
      const tactus_address& address = record.raw()->values[0].subnet.address;
      addresses[address.family == TACTUS_FAMILY_IPV4 ? 0 : 1] = address;
    });
    const std::uint32_t flags = host_.run_flags();
    for (tactus_address& address : addresses) {
      const bool v4 = address.family == TACTUS_FAMILY_IPV4;
      if ((flags & (v4 ? TACTUS_RUN_IPV6_ONLY : TACTUS_RUN_IPV4_ONLY)) != 0) continue;
      address.port = static_cast<std::uint16_t>(options.integer("metricsport", default_port));
      auto listening = listen_on(address);
      if (!listening) {
        host_.error("Could not open metrics socket on {} : {}", to_text_with_port(address), listening.failure().text);
        continue;
      }
      listeners_.push_back(std::move(*listening));
    }
  }

  std::unique_ptr<StreamSession> admit(const sockaddr_storage& peer, socklen_t length) {
    const tactus_address address = from_sockaddr(&peer, length);
    if (!is_loopback(address) && !access_.allowed(address)) {
      service_.count(Drop::not_allowed);
      return nullptr;
    }
    return std::make_unique<Session>(service_, host_.event().monotonic);
  }

  Host host_;
  HostBackend backend_;
  Service service_;
  AccessTable access_;
  std::vector<Fd> listeners_;  // until the start
  StreamServer server_{host_, StreamLimits{}, stage,
                       [this](int, const sockaddr_storage& peer, socklen_t length) { return admit(peer, length); }};
};

}  // namespace
}  // namespace tactus::metrics

TACTUS_PLUGIN_NEEDS("metrics", TACTUS_OWN_VERSION, "Reports as OpenMetrics over HTTP, for Prometheus and its kin",
                    "Apache-2.0", TACTUS_NEEDS_NET,
                    tactus::endpoint<tactus::metrics::Metrics>("metrics", tactus::metrics::directives(),
                                                               "OpenMetrics over HTTP"))

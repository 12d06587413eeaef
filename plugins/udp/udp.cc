// SPDX-License-Identifier: Apache-2.0
// The plugin "udp": datagrams over IPv4 and IPv6 with their timestamps.
#include <tactus/sdk.hpp>

#include "options.hpp"
#include "transport.hpp"

namespace {

using tactus::guarded;
using tactus::udp::Socket;
using tactus::udp::Transport;

Transport& transport(void* instance) { return *static_cast<Transport*>(instance); }

tactus_status open(void* instance, const tactus_socket_params* params, const tactus_transport_sink* sink, void* user,
                   void** socket, tactus_error* error) noexcept {
  *socket = nullptr;
  return guarded(error, [&] {
    const auto opened = transport(instance).open(*params, *sink, user);
    if (!opened) {
      tactus::set_error(error, opened.failure().text);
      return opened.failure().status;
    }
    *socket = *opened;
    return TACTUS_OK;
  });
}

void close(void* instance, void* socket) noexcept { transport(instance).close(static_cast<Socket*>(socket)); }

tactus_status send(void* instance, void* socket, const tactus_datagram* datagrams, std::uint32_t count,
                   std::uint32_t* sent, tactus_stamp* stamps) noexcept {
  *sent = 0;
  return guarded(nullptr, [&] {
    return transport(instance).send(*static_cast<Socket*>(socket), datagrams, count, *sent, stamps);
  });
}

tactus_status local_address(void*, void* socket, tactus_address* address) noexcept {
  *address = tactus::udp::bound_address(static_cast<Socket*>(socket)->os.fd);
  return address->family == TACTUS_FAMILY_NONE ? TACTUS_E_SYSTEM : TACTUS_OK;
}

constexpr tactus_transport_ops ops{sizeof(tactus_transport_ops),
                                   0,
                                   tactus::instance_create<Transport>,
                                   tactus::instance_start<Transport>,
                                   tactus::instance_destroy<Transport>,
                                   &open,
                                   &close,
                                   &send,
                                   &local_address};

}  // namespace

// BIND_LOW: `allow` at run time opens the server's port. NET_RAW: binding to a device on kernels before 5.7.
// DEVICES: clocks of network cards are read.
TACTUS_PLUGIN_NEEDS("udp", "1.0.0", "NTP datagrams over UDP", "Apache-2.0",
                    TACTUS_NEEDS_NET | TACTUS_NEEDS_BIND_LOW | TACTUS_NEEDS_NET_RAW | TACTUS_NEEDS_DEVICES,
                    tactus::transport<Transport>("udp", &ops, tactus::udp::directives(),
                                                 "UDP over IPv4 and IPv6, with kernel timestamps"))

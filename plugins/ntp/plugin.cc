// SPDX-License-Identifier: Apache-2.0
// The descriptor of the plugin ntp.
#include "instance.hpp"
#include "options.hpp"

extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void);
extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void) {
  static const tactus_provider provider{sizeof(tactus_provider),
                                        TACTUS_KIND_SOURCE,
                                        "ntp",
                                        "NTP client, peer and server",
                                        tactus::ntp::directives().data(),
                                        static_cast<std::uint32_t>(tactus::ntp::directives().size()),
                                        0,
                                        tactus::ntp::provider_ops()};
  static const tactus_plugin plugin{sizeof(tactus_plugin),
                                    TACTUS_ABI_MAJOR,
                                    0,
                                    TACTUS_NEEDS_NET | TACTUS_NEEDS_BIND_LOW,
                                    "ntp",
                                    "0.1.0",
                                    "Apache-2.0",
                                    "NTP client, peer and server (RFC 5905, RFC 9769)",
                                    &provider,
                                    1,
                                    0,
                                    nullptr};
  return &plugin;
}

// SPDX-License-Identifier: Apache-2.0
// The descriptor of the plugin netptp.
#include <tactus/sdk.hpp>

#include "options.hpp"
#include "transport.hpp"

// Sockets are those of udp, which asks for its own rights.
TACTUS_PLUGIN_NEEDS("netptp", "0.1.0", "NTP packets in PTP messages", "Apache-2.0", TACTUS_NEEDS_NET,
                    tactus::transport("netptp", tactus::netptp::provider_ops(), tactus::netptp::directives(),
                                      "NTP over PTP, for timestamps of hardware that knows PTP only"))

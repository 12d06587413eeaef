// SPDX-License-Identifier: Apache-2.0
// Directives of timestamps (configuration specification, section 4.4).
#include "options.hpp"

#include <limits>

#include <tactus/sdk/declare.hpp>

namespace tactus::udp {

namespace {

constexpr double finite = std::numeric_limits<double>::max();
constexpr double int_max = 2147483647;
constexpr const char* receive_filters[] = {"none", "ntp", "ptp", "all"};

constexpr tactus_field hwtimestamp_fields[] = {
    field_text(TACTUS_TYPE_STRING, "interface", nullptr, "network interface; *: every one that can",
               TACTUS_FIELD_REQUIRED | TACTUS_FIELD_POSITIONAL),
    field_integer("minpoll", "log2 s", -32, 32, "0", "shortest interval between readings of the NIC's clock"),
    field_integer("maxpoll", "log2 s", -32, 32, nullptr, "longest interval; default: minpoll + 1"),
    field_integer("minsamples", "readings", 0, int_max, "2", "fewest readings kept"),
    field_integer("maxsamples", "readings", 0, int_max, "16", "most readings kept"),
    field_real("precision", "s", "100e-9", "precision of a reading", 0, -finite, finite),
    field_real("txcomp", "s", "0", "added to transmit timestamps", 0, -finite, finite),
    field_real("rxcomp", "s", "0", "subtracted from receive timestamps", 0, -finite, finite),
    field_flag("nocrossts", "do not use precise cross-timestamping"),
    field_choice(TACTUS_TYPE_ENUM, "rxfilter", receive_filters, nullptr, "which packets get a hardware timestamp")};

constexpr Simple transmit_buffers{
    field_integer("maxtxbuffers", "packets", 0, 1048576, "0",
                  "sent packets of one socket that may wait for their timestamps; 0: 256, or 8 of a client's socket"),
    "timestamping"};

constexpr tactus_directive table[] = {
    directive(transmit_buffers),
    directive("hwtimestamp", "timestamping", TACTUS_SHAPE_NAMED, hwtimestamp_fields,
              "timestamps of the network hardware", TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN)};

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::udp

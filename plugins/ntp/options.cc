// SPDX-License-Identifier: Apache-2.0
// Directives of NTP: sources and server (configuration specification, sections 4.1, 4.4, 5, 7.3 and 7.4).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::ntp {

namespace {

constexpr double int_max = 2147483647;
constexpr double int_min = -2147483648.0;
constexpr double finite = std::numeric_limits<double>::max();
constexpr double port_max = 65535;
constexpr double number_max = 4294967295.0;
constexpr std::uint32_t required = TACTUS_FIELD_REQUIRED;
constexpr std::uint32_t loose = TACTUS_FIELD_NUMERIC_PREFIX;

constexpr const char* extension_fields[] = {"F323", "F324"};

constexpr tactus_field source_fields[] = {
    field_text(TACTUS_TYPE_STRING, "name", nullptr, "name or address of the server",
               required | TACTUS_FIELD_POSITIONAL),
    field_integer("minpoll", "log2 s", int_min, int_max, "6", "shortest polling interval; -7..24 take effect"),
    field_integer("maxpoll", "log2 s", -32, 32, "10", "longest polling interval; -7..24 take effect"),
    field_flag("iburst", "several requests at once when going online"),
    field_flag("burst", "several requests at each poll until one sample is good"),
    field_integer("key", "", 1, number_max, nullptr, "number of the symmetric key", TACTUS_FIELD_WRAP),
    field_flag("nts", "authenticate with NTS"),
    field_integer("ntsport", "", 0, port_max, "4460", "port of the NTS key exchange"),
    field_integer("certset", "", 0, number_max, "0", "set of trusted certificates", TACTUS_FIELD_WRAP),
    field_integer("port", "", 0, port_max, "123", "UDP port of the server"),
    field_real("maxdelay", "s", "3.0", "largest round trip of a good sample", TACTUS_FIELD_CLAMP, 0, 1000),
    field_real("maxdelayratio", "", "0", "largest ratio of the round trip to its minimum; below 1: off",
               TACTUS_FIELD_CLAMP, 0, 1e6),
    field_real("maxdelaydevratio", "", "10.0",
               "largest growth of the delay in standard deviations (off by default with the adaptive estimator)",
               TACTUS_FIELD_CLAMP, 0, 1e6),
    field_real("maxdelayquant", "", "0", "long-term quantile of the delay that a good sample may have; 0: off", 0,
               -finite, finite),
    field_real("mindelay", "s", "0", "known smallest round trip; 0: measured", 0, -finite, finite),
    field_real("asymmetry", "", "1.0", "asymmetry of the jitter, -0.5..0.5; 0: off; above 0.5: measured", 0, -finite,
               finite),
    field_real("offset", "s", "0", "added to measured offsets", 0, -finite, finite),
    field_integer("minsamples", "samples", 0, int_max, nullptr, "fewest samples kept; default: the directive's"),
    field_integer("maxsamples", "samples", 0, int_max, nullptr, "most samples kept; default: the directive's"),
    field_integer("maxunreach", "polls", 0, int_max, "100000", "polls without an answer before it is not selected"),
    field_integer("filter", "samples", 0, int_max, "0", "median filter over so many polls; 0: none"),
    field_flag("offline", "start offline"),
    field_flag("auto_offline", "go offline when sending fails"),
    field_flag("prefer", "prefer this source"),
    field_flag("noselect", "never select this source"),
    field_flag("trust", "this source is assumed to be right"),
    field_flag("require", "the clock is only set when such a source is selectable"),
    field_flag("xleave", "interleaved mode"),
    field_integer("polltarget", "samples", 1, int_max, "8", "number of samples that the polling interval aims at"),
    field_integer("presend", "log2 s", -32, 32, nullptr,
                  "from this interval on, an extra request before each; default: never"),
    field_integer("minstratum", "", 0, 16, "0", "raise the stratum to at least this"),
    field_integer("version", "", 1, 4, nullptr, "NTP version of the requests; default: 4, or 3 with long keys"),
    field_flag("copy", "take over the reference id and stratum of the server"),
    field_choice(TACTUS_TYPE_HEX, "extfield", extension_fields, nullptr, "extension field that is used",
                 TACTUS_FIELD_REPEATED),
    field_flag("ipv4", "only IPv4 addresses", TACTUS_FIELD_ONE_OF),
    field_flag("ipv6", "only IPv6 addresses", TACTUS_FIELD_ONE_OF),
    field_integer("maxsources", "sources", 1, int_max, "4", "pools: sources wanted; up to 16 take effect"),
};

constexpr tactus_field broadcast_fields[] = {
    field_integer("interval", "s", int_min, int_max, nullptr, "time between packets; 1..2^24 take effect",
                  required | loose),
    field_text(TACTUS_TYPE_ADDRESS, "address", nullptr, "broadcast or multicast address", required),
    field_integer("port", "", int_min, int_max, "123", "UDP port, modulo 65536", loose)};

constexpr tactus_field allow_fields[] = {
    field_text(TACTUS_TYPE_SUBNET, "subnet", nullptr, "network that may ask for the time; none: everybody")};
constexpr tactus_field deny_fields[] = {
    field_text(TACTUS_TYPE_SUBNET, "subnet", nullptr, "network that may not ask for the time; none: nobody may")};

// The range of all four is that of one common check in chrony; `burst` may be as large as its documentation says.
constexpr tactus_field ratelimit_fields[] = {
    field_integer("interval", "log2 s", -32, 32, "3", "average interval between answers to one address"),
    field_integer("burst", "responses", -32, 255, "8", "answers that may exceed the average"),
    field_integer("leak", "log2", -32, 32, "2", "one of 2^leak excess requests is answered"),
    field_integer("kod", "log2", -32, 32, "0", "one of 2^kod dropped requests gets a RATE answer; 0: none"),
};

constexpr Simple simple[] = {
    {field_integer("acquisitionport", "", 0, port_max, nullptr, "port that requests come from; default: random ones"),
     "client"},
    {field_text(TACTUS_TYPE_ADDRESS, "bindacqaddress", nullptr, "local address of requests"), "client",
     TACTUS_REPEAT_PER_FAMILY},
    {field_text(TACTUS_TYPE_STRING, "bindacqdevice", nullptr, "network interface of requests"), "client"},
    {field_integer("refresh", "s", 0, int_max, "1209600", "time between two look-ups of a working name; 0: never"),
     "client"},
    {field_real("hwtstimeout", "s", "0.001", "how long to wait for a hardware transmit timestamp", loose),
     "timestamping"},
    {field_text(TACTUS_TYPE_ADDRESS, "bindaddress", nullptr, "local address of the server"), "server",
     TACTUS_REPEAT_PER_FAMILY},
    {field_text(TACTUS_TYPE_STRING, "binddevice", nullptr, "network interface of the server"), "server"},
    {field_integer("port", "", 0, port_max, "123", "port of the server; 0: no server"), "server"},
    {field_integer("dscp", "", 0, 63, "0", "traffic class of packets sent"), "server"},
    {field_integer("clientloglimit", "bytes", 0, 9007199254740992.0, "524288", "memory for records of clients",
                   loose | TACTUS_FIELD_WRAP | TACTUS_FIELD_CLAMP),
     "server"},
    {field_flag("noclientlog", "keep no records of clients"), "server"},
};

constexpr tactus_directive others[] = {
    directive("server", "sources", TACTUS_SHAPE_NAMED, source_fields, "an NTP server", TACTUS_REPEAT_ACCUMULATE,
              TACTUS_TEXTS_SOURCE),
    directive("pool", "sources", TACTUS_SHAPE_NAMED, source_fields, "a name with several NTP servers",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_SOURCE),
    directive("peer", "sources", TACTUS_SHAPE_NAMED, source_fields, "an NTP server that also takes our time",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_SOURCE),
    directive("broadcast", "server", TACTUS_SHAPE_POSITIONAL, broadcast_fields,
              "send the time to everybody on a network", TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("allow", "server", TACTUS_SHAPE_ACCESS, allow_fields, "who may ask for the time",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("deny", "server", TACTUS_SHAPE_ACCESS, deny_fields, "who may not ask for the time",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("ratelimit", "server", TACTUS_SHAPE_OPTIONS, ratelimit_fields, "limit the answers per address",
              TACTUS_REPEAT_MERGE, TACTUS_TEXTS_PLAIN),
};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::ntp

// SPDX-License-Identifier: Apache-2.0
// Directives of the command and monitoring endpoint (configuration specification, sections 4.5, 7.3 and 7.4).
#include "options.hpp"

#include <tactus/sdk/declare.hpp>

namespace tactus::cmdmon {

namespace {

constexpr const char* commands[] = {"activity", "authdata",    "clients",     "manual",    "ntpdata",
                                    "rtcdata",  "selectdata",  "serverstats", "smoothing", "sourcename",
                                    "sources",  "sourcestats", "tracking"};

constexpr tactus_field allow_fields[] = {
    field_text(TACTUS_TYPE_SUBNET, "subnet", nullptr, "network that may send monitoring commands; none: everybody")};
constexpr tactus_field deny_fields[] = {
    field_text(TACTUS_TYPE_SUBNET, "subnet", nullptr, "network that may not send commands; none: nobody may")};

constexpr tactus_field ratelimit_fields[] = {
    field_integer("interval", "log2 s", -32, 32, "-4", "average interval between answers to one address"),
    field_integer("burst", "responses", -32, 255, "8", "answers that may exceed the average"),
    field_integer("leak", "log2", -32, 32, "2", "one of 2^leak excess requests is answered"),
};

constexpr tactus_field opencommands_fields[] = {
    field_choice(TACTUS_TYPE_WORDS, "opencommands", commands,
                 "activity manual rtcdata smoothing sourcename sources sourcestats tracking",
                 "monitoring commands that other hosts may use")};

constexpr Simple simple[] = {
    {field_integer("cmdport", "", 0, 65535, "323", "UDP port of commands; 0: none"), "control"},
    {field_text(TACTUS_TYPE_ADDRESS, "bindcmdaddress", nullptr, "local address of commands, or path of the Unix socket",
                TACTUS_FIELD_OR_PATH),
     "control", TACTUS_REPEAT_PER_FAMILY},
    {field_text(TACTUS_TYPE_STRING, "bindcmddevice", nullptr, "network interface of commands"), "control"},
};

constexpr tactus_directive others[] = {
    directive("cmdallow", "control", TACTUS_SHAPE_ACCESS, allow_fields, "who may send monitoring commands",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("cmddeny", "control", TACTUS_SHAPE_ACCESS, deny_fields, "who may not send commands",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("cmdratelimit", "control", TACTUS_SHAPE_OPTIONS, ratelimit_fields, "limit the answers per address",
              TACTUS_REPEAT_MERGE, TACTUS_TEXTS_PLAIN),
    directive("opencommands", "control", TACTUS_SHAPE_WORDS, opencommands_fields,
              "monitoring commands that other hosts may use", TACTUS_REPEAT_LAST, TACTUS_TEXTS_PLAIN),
};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> directives() { return table; }

}  // namespace tactus::cmdmon

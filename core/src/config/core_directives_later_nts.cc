// SPDX-License-Identifier: Apache-2.0
// Directives of NTS, which this version does not have yet: read and checked exactly, with a warning (configuration
// specification, sections 4.1, 4.4 and 7.3).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr std::uint32_t later = TACTUS_DIRECTIVE_LATER;
constexpr std::uint32_t last = TACTUS_REPEAT_LAST;
constexpr std::uint32_t accumulate = TACTUS_REPEAT_ACCUMULATE;
constexpr std::uint32_t counted = TACTUS_TEXTS_COUNTED;

constexpr tactus_field ntsaeads_fields[] = {field(TACTUS_TYPE_WORDS, "ntsaeads", "", 0, int_max, "30 15",
                                                  "AEAD algorithms in order of preference", TACTUS_FIELD_NUMBERS)};

constexpr tactus_field ntstrustedcerts_fields[] = {
    field_integer("set", "", 0, 4294967295.0, "0", "number of the set", loose | TACTUS_FIELD_WRAP),
    field_text(TACTUS_TYPE_PATH, "path", nullptr, "certificate file or directory", TACTUS_FIELD_REQUIRED)};

constexpr tactus_field ntsratelimit_fields[] = {
    field_integer("interval", "log2 s", -32, 32, "6", "average interval between answers to one address"),
    field_integer("burst", "responses", -32, 255, "8", "answers that may exceed the average"),
    field_integer("leak", "log2", -32, 32, "2", "one of 2^leak excess requests is answered"),
};

constexpr Simple simple[] = {
    {field_text(TACTUS_TYPE_PATH, "ntsdumpdir", nullptr, "directory of NTS keys and cookies"), "nts", last, counted,
     later, "ntscachedir"},
    {field_integer("ntsrefresh", "s", 0, int_max, "2419200", "longest use of keys before a new key exchange"), "nts",
     last, counted, later},
    {field_flag("nosystemcert", "do not trust the system's certificate authorities"), "nts", last, counted, later},
    {field_integer("nocerttimecheck", "updates", 0, int_max, "0",
                   "clock updates before the time of certificates is checked"),
     "nts", last, counted, later},
    {field_integer("ntsport", "", 0, 65535, "4460", "port of the key exchange"), "nts", last, counted, later},
    {field_text(TACTUS_TYPE_PATH, "ntsservercert", nullptr, "certificate of the server"), "nts", accumulate, counted,
     later},
    {field_text(TACTUS_TYPE_PATH, "ntsserverkey", nullptr, "private key of the server"), "nts", accumulate, counted,
     later},
    {field_integer("ntsprocesses", "", 0, 1000, "1", "helper processes of the key exchange"), "nts", last, counted,
     later},
    {field_integer("maxntsconnections", "", 1, int_max, "100", "connections at once per process"), "nts", last, counted,
     later},
    {field_text(TACTUS_TYPE_STRING, "ntsntpserver", nullptr, "NTP server that clients are sent to"), "nts", last,
     counted, later},
    {field_integer("ntsrotate", "s", 0, int_max, "604800", "time between two changes of the cookie key; 0: never"),
     "nts", last, counted, later},
};

constexpr tactus_directive others[] = {
    directive("ntsaeads", "nts", TACTUS_SHAPE_WORDS, ntsaeads_fields, "AEAD algorithms in order of preference", last,
              counted, later),
    directive("ntstrustedcerts", "nts", TACTUS_SHAPE_POSITIONAL, ntstrustedcerts_fields,
              "certificates that are trusted", accumulate, counted, later),
    directive("ntsratelimit", "nts", TACTUS_SHAPE_OPTIONS, ntsratelimit_fields, "limit the key exchanges per address",
              TACTUS_REPEAT_MERGE, TACTUS_TEXTS_PLAIN, later),
};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> later_nts_directives() { return table; }

}  // namespace tactus::config

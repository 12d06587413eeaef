// SPDX-License-Identifier: Apache-2.0
// Directives of facilities that this version does not have: they are read and checked exactly, and the reader warns
// that nothing acts on them (configuration specification, sections 4.1, 4.3, 4.4, 4.6, 4.8 and 7.2). A facility that
// arrives takes its declaration with it. Obsolete directives are at the end (section 1.5).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr std::uint32_t later = TACTUS_DIRECTIVE_LATER;
constexpr std::uint32_t last = TACTUS_REPEAT_LAST;
constexpr std::uint32_t counted = TACTUS_TEXTS_COUNTED;
constexpr std::uint32_t required = TACTUS_FIELD_REQUIRED;

constexpr const char* rx_filters[] = {"none", "ntp", "ptp", "all"};

constexpr tactus_field initstepslew_fields[] = {
    field_real("threshold", "s", nullptr, "step when the offset is at least this, else slew", required | loose),
    field_text(TACTUS_TYPE_WORDS, "hosts", nullptr, "servers that are asked before normal operation",
               TACTUS_FIELD_HOSTS)};

constexpr tactus_field hwtimestamp_fields[] = {
    field_text(TACTUS_TYPE_STRING, "interface", nullptr, "network interface; *: every one that can",
               required | TACTUS_FIELD_POSITIONAL),
    field_integer("minpoll", "log2 s", -32, 32, "0", "shortest interval between readings of the NIC's clock"),
    field_integer("maxpoll", "log2 s", -32, 32, nullptr, "longest interval; default: minpoll + 1"),
    field_integer("minsamples", "readings", 0, int_max, "2", "fewest readings kept"),
    field_integer("maxsamples", "readings", 0, int_max, "16", "most readings kept"),
    field_real("precision", "s", "100e-9", "precision of a reading", 0, -finite, finite),
    field_real("txcomp", "s", "0", "added to transmit timestamps", 0, -finite, finite),
    field_real("rxcomp", "s", "0", "subtracted from receive timestamps", 0, -finite, finite),
    field_flag("nocrossts", "do not use precise cross-timestamping"),
    field_choice(TACTUS_TYPE_ENUM, "rxfilter", rx_filters, nullptr, "which packets get a hardware timestamp")};

constexpr Simple simple[] = {
    {field_text(TACTUS_TYPE_PATH, "ntpsigndsocket", nullptr, "directory of Samba's signing socket"), "server", last,
     counted, later},
    {field_real("hwtstimeout", "s", "0.001", "how long to wait for a hardware transmit timestamp", loose),
     "timestamping", last, counted, later},
    {field_integer("ptpport", "", 0, 65535, "0", "port of NTP over PTP; 0: off"), "ptp", last, counted, later},
    {field_integer("ptpdomain", "", 0, 255, "123", "PTP domain of NTP over PTP"), "ptp", last, counted, later},
    {field_text(TACTUS_TYPE_PATH, "hwclockfile", nullptr, "file that says whether the RTC keeps UTC"), "rtc", last,
     counted, later},
    {field_real("rtcautotrim", "s", "0", "set the RTC when its error is larger; 0: never", loose), "rtc", last, counted,
     later},
    {field_text(TACTUS_TYPE_PATH, "rtcdevice", "/dev/rtc", "device of the real-time clock"), "rtc", last, counted,
     later},
    {field_text(TACTUS_TYPE_PATH, "rtcfile", nullptr, "file of the RTC's drift; switches its tracking on"), "rtc", last,
     counted, later},
    {field_flag("rtconutc", "the real-time clock keeps UTC"), "rtc", last, counted, later},
};

constexpr tactus_directive others[] = {
    directive("initstepslew", "sources", TACTUS_SHAPE_POSITIONAL, initstepslew_fields,
              "correct the clock once before normal operation", last, TACTUS_TEXTS_PLAIN, later),
    directive("hwtimestamp", "timestamping", TACTUS_SHAPE_NAMED, hwtimestamp_fields,
              "timestamps of the network hardware", TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN, later),
};

constexpr auto later_table = directives_of(simple, others);

constexpr tactus_directive gone(const char* keyword, std::uint32_t flags) {
  return directive(keyword, "", TACTUS_SHAPE_WORDS, {}, "obsolete, without effect", last, counted, flags);
}
constexpr tactus_directive obsolete_table[] = {
    gone("commandkey", TACTUS_DIRECTIVE_OBSOLETE),       gone("generatecommandkey", TACTUS_DIRECTIVE_OBSOLETE),
    gone("linux_freq_scale", TACTUS_DIRECTIVE_OBSOLETE), gone("linux_hz", TACTUS_DIRECTIVE_OBSOLETE),
    gone("dumponexit", TACTUS_DIRECTIVE_IGNORED),
};

}  // namespace

std::span<const tactus_directive> later_directives() { return later_table; }
std::span<const tactus_directive> obsolete_directives() { return obsolete_table; }

}  // namespace tactus::config

// SPDX-License-Identifier: Apache-2.0
// Directives of facilities that this version does not have: they are read and checked exactly, and the reader warns
// that nothing acts on them (configuration specification, sections 4.4 and 4.6). A facility that
// arrives takes its declaration with it. Obsolete directives are at the end (section 1.5).
#include <array>
#include <iterator>

#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr std::uint32_t later = TACTUS_DIRECTIVE_LATER;
constexpr std::uint32_t last = TACTUS_REPEAT_LAST;
constexpr std::uint32_t counted = TACTUS_TEXTS_COUNTED;

constexpr Simple simple[] = {
    {field_text(TACTUS_TYPE_PATH, "ntpsigndsocket", nullptr, "directory of Samba's signing socket"), "server", last,
     counted, later},
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

constexpr auto later_table = [] {
  std::array<tactus_directive, std::size(simple)> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = directive(simple[i]);
  return out;
}();

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

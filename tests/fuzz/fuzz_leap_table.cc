// SPDX-License-Identifier: Apache-2.0
// Fuzz target of both readers of leap second tables. The first byte chooses: even a list, odd a time zone file.
// links: tactus_discipline
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "discipline/leap_table.hpp"

namespace {

// What was read has to be in order, and to answer for any time.
void check(const tactus::Result<tactus::LeapTable>& table) {
  if (!table) return;
  const auto entries = table->entries();
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].from_s <= entries[i - 1].from_s) __builtin_trap();
  }
  for (const auto& entry : entries) {
    for (const std::int64_t near_s : {-1, 0, 1}) {
      const tactus::LeapInfo info = table->at(entry.from_s + near_s);
      if (info.leap > TACTUS_LEAP_DELETE) __builtin_trap();
    }
    if (table->at(entry.from_s).tai_offset_s != entry.tai_offset_s) __builtin_trap();
  }
  static_cast<void>(table->plausible());
  static_cast<void>(table->expired(0));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  if ((data[0] & 1) == 0) {
    check(tactus::parse_leap_list({reinterpret_cast<const char*>(data) + 1, size - 1}));
  } else {
    check(tactus::parse_leap_zone({data + 1, size - 1}));
  }
  return 0;
}

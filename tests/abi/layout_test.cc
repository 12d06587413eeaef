// SPDX-License-Identifier: Apache-2.0
// The published layouts, seen by a C++ compiler, and what TACTUS_COVERS and TACTUS_AT make of them.
#include <gtest/gtest.h>

#include <type_traits>

#include <tactus/plugin.h>
#include <tactus/reports.h>

#if UINTPTR_MAX == UINT64_MAX
#define SIZE(type, bytes)                                             \
  static_assert(sizeof(type) >= (bytes), "published size of " #type); \
  static_assert(std::is_standard_layout_v<type> && std::is_trivial_v<type>, "structures of C");
#define OFFSET(type, member, bytes) \
  static_assert(offsetof(type, member) == (bytes), "published offset of " #type "." #member);
#include "baseline/layout_1_0.inc"
#undef SIZE
#undef OFFSET
#endif

namespace {

// Values that cross by value or in arrays without a size of their own never grow.
static_assert(sizeof(tactus_address) == 24 && sizeof(tactus_subnet) == 32 && sizeof(tactus_stamp) == 48);
static_assert(sizeof(tactus_value) == 72 && sizeof(tactus_instant) == 32);

TEST(Layout, a_field_is_covered_from_its_last_byte_on) {
  tactus_reading reading{};
  reading.struct_size = offsetof(tactus_reading, quality) + sizeof reading.quality;
  EXPECT_TRUE(TACTUS_COVERS(tactus_reading, &reading, quality));
  --reading.struct_size;
  EXPECT_FALSE(TACTUS_COVERS(tactus_reading, &reading, quality));
  EXPECT_TRUE(TACTUS_COVERS(tactus_reading, &reading, dispersion_s));
}

TEST(Layout, arrays_are_walked_by_the_size_of_their_writer) {
  struct Longer {
    tactus_field base;
    double later;
  };
  Longer fields[3]{};
  for (std::uint32_t i = 0; i < 3; ++i) {
    fields[i].base.struct_size = sizeof(Longer);
    fields[i].base.type = i + 1;
  }
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(TACTUS_AT(tactus_field, &fields[0].base, i)->type, i + 1);
}

}  // namespace

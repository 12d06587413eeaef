// SPDX-License-Identifier: Apache-2.0
// Tables of leap seconds: the list's and the zone file's format, and what they say of a day. Discipline specification,
// section 12; RFC 8536.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "discipline/leap_table.hpp"

namespace tactus {
namespace {

constexpr std::int64_t june_2012_s = 1341014400;  // 2012-06-30 00:00:00 UTC
constexpr std::int64_t day_s = 86400;
constexpr const char* list =
    "#$\t3676924800\n#@\t3928521600\n# a comment\n\n3345062400\t33\t# 1 Jan 2006\n3439756800 34\n3550089600\t35\n";

TEST(LeapTable, a_list_tells_the_leap_at_the_end_of_a_day_and_tai) {
  const auto table = parse_leap_list(list);
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->plausible());
  EXPECT_EQ(table->at(june_2012_s).leap, TACTUS_LEAP_INSERT);
  EXPECT_EQ(table->at(june_2012_s + day_s - 1).leap, TACTUS_LEAP_INSERT);
  EXPECT_EQ(table->at(june_2012_s).tai_offset_s, 34);
  EXPECT_EQ(table->at(june_2012_s + day_s).leap, TACTUS_LEAP_NORMAL);
  EXPECT_EQ(table->at(june_2012_s + day_s).tai_offset_s, 35);
  EXPECT_EQ(table->at(june_2012_s - 1).leap, TACTUS_LEAP_NORMAL);
  EXPECT_EQ(table->at(0).tai_offset_s, 10) << "before the first entry";
  EXPECT_FALSE(table->expired(3928521600 - 2208988800 - 1));
  EXPECT_TRUE(table->expired(3928521600 - 2208988800));
}

TEST(LeapTable, an_offset_that_goes_down_is_a_deleted_second) {
  const auto table = parse_leap_list("#$ 1\n#@ 3928521600\n3345062400 33\n3439756800 32\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->at(1230768000 - 1).leap, TACTUS_LEAP_DELETE);
  EXPECT_EQ(table->at(1230768000).tai_offset_s, 32);
  EXPECT_FALSE(table->plausible());
}

TEST(LeapTable, malformed_lists_are_refused) {
  for (const char* text : {"", "#$ 1\n3345062400 33\n", "#@ 1\n3345062400 33\n", "#$ 1\n#@ 1\n",
                           "#$ x\n#@ 1\n3345062400 33\n", "#$ 1\n#@ 1\n3345062400\n", "#$ 1\n#@ 1\nx 33\n",
                           "#$ 1\n#@ 1\n3345062400 33x\n", "#$ 1\n#@ 1\n3345062400 33\n3345062400 34\n",
                           "#$ 1\n#@ 1\n3345062400 99999999999999999999\n", "#$ 1\n#@ 1\n-5 33\n"}) {
    EXPECT_FALSE(parse_leap_list(text)) << text;
  }
}

void put(std::vector<std::uint8_t>& out, std::int64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> shift));
  }
}

struct Record {
  std::int64_t when;
  std::int32_t correction;
};

void put_block(std::vector<std::uint8_t>& out, char version, int time_bytes, const std::vector<Record>& records) {
  for (const char c : {'T', 'Z', 'i', 'f', version}) out.push_back(static_cast<std::uint8_t>(c));
  out.resize(out.size() + 15);
  for (const std::int64_t count : {0L, 1L, static_cast<long>(records.size()), 1L, 1L, 4L}) put(out, count, 4);
  put(out, 0, time_bytes);  // one transition
  put(out, 0, 1);           // and its type
  out.resize(out.size() + 6 + 4);
  for (const Record& record : records) {
    put(out, record.when, time_bytes);
    put(out, record.correction, 4);
  }
  out.push_back(0);
}

// The first leap seconds and those of 2009 and 2012, as in the zone right/UTC.
std::vector<Record> zone_records() { return {{78796800, 1}, {94694401, 2}, {1230768023, 24}, {1341100824, 25}}; }

TEST(LeapTable, zone_files_of_both_versions_are_read) {
  std::vector<std::uint8_t> old;
  put_block(old, '\0', 4, zone_records());
  std::vector<std::uint8_t> file;
  put_block(file, '2', 4, {});
  put_block(file, '2', 8, zone_records());
  for (const auto& bytes : {old, file}) {
    const auto table = parse_leap_zone(bytes);
    ASSERT_TRUE(table);
    ASSERT_EQ(table->entries().size(), 4U);
    EXPECT_EQ(table->entries()[1].from_s, 94694400) << "1973-01-01";
    EXPECT_EQ(table->at(june_2012_s).leap, TACTUS_LEAP_INSERT);
    EXPECT_EQ(table->at(june_2012_s + day_s).tai_offset_s, 35);
    EXPECT_FALSE(table->expired(june_2012_s));
  }
}

TEST(LeapTable, a_last_record_without_a_leap_is_the_expiry) {
  auto records = zone_records();
  records.push_back({1341100825 + 1000, 25});
  std::vector<std::uint8_t> file;
  put_block(file, '4', 4, {});
  put_block(file, '4', 8, records);
  const auto table = parse_leap_zone(file);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->entries().size(), 4U);
  EXPECT_TRUE(table->expired(1341100800 + 1000));
  EXPECT_FALSE(table->expired(1341100800));
}

TEST(LeapTable, every_cut_of_a_zone_file_is_refused) {
  std::vector<std::uint8_t> file;
  put_block(file, '2', 4, zone_records());
  put_block(file, '2', 8, zone_records());
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(parse_leap_zone(Bytes(file).first(size))) << size;
  }
  ASSERT_TRUE(parse_leap_zone(file));
  auto many = file;
  for (std::size_t at = 20; at < 44; ++at) many[at] = 0xff;
  EXPECT_FALSE(parse_leap_zone(many)) << "counts beyond the file";
  many = file;
  many[0] = 'X';
  EXPECT_FALSE(parse_leap_zone(many));
  std::vector<std::uint8_t> without;
  put_block(without, '\0', 4, {});
  EXPECT_FALSE(parse_leap_zone(without)) << "a zone without leap seconds is of no use";
}

}  // namespace
}  // namespace tactus

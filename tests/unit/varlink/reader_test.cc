// SPDX-License-Identifier: Apache-2.0
// The reader of messages: every cut, the limits of length, depth and time.
#include <gtest/gtest.h>

#include "message_reader.hpp"

namespace tactus::varlink {
namespace {

constexpr auto start = from_ns<MonoTime>(5'000'000'000);

void feed(MessageReader& reader, std::string_view text, MonoTime now = start) {
  reader.feed({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, now);
}

TEST(MessageReader, finds_messages_wherever_the_stream_is_cut) {
  const std::string stream = std::string("{\"a\":\"}\\\"{\"}") + '\0' + "[1,[2]]" + '\0' + '\0' + "{}" + '\0';
  const std::vector<std::string> messages = {"{\"a\":\"}\\\"{\"}", "[1,[2]]", "", "{}"};
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    MessageReader reader;
    std::vector<std::string> got;
    for (const std::string& part : {stream.substr(0, cut), stream.substr(cut)}) {
      feed(reader, part);
      while (reader.complete()) {
        got.emplace_back(reader.message());
        reader.next(start);
      }
    }
    EXPECT_EQ(got, messages) << "cut at " << cut;
    EXPECT_FALSE(reader.deadline());
  }
}

TEST(MessageReader, refuses_what_is_longer_than_the_limit_before_it_has_an_end) {
  ReaderLimits limits;
  limits.bytes = 100;
  MessageReader just(limits);
  feed(just, std::string(100, 'x') + '\0');
  EXPECT_TRUE(just.complete());
  MessageReader reader(limits);
  feed(reader, std::string(101, 'x'));
  EXPECT_EQ(reader.fault(), MessageReader::Fault::too_long);
  feed(reader, std::string(1, '\0'));
  EXPECT_FALSE(reader.complete()) << "nothing is taken after a fault";
}

TEST(MessageReader, refuses_what_is_deeper_than_the_limit_but_not_brackets_in_texts) {
  ReaderLimits limits;
  limits.depth = 3;
  MessageReader reader(limits);
  feed(reader, std::string("[[[\"[[[[{{\\\"[\"]]]") + '\0');
  ASSERT_TRUE(reader.complete());
  reader.next(start);
  feed(reader, "[[{{");
  EXPECT_EQ(reader.fault(), MessageReader::Fault::too_deep);
}

TEST(MessageReader, gives_an_unfinished_message_a_time_of_its_own) {
  MessageReader reader;
  EXPECT_FALSE(reader.deadline()) << "an idle peer may wait for ever";
  feed(reader, "{", start);
  EXPECT_EQ(reader.deadline(), start + std::chrono::seconds(10));
  feed(reader, "\"x\":1}", start + std::chrono::seconds(9));
  EXPECT_EQ(reader.deadline(), start + std::chrono::seconds(10)) << "more bytes buy no time";
  feed(reader, std::string(1, '\0') + "{", start + std::chrono::seconds(9));
  EXPECT_FALSE(reader.deadline()) << "a complete one waits for the session";
  reader.next(start + std::chrono::seconds(20));
  EXPECT_EQ(reader.deadline(), start + std::chrono::seconds(30));
  reader.on_deadline();
  EXPECT_EQ(reader.fault(), MessageReader::Fault::timed_out);
}

}  // namespace
}  // namespace tactus::varlink

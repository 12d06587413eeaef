// SPDX-License-Identifier: Apache-2.0
// The server engine against requests and responses captured from chronyd 4.8.
#include "server_engine.hpp"

#include <memory>

#include "key_file.hpp"
#include "packet.hpp"
#include "refid.hpp"
#include "scheme.hpp"
#include "support.hpp"

namespace tactus::ntp::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t now_ns = 1'780'000'000'000'000'000;

// Symmetric keys as the real scheme has them.
class Keys final : public ServerAuth {
 public:
  explicit Keys(const nlohmann::json& list) {
    std::string text;
    for (const auto& key : list) {
      text += fmt::format("{} {} HEX:{}\n", key["id"].get<std::uint32_t>(), key["type"].get<std::string>(),
                          key["key_hex"].get<std::string>());
    }
    std::vector<symkey::Message> messages;
    ring_ = symkey::KeyRing::parse(text, "keys", messages);
    EXPECT_EQ(ring_.size(), list.size());
  }
  tactus_status check(AuthMode kind, const tactus_packet& request, std::uint64_t* token) override {
    if (kind != AuthMode::symmetric) return TACTUS_E_UNSUPPORTED;
    *token = symkey::mac_key_id(request);
    return symkey::check(ring_, static_cast<std::uint32_t>(*token), request);
  }
  tactus_status sign(AuthMode, const tactus_packet&, std::uint64_t token, tactus_packet* response) override {
    return symkey::sign(ring_, static_cast<std::uint32_t>(token), *response);
  }
  bool verifies(std::vector<std::uint8_t> bytes, std::uint32_t key) {
    Packet packet;
    if (parse(bytes, packet) != ParseError::none) return false;
    tactus_packet view{};
    view.struct_size = sizeof view;
    view.length = view.capacity = static_cast<std::uint32_t>(bytes.size());
    view.data = bytes.data();
    view.auth_offset = static_cast<std::uint32_t>(packet.auth_offset);
    view.version = packet.header.version;
    return symkey::check(ring_, key, view) == TACTUS_OK;
  }

 private:
  symkey::KeyRing ring_;
};

tactus_reference local_reference() {
  tactus_reference reference{};
  reference.struct_size = sizeof reference;
  reference.stratum = 5;
  reference.refid = refid_local;
  reference.flags = TACTUS_REFERENCE_LOCAL;
  reference.precision_log2_s = -26;
  reference.reference_time_ns = now_ns - 2'000'000'000;
  return reference;
}

struct World {
  explicit World(ServerEngine::Config config = {}) : engine(with_precision(config), random, &keys) {}
  static ServerEngine::Config with_precision(ServerEngine::Config config) {
    config.precision_s = 0x1p-26;
    return config;
  }

  // The response; empty when there is none.
  std::vector<std::uint8_t> ask(const std::vector<std::uint8_t>& bytes, bool allowed = true,
                                std::uint32_t stamp_origin = TACTUS_STAMP_KERNEL) {
    ServerRequest request;
    request.bytes = bytes;
    request.remote = client;
    request.received.raw_ns = request.received.corrected_ns = now;
    request.received.origin = stamp_origin;
    request.now = from_ns<MonoTime>(now - now_ns + 1'000'000'000);
    request.allowed = allowed;
    send_id = 0;
    if (!engine.accept(request)) return {};
    now += 20'000;
    const auto response = engine.respond(reference, from_ns<Instant>(now));
    send_id = response.send_id;
    now += 5'000;
    tactus_stamp sent{};
    sent.raw_ns = sent.corrected_ns = now;
    if (!response.bytes.empty()) engine.on_sent(send_id, sent);
    return {response.bytes.begin(), response.bytes.end()};
  }
  std::uint64_t refused_in_all() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < refusal_count; ++i) sum += engine.refused(static_cast<Refusal>(i));
    return sum;
  }

  Seeded seed;
  RandomPool random{&Seeded::fill, &seed};
  Keys keys{vectors("symmetric_key.json")["keys"]};
  ServerEngine engine;
  tactus_reference reference = local_reference();
  tactus_address client = address("127.77.0.1", 40000);
  std::int64_t now = now_ns;
  std::uint64_t send_id = 0;
};

// What must be equal in the captured and in our response.
void expect_like(const std::vector<std::uint8_t>& got, const std::vector<std::uint8_t>& wanted,
                 const std::string& name) {
  ASSERT_EQ(got.size(), wanted.size()) << name;
  if (wanted.empty()) return;
  const Header ours = read_header(got);
  const Header theirs = read_header(wanted);
  EXPECT_EQ(ours.leap, theirs.leap) << name;
  EXPECT_EQ(ours.version, theirs.version) << name;
  EXPECT_EQ(ours.mode, theirs.mode) << name;
  EXPECT_EQ(ours.stratum, theirs.stratum) << name;
  EXPECT_EQ(ours.poll_log2_s, theirs.poll_log2_s) << name;
  EXPECT_EQ(ours.precision_log2_s, theirs.precision_log2_s) << name;
  EXPECT_EQ(ours.refid, theirs.refid) << name;
  EXPECT_EQ(ours.origin, theirs.origin) << name;
  EXPECT_EQ(ours.root_delay_16_16, theirs.root_delay_16_16) << name;
  EXPECT_EQ(ours.receive.value & 1U, 1U) << name;
  EXPECT_EQ(ours.transmit.value & 1U, 0U) << name;
}

class Answers : public testing::TestWithParam<const char*> {};

TEST_P(Answers, are_those_of_chronyd) {
  World world;
  const auto file = vectors(GetParam());
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  for (const auto& item : file["vectors"]) {
    const std::string name = item[item.contains("name") ? "name" : "request_hex"].get<std::string>();
    const auto request = from_hex(item["request_hex"].get<std::string>());
    const auto wanted = item["response_hex"].is_null() ? std::vector<std::uint8_t>{}
                                                       : from_hex(item["response_hex"].get<std::string>());
    world.reference.stratum = wanted.empty() ? 5 : read_header(wanted).stratum;
    const auto got = world.ask(request, name != "not allowed address");
    expect_like(got, wanted, name);
    ++asked;
    answered += got.empty() ? 0U : 1U;
    if (!got.empty() && got.size() > 48) {
      Packet packet;
      EXPECT_EQ(parse(got, packet), ParseError::none) << name;
      EXPECT_EQ(packet.key_id, load_be<std::uint32_t>(request, request.size() - (got.size() - 48))) << name;
      EXPECT_TRUE(packet.key_id == 0 || world.keys.verifies(got, packet.key_id)) << name;
    }
  }
  EXPECT_EQ(asked, answered + world.refused_in_all()) << "each refusal is counted once";
}

INSTANTIATE_TEST_SUITE_P(Files, Answers, testing::Values("plain.json", "symmetric_key.json"),
                         [](const auto& file) { return std::string(file.param).substr(0, 5); });

TEST(ServerEngine, answers_and_drops_what_chronyd_does) {
  for (const char* list : {"server_requests.json", "extension_fields.json"}) {
    World world;
    std::uint64_t asked = 0;
    std::uint64_t answered = 0;
    const auto file = vectors(list);
    for (const auto& item : file[file.contains("vectors") ? "vectors" : "server_cases"]) {
      const auto name = item["name"].get<std::string>();
      const auto request = from_hex(item["request_hex"].get<std::string>());
      const auto got = world.ask(request, name != "not allowed address");
      const auto wanted = item["response_hex"].is_null() ? std::vector<std::uint8_t>{}
                                                         : from_hex(item["response_hex"].get<std::string>());
      expect_like(got, wanted, name);
      ++asked;
      answered += got.empty() ? 0U : 1U;
    }
    EXPECT_GT(answered, 3U);
    EXPECT_EQ(asked, answered + world.refused_in_all());
  }
}

TEST(ServerEngine, answers_ntpsec_clients) {
  World world;
  const auto file = vectors("ntpsec_client.json");
  Keys keys(file["keys"]);
  ServerEngine engine({}, world.random, &keys);
  for (const auto& item : file["vectors"]) {
    const auto bytes = from_hex(item["request_hex"].get<std::string>());
    ServerRequest request;
    request.bytes = bytes;
    request.remote = world.client;
    request.received.corrected_ns = now_ns;
    request.allowed = true;
    ASSERT_TRUE(engine.accept(request)) << item;
    const auto response = engine.respond(world.reference, from_ns<Instant>(now_ns + 1000));
    EXPECT_EQ(response.bytes.size(), item["response_hex"].get<std::string>().size() / 2);
  }
}

TEST(ServerEngine, follows_the_interleaved_rules) {
  World world;
  // The captured requests refer to the captured responses; here each refers to ours.
  std::map<std::uint64_t, std::uint64_t> ours;
  std::uint64_t interleaved = 0;
  const auto list = vectors("interleaved.json");
  for (const auto& item : list["server_rules"]) {
    const auto name = item["name"].get<std::string>();
    auto request = from_hex(item["request_hex"].get<std::string>());
    const Header captured_request = read_header(request);
    const auto captured = read_header(from_hex(item["response_hex"].get<std::string>()));
    if (const auto at = ours.find(captured_request.origin.value); at != ours.end()) {
      store_be<std::uint64_t>(request, 24, at->second);
    }
    const std::int64_t previous_transmit = world.now;
    const auto got = world.ask(request);
    ASSERT_EQ(got.size(), 48U) << name;
    const Header header = read_header(got);
    const bool is_interleaved = item["kind"] == "interleaved";
    EXPECT_EQ(header.origin, is_interleaved ? captured_request.receive : captured_request.transmit) << name;
    if (is_interleaved) {
      ++interleaved;
      EXPECT_LT(difference_s(header.transmit, to_ntp(from_ns<Instant>(previous_transmit))), 1e-6) << name;
    }
    ours[captured.receive.value] = header.receive.value;
    ours[captured.transmit.value] = header.transmit.value;
    world.now += 1'000'000'000;
    world.client.bytes[3] = name == "other address, origin = server receive just given" ? 1 : 2;
  }
  EXPECT_EQ(interleaved, 6U);
  EXPECT_EQ(world.engine.stats().interleaved, interleaved);
}

TEST(ServerEngine, serves_the_improved_transmit_time) {
  World world;
  auto request = from_hex("23000620" + std::string(36 * 2, '0') + "84e37d2879de4391");
  world.ask(request);
  store_be<std::uint64_t>(request, 24, 0x8000000000000001U);
  store_be<std::uint64_t>(request, 32, 0x1111111111111111U);
  const Header first = read_header(world.ask(request));
  ASSERT_NE(world.send_id, 0U);
  EXPECT_EQ(world.send_id, first.receive.value);
  tactus_stamp kernel{};
  kernel.raw_ns = kernel.corrected_ns = world.now + 3'000;
  kernel.origin = TACTUS_STAMP_KERNEL;
  world.engine.on_transmitted(world.send_id, kernel);
  world.now += 1'000'000'000;
  store_be<std::uint64_t>(request, 24, first.receive.value);
  const Header second = read_header(world.ask(request));
  EXPECT_NEAR(difference_s(second.transmit, to_ntp(from_ns<Instant>(kernel.corrected_ns))), 0, 1e-7);
  EXPECT_EQ(world.engine.stats().transmitted_by[TACTUS_STAMP_KERNEL], 1U);
}

TEST(ServerEngine, forgets_interleaved_times_when_the_clock_jumps) {
  World world;
  auto request = from_hex("23000620" + std::string(36 * 2, '0') + "84e37d2879de4391");
  store_be<std::uint64_t>(request, 24, 0x8000000000000001U);
  const Header first = read_header(world.ask(request));
  EXPECT_EQ(world.engine.timestamps().size(), 1U);
  tactus_clock_change change{};
  change.struct_size = sizeof change;
  change.kind = TACTUS_CLOCK_UNKNOWN;
  world.engine.on_clock_change(change);
  store_be<std::uint64_t>(request, 24, first.receive.value);
  store_be<std::uint64_t>(request, 32, 0x1111111111111111U);
  EXPECT_EQ(read_header(world.ask(request)).origin.value, 0x84e37d2879de4391U) << "basic";
}

TEST(ServerEngine, sends_a_kiss_like_chronyd) {
  ServerEngine::Config config;
  config.log.limits[0] = RateLimit{3, 1, 4, 1};
  World world(config);
  const auto item = vectors("kod.json")["rate"];
  const auto request = from_hex(item["request_hex"].get<std::string>());
  const auto wanted = from_hex(item["response_hex"].get<std::string>());
  int kisses = 0;
  for (int i = 0; i < 200; ++i) {
    const auto got = world.ask(request);
    if (got.empty() || read_header(got).refid != kiss_rate) continue;
    ++kisses;
    expect_like(got, wanted, "kiss");
  }
  EXPECT_NEAR(kisses, 94, 30);
  EXPECT_EQ(world.engine.refused(Refusal::rate_limited), world.engine.log().totals().drops[0]);
}

TEST(ServerEngine, raises_the_poll_to_the_rate_limit) {
  ServerEngine::Config config;
  config.log.limits[0] = RateLimit{7, 8, 2, 0};
  World world(config);
  auto request = from_hex(vectors("plain.json")["vectors"][3]["request_hex"].get<std::string>());
  request[2] = 6;
  EXPECT_EQ(read_header(world.ask(request)).poll_log2_s, 7);
  request[2] = 9;
  EXPECT_EQ(read_header(world.ask(request)).poll_log2_s, 9);
}

TEST(ServerEngine, is_silent_without_access_and_counts_it) {
  World world;
  const auto request = from_hex(vectors("plain.json")["vectors"][3]["request_hex"].get<std::string>());
  EXPECT_TRUE(world.ask(request, false).empty());
  EXPECT_EQ(world.engine.refused(Refusal::access_denied), 1U);
  EXPECT_EQ(world.engine.log().totals().hits[0], 0U);
}

TEST(ServerEngine, serves_smoothed_time) {
  World world;
  world.reference.smoothing_s = 0.25;
  const auto request = from_hex(vectors("plain.json")["vectors"][3]["request_hex"].get<std::string>());
  const std::int64_t received = world.now;
  const Header header = read_header(world.ask(request));
  EXPECT_EQ(header.refid, refid_smoothed);
  EXPECT_NEAR(difference_s(header.receive, to_ntp(from_ns<Instant>(received))), 0.25, 1e-6);
  EXPECT_NEAR(difference_s(header.transmit, to_ntp(from_ns<Instant>(received))), 0.25002, 1e-6);
}

TEST(ServerEngine, tells_a_monotonic_scale) {
  World world;
  const auto request = from_hex("23" + std::string(47 * 2, '0') + "f323001cf5bedd9a" + std::string(40, '0'));
  const auto monotonic = [&](const std::vector<std::uint8_t>& bytes) {
    return read_monotonic_root(*field_at(bytes, 48)).value();
  };
  auto got = world.ask(request);
  ASSERT_EQ(got.size(), 76U);
  const MonotonicRoot first = monotonic(got);
  EXPECT_NEAR(difference_s(first.receive, read_header(got).receive), 0, 1e-7);
  tactus_clock_change change{};
  change.struct_size = sizeof change;
  change.kind = TACTUS_CLOCK_ADJUST;
  change.offset_s = 0.5;
  world.engine.on_clock_change(change);
  got = world.ask(request);
  EXPECT_EQ(monotonic(got).epoch, first.epoch);
  EXPECT_NEAR(difference_s(monotonic(got).receive, read_header(got).receive), 0.5, 1e-7);
  change.kind = TACTUS_CLOCK_STEP;
  world.engine.on_clock_change(change);
  got = world.ask(request);
  EXPECT_NE(monotonic(got).epoch, first.epoch);
  EXPECT_NEAR(difference_s(monotonic(got).receive, read_header(got).receive), 0, 1e-7);
}

TEST(ServerEngine, survives_requests_of_every_length) {
  World world;
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  Seeded noise;
  for (std::size_t length = 0; length <= 2048; ++length) {
    for (int kind = 0; kind < 4; ++kind) {
      std::vector<std::uint8_t> bytes(length);
      if (kind >= 2) {
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(noise.next());
      }
      if (length > 0 && kind != 3) bytes[0] = kind == 0 ? 0x23 : 0x1b;
      const auto got = world.ask(bytes);
      EXPECT_LE(got.size(), bytes.size());
      ++asked;
      answered += got.empty() ? 0U : 1U;
    }
  }
  EXPECT_EQ(asked, answered + world.refused_in_all());
}

TEST(ServerEngine, answers_a_replay_like_any_request) {
  // A server keeps no state of requests that could be replayed against it: the answer carries the old transmit field.
  World world;
  const auto request = from_hex(vectors("symmetric_key.json")["vectors"][1]["request_hex"].get<std::string>());
  const Header first = read_header(world.ask(request));
  world.now += 3600'000'000'000;
  const Header second = read_header(world.ask(request));
  EXPECT_EQ(first.origin, second.origin);
  EXPECT_GT(difference_s(second.receive, first.receive), 3599);
  EXPECT_EQ(world.engine.stats().authenticated, 2U);
}

TEST(ServerEngine, needs_a_scheme_for_a_mac) {
  World world;
  ServerEngine engine({}, world.random, nullptr);
  const auto bytes = from_hex(vectors("symmetric_key.json")["vectors"][1]["request_hex"].get<std::string>());
  ServerRequest request;
  request.bytes = bytes;
  request.remote = world.client;
  request.allowed = true;
  EXPECT_FALSE(engine.accept(request));
  EXPECT_EQ(engine.refused(Refusal::unsupported_auth), 1U);
}

}  // namespace
}  // namespace tactus::ntp::test

// SPDX-License-Identifier: Apache-2.0
// Two symmetric active associations, and interleaved clients, over a simulated link. RFC 9769; NTP specification
// section 9, vectors symmetric_active.json and interleaved.json.
#include <cmath>
#include <deque>
#include <map>

#include "support.hpp"

namespace tactus::ntp::testing {
namespace {

struct Link {
  std::uint64_t seed = 1;
  double delay_s = 0.002;
  double jitter_s = 0;
  double loss = 0;
};

AssociationSettings peer_settings(bool interleaved, int poll_log2_s = 0) {
  AssociationSettings settings;
  settings.peer = true;
  settings.interleaved = interleaved;
  settings.min_poll_log2_s = poll_log2_s;
  settings.max_poll_log2_s = poll_log2_s;
  return settings;
}

// Two rigs in one virtual time; whichever has the earlier event goes first.
struct Pair {
  Pair(const Link& on, const AssociationSettings& a_settings, const AssociationSettings& b_settings)
      : link(on), noise{on.seed}, a(a_settings, on.seed), b(b_settings, on.seed + 100) {
    a.core.own.stratum = 5;  // a serves, b follows
    a.core.own.leap = TACTUS_LEAP_NORMAL;
    a.core.own.refid = refid_local;
    a.core.own.root_delay_s = 0;
    a.core.own.root_dispersion_s = 0;
    a.core.own.reference_time_ns = (test_start_s - 5) * 1'000'000'000;
    a.check_loop = b.check_loop = false;
  }
  struct InFlight {
    Rig* to;
    std::vector<std::uint8_t> bytes;
  };

  void collect(Rig& from, Rig& to, std::size_t& seen) {
    for (; seen < from.sent.size(); ++seen) {
      if (noise.uniform() < link.loss) continue;
      const double delay_s = link.delay_s + link.jitter_s * noise.uniform();
      flying.emplace(from.sent[seen].at + from_seconds(delay_s), InFlight{&to, from.sent[seen].bytes});
    }
  }
  void run_for(double seconds) {
    const MonoTime end = a.mono + from_seconds(seconds);
    for (;;) {
      collect(a, b, seen_a);
      collect(b, a, seen_b);
      const MonoTime next_a = a.association.deadline().value_or(MonoTime::max());
      const MonoTime next_b = b.association.deadline().value_or(MonoTime::max());
      const MonoTime arrival = flying.empty() ? MonoTime::max() : flying.begin()->first;
      const MonoTime next = std::min({next_a, next_b, arrival});
      if (next > end) break;
      a.mono = b.mono = std::max(next, a.mono);
      if (arrival == next) {
        InFlight packet = std::move(flying.begin()->second);
        flying.erase(flying.begin());
        packet.to->receive(packet.bytes);
      } else {
        Rig& rig = next_a == next ? a : b;
        rig.association.on_timeout(rig.context());
        rig.settle();
      }
    }
    a.mono = b.mono = end;
  }

  Link link;
  Seeded noise;
  Rig a;
  Rig b;
  std::multimap<MonoTime, InFlight> flying;
  std::size_t seen_a = 0;
  std::size_t seen_b = 0;
};

TEST(Peers, measure_each_other_in_basic_mode) {
  Pair pair(Link{}, peer_settings(false), peer_settings(false));
  pair.b.clock_offset_s = 0.125;
  pair.a.start();
  pair.run_for(0.4);
  pair.b.start();
  pair.run_for(100);
  ASSERT_GT(pair.b.samples.size(), 80U);
  for (const tactus_sample& sample : pair.b.samples) {
    EXPECT_NEAR(sample.offset_s, -0.125, 1e-6);
    EXPECT_NEAR(sample.peer_delay_s, 0.004, 1e-6);
  }
  EXPECT_TRUE(pair.a.samples.empty()) << "b is not synchronised";
  EXPECT_EQ(pair.b.stratum, 5U);
  for (const Measured& measured : pair.b.log) EXPECT_FALSE(measured.interleaved);
}

TEST(Peers, exchange_transmit_times_in_interleaved_mode) {
  Pair pair(Link{}, peer_settings(true), peer_settings(true));
  pair.b.clock_offset_s = -0.5;
  pair.a.start();
  pair.run_for(0.4);
  pair.b.start();
  pair.run_for(200);
  std::size_t interleaved = 0;
  for (const Measured& measured : pair.b.log) interleaved += measured.interleaved ? 1 : 0;
  EXPECT_GT(interleaved, pair.b.log.size() / 2);
  ASSERT_GT(pair.b.samples.size(), 60U);
  for (const tactus_sample& sample : pair.b.samples) EXPECT_NEAR(sample.offset_s, 0.5, 1e-6);
}

TEST(Peers, start_again_after_one_of_them_forgot_everything) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const bool interleaved = seed % 2 == 0;
    Pair pair(Link{.seed = seed, .delay_s = 0.003, .jitter_s = 0.001, .loss = 0.1}, peer_settings(interleaved),
              peer_settings(interleaved));
    pair.a.start();
    pair.b.start();
    pair.run_for(100);
    const std::size_t before = pair.b.samples.size();
    EXPECT_GT(before, 20U) << "seed " << seed;
    pair.a.association.set_offline(pair.a.context());
    pair.a.settle();
    pair.run_for(20);
    EXPECT_EQ(pair.b.core.stats_value.reach, 0U) << "seed " << seed;
    pair.a.association.set_online(pair.a.context());
    pair.a.settle();
    pair.run_for(100);
    EXPECT_GT(pair.b.samples.size(), before + 20) << "seed " << seed;
    for (const tactus_sample& sample : pair.b.samples) EXPECT_LT(std::abs(sample.offset_s), 0.002) << "seed " << seed;
    for (const Rig* rig : {&pair.a, &pair.b}) {
      std::uint64_t sum = rig->association.used();
      for (std::size_t i = 0; i < drop_count; ++i) sum += rig->association.dropped(static_cast<Drop>(i));
      EXPECT_EQ(sum, rig->association.datagrams()) << "seed " << seed;
    }
  }
}

TEST(Peers, an_old_packet_does_not_move_the_exchange_back) {
  Pair pair(Link{}, peer_settings(false), peer_settings(false));
  pair.a.start();
  pair.b.start();
  pair.run_for(20);
  const auto old = pair.a.sent[4].bytes;
  const std::size_t samples = pair.b.samples.size();
  for (int i = 0; i < 50; ++i) pair.b.receive(old);
  EXPECT_EQ(pair.b.samples.size(), samples);
  pair.run_for(10);
  EXPECT_GT(pair.b.samples.size(), samples + 6) << "replays must not break the exchange";
}

// symmetric_active.json: the form of the packets of two chrony peers, basic and interleaved.
TEST(Peers, answer_a_captured_exchange_as_chrony_did) {
  const auto captures = load_vectors("symmetric_active.json", "captures");
  for (const std::string kind : {"basic", "xleave"}) {
    Rig rig(peer_settings(kind == "xleave"), 6);
    rig.core.own.stratum = 5;
    rig.core.own.leap = TACTUS_LEAP_NORMAL;
    rig.core.own.refid = refid_local;
    rig.core.own.root_delay_s = rig.core.own.root_dispersion_s = 0;
    rig.core.own.reference_time_ns = 1;
    rig.start();
    std::map<std::uint64_t, Ntp64> ours;  // captured field of 127.77.1.1 to the one that we sent in its place
    Header peer{};
    int checked = 0;
    for (const auto& row : captures[kind]) {
      auto bytes = from_hex(row["hex"]);
      const Header captured = read_header(bytes);
      if (row["src"].get<std::string>().rfind("127.77.1.1:", 0) == 0) {
        const Header& sent = rig.next_request().header;
        EXPECT_EQ(sent.mode, Mode::active);
        EXPECT_EQ(sent.stratum, captured.stratum);
        EXPECT_EQ(sent.refid, captured.refid);
        EXPECT_EQ(sent.leap, captured.leap);
        // The peer's fields are taken over as captured, and from the same field of its packet.
        EXPECT_EQ(sent.origin, captured.origin) << kind << " packet " << checked;
        EXPECT_EQ(sent.receive.zero(), captured.receive.zero()) << kind << " packet " << checked;
        ours[captured.receive.value] = sent.receive;
        ours[captured.transmit.value] = sent.transmit;
        ++checked;
      } else {
        peer = captured;
        if (!peer.origin.zero()) peer.origin = ours.at(peer.origin.value);
        write_header(peer, bytes);
        rig.mono += std::chrono::milliseconds(400);
        rig.receive(bytes);
      }
    }
    EXPECT_GE(checked, 10) << kind;
  }
}

// A server that remembers the transmit time of each response (section 21), and answers basic or interleaved.
struct InterleavingServer {
  std::map<std::uint64_t, Instant> transmitted;
  int interleaved = 0;

  std::vector<std::uint8_t> respond(const Header& request, Instant receive, Instant daemon, Instant wire) {
    Header response = answer_to(request, receive, daemon);
    const auto known = transmitted.find(request.origin.value);
    if (!request.origin.zero() && known != transmitted.end()) {
      response.origin = request.receive;
      response.transmit = Ntp64{to_ntp(known->second).value & ~std::uint64_t{1}};
      transmitted.erase(known);
      ++interleaved;
    }
    if (!request.origin.zero()) transmitted[response.receive.value] = wire;
    return bytes_of(response);
  }
};

TEST(InterleavedClient, gets_rid_of_the_servers_transmit_error) {
  AssociationSettings settings;
  settings.min_poll_log2_s = settings.max_poll_log2_s = 0;
  settings.interleaved = true;
  for (const double loss : {0.0, 0.3}) {
    Rig rig(settings, 11);
    rig.start();
    InterleavingServer server;
    constexpr double queue_s = 0.05;  // between the server's own reading and the wire
    for (int i = 0; i < 200; ++i) {
      const Rig::Sent sent = rig.next_request();
      const Instant receive = sent.now + std::chrono::milliseconds(1);
      const auto bytes = server.respond(sent.header, receive, receive, receive + from_seconds(queue_s));
      if (rig.seeded.uniform() < loss) continue;
      rig.mono = sent.at + from_seconds(0.002 + queue_s);
      rig.receive(bytes);
      if (i < 3) {
        EXPECT_EQ(server.interleaved > 0, i == 2 && loss == 0) << i;
      }
    }
    std::size_t interleaved = 0;
    for (const Measured& measured : rig.log) {
      if (!measured.interleaved) {
        EXPECT_NEAR(measured.measurement.offset_s, -queue_s / 2, 1e-6);
        continue;
      }
      ++interleaved;
      // The first one after a basic response is measured, but not used.
      EXPECT_NEAR(measured.measurement.offset_s, 0, 1e-6);
      EXPECT_NEAR(measured.measurement.peer_delay_s, 0.002, 1e-6);
    }
    EXPECT_GT(interleaved, loss == 0 ? 190U : 60U);
    EXPECT_GE(rig.association.dropped(Drop::delay_limit), 1U);
  }
}

}  // namespace
}  // namespace tactus::ntp::testing

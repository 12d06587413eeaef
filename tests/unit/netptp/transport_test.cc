// SPDX-License-Identifier: Apache-2.0
// The transport over a transport of the test's own.
#include <functional>
#include <map>
#include <memory>

#include "support.hpp"
#include "transport.hpp"

namespace tactus::netptp::test {
namespace {

// What the transport "udp" was asked to do.
struct FakeUdp {
  struct Open {
    tactus_socket_params params{};
    const tactus_transport_sink* sink = nullptr;
    void* user = nullptr;
  };
  std::map<void*, std::unique_ptr<Open>> sockets;
  std::vector<std::vector<std::uint8_t>> sent;
  std::vector<tactus_datagram> datagrams;
  tactus_status answer = TACTUS_OK;

  static FakeUdp& self(void* instance) { return *static_cast<FakeUdp*>(instance); }
  static const tactus_transport_ops* ops() {
    static const tactus_transport_ops table{
        sizeof(tactus_transport_ops),
        0,
        nullptr,
        nullptr,
        nullptr,
        [](void* instance, const tactus_socket_params* params, const tactus_transport_sink* sink, void* user,
           void** socket, tactus_error*) {
          if (self(instance).answer != TACTUS_OK) return self(instance).answer;
          auto open = std::make_unique<Open>(Open{*params, sink, user});
          *socket = open.get();
          self(instance).sockets[*socket] = std::move(open);
          return tactus_status{TACTUS_OK};
        },
        [](void* instance, void* socket) { self(instance).sockets.erase(socket); },
        [](void* instance, void*, const tactus_datagram* given, std::uint32_t count, std::uint32_t* taken,
           tactus_stamp* stamps) {
          *taken = 0;
          if (self(instance).answer != TACTUS_OK) return self(instance).answer;
          for (std::uint32_t i = 0; i < count; ++i) {
            self(instance).sent.emplace_back(given[i].data, given[i].data + given[i].length);
            self(instance).datagrams.push_back(given[i]);
            if (stamps != nullptr) stamps[i].raw_ns = static_cast<std::int64_t>(self(instance).sent.size());
          }
          *taken = count;
          return tactus_status{TACTUS_OK};
        },
        [](void*, void*, tactus_address* address) {
          *address = tactus_address{};
          address->port = 319;
          return tactus_status{TACTUS_OK};
        }};
    return &table;
  }
};

struct World {
  World() {
    host.struct_size = sizeof host;
    host.context = this;
    host.transport = [](const tactus_host* h, const char* name, const tactus_transport_ops** ops, void** instance,
                        tactus_error*) {
      EXPECT_STREQ(name, "udp");
      *ops = FakeUdp::ops();
      *instance = &static_cast<World*>(h->context)->udp;
      return tactus_status{TACTUS_OK};
    };
    host.drop_counter = [](const tactus_host* h, const char*, const char* reason) {
      return &static_cast<World*>(h->context)->drops[reason];
    };
    transport = std::make_unique<Transport>(Host{&host}, Options{&config});
    tactus_socket_params params{};
    params.struct_size = sizeof params;
    params.role = TACTUS_SOCKET_SERVER;
    params.local.port = 319;
    void* opened = nullptr;
    EXPECT_EQ(transport->open(params, {sizeof(tactus_transport_sink), 0, &received, &on_transmitted, &on_failed}, this,
                              &opened, nullptr),
              TACTUS_OK);
    socket = static_cast<Socket*>(opened);
  }
  // Datagrams that come in from below.
  void arrive(const std::vector<std::vector<std::uint8_t>>& messages, double correction_s = 0,
              std::uint32_t flags = 0) {
    std::vector<tactus_datagram> list;
    for (const auto& bytes : messages) {
      tactus_datagram datagram{};
      datagram.struct_size = sizeof datagram;
      datagram.data = bytes.data();
      datagram.length = static_cast<std::uint32_t>(bytes.size());
      datagram.stamp.correction_s = correction_s;
      datagram.stamp.duration_s = correction_s;
      datagram.flags = flags;
      list.push_back(datagram);
    }
    const FakeUdp::Open& open = *udp.sockets.begin()->second;
    open.sink->received(open.user, list.data(), static_cast<std::uint32_t>(list.size()));
  }

  struct Got {
    std::vector<std::uint8_t> bytes;
    tactus_stamp stamp;
  };
  static void received(void* user, const tactus_datagram* datagrams, std::uint32_t count) {
    auto& self = *static_cast<World*>(user);
    self.batches.push_back(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const tactus_datagram& one = datagrams[i];
      self.got.push_back({{one.data, one.data + one.length}, one.stamp});
    }
    if (self.on_received) self.on_received();
  }
  static void on_transmitted(void* user, std::uint64_t id, const tactus_stamp*) {
    static_cast<World*>(user)->transmitted.push_back(id);
  }
  static void on_failed(void* user, std::int32_t why) { static_cast<World*>(user)->failures.push_back(why); }

  FakeUdp udp;
  tactus_host host{};
  tactus_config config{sizeof(tactus_config), 0, nullptr};
  std::map<std::string, std::uint64_t> drops;
  std::unique_ptr<Transport> transport;
  Socket* socket = nullptr;
  std::vector<Got> got;
  std::vector<std::uint32_t> batches;
  std::vector<std::uint64_t> transmitted;
  std::vector<std::int32_t> failures;
  std::function<void()> on_received;
};

tactus_datagram datagram_of(const std::vector<std::uint8_t>& bytes) {
  tactus_datagram out{};
  out.struct_size = sizeof out;
  out.data = bytes.data();
  out.length = static_cast<std::uint32_t>(bytes.size());
  out.send_id = 42;
  return out;
}

TEST(PtpTransport, each_packet_leaves_in_a_message_of_its_own_number) {
  World world;
  const std::vector<std::uint8_t> packet(48, 0x5a);
  const std::vector<tactus_datagram> list{datagram_of(packet), datagram_of(packet)};
  tactus_stamp stamps[2]{};
  std::uint32_t sent = 0;
  EXPECT_EQ(world.transport->send(*world.socket, list.data(), 2, sent, stamps), TACTUS_OK);
  EXPECT_EQ(sent, 2U);
  ASSERT_EQ(world.udp.sent.size(), 2U);
  for (std::uint16_t i = 0; i < 2; ++i) {
    EXPECT_EQ(world.udp.sent[i].size(), 96U);
    EXPECT_EQ(load_be<std::uint16_t>(world.udp.sent[i], 30), i);
    EXPECT_EQ(world.udp.datagrams[i].send_id, 42U);
    EXPECT_EQ(stamps[i].raw_ns, i + 1);
    const Unwrapped got = unwrap(world.udp.sent[i], 123);
    ASSERT_EQ(got.refusal, Refusal::none);
    EXPECT_TRUE(std::ranges::equal(got.packet, packet));
  }
}

TEST(PtpTransport, what_cannot_be_sent_is_refused) {
  World world;
  std::uint32_t sent = 7;
  const std::vector<std::uint8_t> huge(TACTUS_DATAGRAM_MAX - prefix_bytes + 1);
  tactus_datagram datagram = datagram_of(huge);
  EXPECT_EQ(world.transport->send(*world.socket, &datagram, 1, sent, nullptr), TACTUS_E_INVALID);
  EXPECT_EQ(sent, 0U);
  datagram.length = 0;
  EXPECT_EQ(world.transport->send(*world.socket, &datagram, 1, sent, nullptr), TACTUS_E_INVALID);
  datagram.length = 48;
  world.udp.answer = TACTUS_E_SYSTEM;
  EXPECT_EQ(world.transport->send(*world.socket, &datagram, 1, sent, nullptr), TACTUS_E_SYSTEM);
  EXPECT_EQ(sent, 0U);
}

TEST(PtpTransport, messages_are_opened_and_others_counted) {
  World world;
  const auto good = from_hex(recorded().front());
  auto other_domain = good;
  other_domain[4] = 1;
  auto other_type = good;
  other_type[0] = 0x0b;
  std::vector<std::vector<std::uint8_t>> messages(20, good);
  messages[3] = other_domain;
  messages.back() = other_type;
  world.arrive(messages);
  EXPECT_EQ(world.got.size(), 18U);
  EXPECT_EQ(world.batches, (std::vector<std::uint32_t>{16, 2}));
  EXPECT_TRUE(std::ranges::equal(world.got.front().bytes, Bytes{good}.subspan(prefix_bytes)));
  EXPECT_EQ(world.drops["bad_domain"], 1U);
  EXPECT_EQ(world.drops["bad_type"], 1U);
  world.arrive({good}, 0, TACTUS_DATAGRAM_TRUNCATED);
  EXPECT_EQ(world.drops["too_long"], 1U);
  EXPECT_EQ(world.got.size(), 18U);
}

TEST(PtpTransport, the_correction_counts_only_with_the_duration_of_the_frame) {
  World world;
  auto message = from_hex(recorded().front());
  store_be<std::uint64_t>(message, 8, 3'000ULL << 16);
  world.arrive({message});
  world.arrive({message}, 1e-6);
  ASSERT_EQ(world.got.size(), 2U);
  EXPECT_EQ(world.got[0].stamp.correction_s, 0.0);
  EXPECT_DOUBLE_EQ(world.got[1].stamp.correction_s, 4e-6);
  EXPECT_DOUBLE_EQ(world.got[1].stamp.duration_s, 1e-6);
}

TEST(PtpTransport, a_socket_may_be_closed_by_its_user_in_the_middle) {
  World world;
  world.on_received = [&] { world.transport->close(world.socket); };
  world.arrive(std::vector<std::vector<std::uint8_t>>(40, from_hex(recorded().front())));
  EXPECT_EQ(world.got.size(), 16U) << "nothing more after the first batch";
  EXPECT_TRUE(world.udp.sockets.empty());
}

TEST(PtpTransport, stamps_and_failures_are_handed_on_and_all_is_closed_at_the_end) {
  World world;
  const FakeUdp::Open& open = *world.udp.sockets.begin()->second;
  const tactus_stamp stamp{};
  open.sink->transmitted(open.user, 42, &stamp);
  open.sink->failed(open.user, 111);
  EXPECT_EQ(world.transmitted, (std::vector<std::uint64_t>{42}));
  EXPECT_EQ(world.failures, (std::vector<std::int32_t>{111}));
  tactus_address address{};
  EXPECT_EQ(world.transport->local_address(*world.socket, &address), TACTUS_OK);
  EXPECT_EQ(address.port, 319U);
  world.transport.reset();
  EXPECT_TRUE(world.udp.sockets.empty());
}

}  // namespace
}  // namespace tactus::netptp::test

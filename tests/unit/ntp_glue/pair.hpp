// SPDX-License-Identifier: Apache-2.0
// A client and a server that run in one world, and arguments of commands.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "fake_world.hpp"
#include "instance.hpp"

namespace tactus::ntp::test {

inline tactus_reference synchronised() {
  tactus_reference reference{};
  reference.struct_size = sizeof reference;
  reference.stratum = 2;
  reference.refid = 0x0a000001;
  reference.flags = TACTUS_REFERENCE_SYNCHRONISED;
  reference.precision_log2_s = -24;
  reference.reference_time_ns = 1'790'000'000'000'000'000;
  reference.root_delay_s = 0.001;
  reference.root_dispersion_s = 0.002;
  return reference;
}

struct Pair {
  explicit Pair(const std::string& client_config, const std::string& server_config = "allow",
                double client_offset_s = 0)
      : server(world, "192.0.2.1", server_config), client(world, "192.0.2.10", client_config, client_offset_s) {
    server.reference = synchronised();
    EXPECT_EQ(server.create(), TACTUS_OK) << server.error;
    EXPECT_EQ(client.create(), TACTUS_OK) << client.error;
    server.start();
    client.start();
  }
  FakeWorld world;
  FakeHost server;
  FakeHost client;
};

template <class Args>
Args args() {
  Args out{};
  out.struct_size = sizeof out;
  return out;
}

inline tactus_add_source_args new_source(const std::string& name) {
  auto out = args<tactus_add_source_args>();
  out.type = TACTUS_ADD_SERVER;
  out.flags = TACTUS_ADD_ONLINE;
  out.port = 123;
  out.minpoll_log2_s = 6;
  out.maxpoll_log2_s = 10;
  out.presend_log2_s = 100;
  out.poll_target = 8;
  out.max_sources = 4;
  out.min_samples = out.max_samples = -1;
  out.max_unreach = 100000;
  out.max_delay_s = 3;
  out.max_delay_dev_ratio = 10;
  out.asymmetry = 1;
  copy_text(out.name, name);
  return out;
}

inline tactus_mask_args everything() { return args<tactus_mask_args>(); }

}  // namespace tactus::ntp::test

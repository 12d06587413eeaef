// SPDX-License-Identifier: Apache-2.0
// Worlds for the tests of the command protocol: vectors, a client whose server is a list of replies or an engine, and a
// daemon that is a table of rows.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <tactus/reports.h>
#include <nlohmann/json.hpp>
#include <tactus/cmdmon.hpp>

#include "arguments.hpp"
#include "channel.hpp"
#include "context.hpp"
#include "engine.hpp"

namespace tactus::test {

nlohmann::json load_vectors(const std::string& file);
std::vector<std::uint8_t> from_hex(const std::string& hex);
std::string to_hex(Bytes bytes);
// A vector's `[length, bytes]`.
std::vector<std::uint8_t> request_of(const nlohmann::json& entry);
// A vector's reply, extended to the length of its code.
std::vector<std::uint8_t> reply_of(const std::string& hex);

// A server that is a function from request to reply (empty: none). Time passes only while nothing comes.
class FakeChannel final : public cli::Channel {
 public:
  using Server = std::function<std::vector<std::uint8_t>(Bytes)>;
  explicit FakeChannel(Server server) : server_(std::move(server)) {}

  [[nodiscard]] bool is_open() const override { return open_; }
  bool open_next() override {
    open_ = opened_ < servers;
    opened_ = open_ ? opened_ + 1 : 0;
    return open_;
  }
  void close() override { open_ = false; }
  bool send(Bytes datagram) override;
  std::ptrdiff_t receive(MutableBytes buffer, double timeout_s) override;
  [[nodiscard]] bool is_local() const override { return true; }
  double now_s() override { return time_s; }
  std::uint32_t random() override { return ++random_; }
  bool sleep(double seconds) override {
    time_s += seconds;
    return true;
  }
  [[nodiscard]] bool interrupted() const override { return interrupted_now; }

  int servers = 1;
  double time_s = 1.7e9;
  bool interrupted_now = false;
  std::vector<std::vector<std::uint8_t>> requests;

 private:
  Server server_;
  bool open_ = false;
  int opened_ = 0;
  std::uint32_t random_ = 0;
  std::vector<std::vector<std::uint8_t>> waiting_;
};

// Gives recorded replies one after the other, with the sequence of the request that is answered; none when they end.
FakeChannel::Server replay(std::vector<std::vector<std::uint8_t>> replies);

class FakeResolver final : public cli::Resolver {
 public:
  std::optional<tactus_address> lookup(const std::string& name, cli::Family family) override;
  std::string reverse(const tactus_address& address) override;
  std::string reverse_name;  // of every address; empty: none has one
};

struct Outcome {
  std::string out;
  std::string err;
  bool success = false;
};
// Runs tctl with these arguments (options and command) against a channel. input: lines when there is no command.
Outcome run_client(FakeChannel& channel, std::vector<std::string> arguments, const std::string& input = {},
                   const std::string& reverse_name = {}, bool as_chronyc = true);

// A daemon: rows by report name, commands as functions.
class FakeBackend final : public cmdmon::Backend {
 public:
  template <class Row>
  void add_row(const std::string& report, Row row) {
    row.struct_size = sizeof row;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&row);
    rows[report].emplace_back(bytes, bytes + sizeof row);
  }
  tactus_status read(const char* name, const tactus_query& query, tactus_row_sink sink, void* user) override;
  tactus_status run(const char* name, const void* args, std::uint32_t size, void* result) override;
  const tactus_report* find_report(std::string_view name) override;
  void log_info(std::string_view text) override { log.emplace_back(text); }
  std::uint32_t random() override { return random_value; }

  std::map<std::string, std::vector<std::vector<std::uint8_t>>> rows;
  std::map<std::string, tactus_status> disabled;  // reports that answer with a status
  std::map<std::string, std::function<tactus_status(const void*, void*)>> commands;
  std::map<std::string, const tactus_report*, std::less<>> reports;
  std::vector<std::string> log;
  std::vector<std::string> ran;
  std::uint32_t random_value = 1;
};

// One datagram to an engine over the Unix socket; empty: no answer.
std::vector<std::uint8_t> ask_engine(cmdmon::Engine& engine, Bytes request, const cmdmon::Sender& sender = {true, {}});

}  // namespace tactus::test

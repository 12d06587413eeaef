// SPDX-License-Identifier: Apache-2.0
// A daemon that is a table of rows and commands, and a peer that speaks Varlink to a session.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <tactus/report_members.hpp>

#include "session.hpp"

namespace tactus::varlink {

class FakeBackend : public Backend {
 public:
  template <class Row>
  void add_row(const std::string& report, Row row) {
    row.struct_size = sizeof row;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&row);
    rows[report].emplace_back(bytes, bytes + sizeof row);
  }
  template <class Row, std::size_t N>
  void add_report(const char* name, const tactus_member (&table)[N], std::uint32_t access = TACTUS_ACCESS_MONITOR) {
    reports.push_back(
        {sizeof(tactus_report), access, sizeof(Row), static_cast<std::uint32_t>(N), name, "a report", table, nullptr});
  }
  using Run = std::function<tactus_status(const void* args, void* result, tactus_error& error)>;
  template <class Args, std::size_t N>
  void add_command(const char* name, const tactus_member (&table)[N], Run run) {
    commands.push_back({sizeof(tactus_command), TACTUS_ACCESS_CONTROL, sizeof(Args), static_cast<std::uint32_t>(N),
                        name, "a command", table, nullptr});
    runs[name] = std::move(run);
  }
  void add_plain(const char* name, Run run) {
    commands.push_back({sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0, 0, name, "a command", nullptr, nullptr});
    runs[name] = std::move(run);
  }

  const tactus_report* report_at(std::uint32_t index) override {
    return index < reports.size() ? &reports[index] : nullptr;
  }
  const tactus_command* command_at(std::uint32_t index) override {
    return index < commands.size() ? &commands[index] : nullptr;
  }
  tactus_status read(const char* name, std::uint32_t access, const tactus_query& query, tactus_row_sink sink,
                     void* user) override {
    queries.push_back(query);
    for (const tactus_report& report : reports) {
      if (std::string_view(report.name) == name && report.access > access) return TACTUS_E_DENIED;
    }
    if (const auto found = answers.find(name); found != answers.end()) return found->second;
    const auto& table = rows[name];
    if ((query.flags & TACTUS_QUERY_INDEX) != 0 && query.index >= table.size()) return TACTUS_E_NOT_FOUND;
    for (std::size_t i = 0; i < table.size(); ++i) {
      if ((query.flags & TACTUS_QUERY_INDEX) != 0 && i != query.index) continue;
      const auto size = static_cast<std::uint32_t>(table[i].size());
      if (const tactus_status status = sink(user, table[i].data(), size); status != TACTUS_OK) return status;
    }
    return TACTUS_OK;
  }
  tactus_status run(const char* name, std::uint32_t, const void* args, std::uint32_t, void* result,
                    tactus_error& error) override {
    ran.emplace_back(name);
    return runs.at(name)(args, result, error);
  }
  const tactus_record* parse_line(const std::string& line) override {
    lines.push_back(line);
    return record;
  }

  std::deque<tactus_report> reports;  // addresses stay
  std::deque<tactus_command> commands;
  std::map<std::string, std::vector<std::vector<std::uint8_t>>, std::less<>> rows;
  std::map<std::string, tactus_status, std::less<>> answers;
  std::map<std::string, Run, std::less<>> runs;
  std::vector<tactus_query> queries;
  std::vector<std::string> ran;
  std::vector<std::string> lines;
  const tactus_record* record = nullptr;
};

// A service with counters, and one session of it.
struct Peer {
  explicit Peer(FakeBackend& fake, std::uint32_t access = TACTUS_ACCESS_CONTROL)
      : backend(fake), service{fake, "1.2.3", {}}, session(service, access) {
    for (std::size_t i = 0; i < drop_reasons; ++i) service.drops[i] = &counted[i];
  }
  [[nodiscard]] std::uint64_t drops(Drop reason) const { return counted[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] std::uint64_t all_drops() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t each : counted) sum += each;
    return sum;
  }

  void feed(std::string_view bytes) {
    session.on_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, now);
  }
  // What the session has to say, piece by piece.
  std::vector<std::string> pieces() {
    std::vector<std::string> out;
    while (session.has_output()) session.produce(out.emplace_back(), now);
    return out;
  }
  // The replies to a message, without their NUL.
  std::vector<nlohmann::json> ask(const nlohmann::json& message) {
    feed(message.dump() + '\0');
    std::string all;
    for (const std::string& piece : pieces()) all += piece;
    std::vector<nlohmann::json> out;
    while (!all.empty()) {
      const std::size_t end = all.find('\0');
      if (end == all.npos) throw std::runtime_error("a reply without end");
      out.push_back(nlohmann::json::parse(all.substr(0, end)));
      all.erase(0, end + 1);
    }
    return out;
  }
  nlohmann::json call(const std::string& method, const nlohmann::json& parameters = nlohmann::json::object()) {
    const auto replies = ask({{"method", method}, {"parameters", parameters}});
    EXPECT_EQ(replies.size(), 1U) << method;
    return replies.empty() ? nlohmann::json() : replies[0];
  }

  FakeBackend& backend;
  std::array<std::uint64_t, drop_reasons> counted{};
  Service service;
  Session session;
  MonoTime now = from_ns<MonoTime>(1'000'000'000);
};

}  // namespace tactus::varlink

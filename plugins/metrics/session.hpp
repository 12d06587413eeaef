// SPDX-License-Identifier: Apache-2.0
// One HTTP connection: one request, one response, then it is closed. Does no I/O.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <tactus/sdk/streams.hpp>

#include "exposition.hpp"
#include "http_reader.hpp"

namespace tactus::metrics {

// Why a request got no metrics.
enum class Drop : std::uint8_t {
  not_allowed,   // by metricsallow
  malformed,     // 400
  timed_out,     // 408
  too_long,      // 431
  bad_version,   // 505
  unknown_path,  // 404
  other_method,  // 405
  vanished,      // the peer, before it had its answer
  left_out,      // a report or metric that cannot be told
};
inline constexpr std::size_t drop_reasons = 9;
const char* drop_name(Drop reason);

// What all sessions share.
struct Service {
  Backend& backend;
  std::string version;
  std::array<std::uint64_t*, drop_reasons> drops;  // counters, one for each reason; null: not counted
  [[nodiscard]] std::uint64_t* cell(Drop reason) const { return drops[static_cast<std::size_t>(reason)]; }
  void count(Drop reason) const {
    if (cell(reason) != nullptr) ++*cell(reason);
  }
};

class Session final : public StreamSession {
 public:
  // The service must outlive it.
  Session(const Service& service, MonoTime begun) : service_(service), reader_(HttpLimits{}, begun) {}

  [[nodiscard]] bool wants_bytes() const override { return !reader_.done(); }
  void on_bytes(Bytes bytes, MonoTime now) override;
  [[nodiscard]] bool has_output() const override { return reader_.done() && !finished_; }
  void produce(std::string& out, MonoTime now) override;
  [[nodiscard]] bool finished() const override { return finished_; }
  [[nodiscard]] std::optional<MonoTime> deadline() const override { return reader_.deadline(); }
  void on_deadline() override { reader_.on_deadline(); }
  void on_lost() override { service_.count(Drop::vanished); }

 private:
  void respond(std::string& out);
  void respond_with(std::string& out, unsigned status, std::string_view body, std::string_view more_fields = {});
  void begin_metrics(std::string& out, const HttpRequest& request);

  const Service& service_;
  HttpReader reader_;
  std::optional<Exposition> exposition_;
  bool chunked_ = false;
  bool finished_ = false;
};

}  // namespace tactus::metrics

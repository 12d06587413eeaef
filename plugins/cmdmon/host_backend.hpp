// SPDX-License-Identifier: Apache-2.0
// The registry behind the host, as the protocol's engine wants it.
#pragma once

#include <cstdint>
#include <string_view>

#include <tactus/sdk.hpp>

#include "backend.hpp"

namespace tactus::cmdmon {

// The engine has checked the protocol's access classes before it asks.
class HostBackend final : public Backend {
 public:
  explicit HostBackend(Host host) : host_(host) {}
  tactus_status read(const char* name, const tactus_query& query, tactus_row_sink sink, void* user) override {
    return raw()->report_read(raw(), name, TACTUS_ACCESS_CONTROL, &query, sink, user);
  }
  tactus_status run(const char* name, const void* args, std::uint32_t size, void* result) override {
    tactus_error failure{sizeof(tactus_error), 0, {}};
    return raw()->command_run(raw(), name, TACTUS_ACCESS_CONTROL, args, size, result, &failure);
  }
  const tactus_report* find_report(std::string_view name) override {
    for (std::uint32_t i = 0;; ++i) {
      const tactus_report* report = raw()->report_at(raw(), i);
      if (report == nullptr || name == report->name) return report;
    }
  }
  void log_info(std::string_view text) override { host_.info("{}", text); }
  std::uint32_t random() override { return host_.random<std::uint32_t>(); }

 private:
  [[nodiscard]] const tactus_host* raw() const { return host_.raw(); }
  Host host_;
};

}  // namespace tactus::cmdmon

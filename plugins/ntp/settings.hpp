// SPDX-License-Identifier: Apache-2.0
// The configuration of an instance and of one source, as values: from records of the configuration and from the
// arguments of add_source. Configuration specification sections 4.1, 4.4 and 5.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tactus/reports.h>
#include <tactus/access.hpp>
#include <tactus/sdk.hpp>

#include "association_types.hpp"
#include "client_log.hpp"

namespace tactus::ntp {

inline constexpr std::uint32_t pool_sources_max = 16;

enum class SourceType : std::uint8_t { server, peer, pool };

// What one server, pool or peer line says.
struct SourceOptions {
  SourceType type = SourceType::server;
  std::string name;
  std::uint16_t port = 123;
  std::uint16_t family = TACTUS_FAMILY_NONE;  // TACTUS_FAMILY_*: addresses to be used
  AssociationSettings association{};
  std::uint32_t key_id = 0;  // 0: none
  bool nts = false;
  std::uint32_t select_options = 0;  // TACTUS_SELECT_*
  std::int32_t min_samples = -1;     // -1: the global default
  std::int32_t max_samples = -1;
  std::int32_t max_unreach = 100000;
  std::int32_t filter_length = 0;
  double asymmetry = 1.0;
  std::uint32_t max_sources = 4;          // pools
  const tactus_record* record = nullptr;  // where it came from; null: from a command
};

struct AccessRule {
  tactus_subnet subnet{};
  bool allow = false;
  bool all = false;
};

// One `broadcast` line.
struct BroadcastTarget {
  tactus_address address{};  // with port
  double interval_s = 1;     // 1..2^24
};

// What concerns the instance as a whole.
struct Settings {
  std::uint16_t port = 123;                       // of the server; 0: none
  std::optional<std::uint16_t> acquisition_port;  // unset: a new client socket for each request
  std::array<tactus_address, 2> bind_server{};    // IPv4, IPv6; family NONE: any address
  std::array<tactus_address, 2> bind_client{};
  std::string server_device;
  std::string client_device;
  std::uint32_t dscp = 0;
  std::vector<AccessRule> access;
  std::vector<BroadcastTarget> broadcasts;
  ClientLog::Config log{};
  std::int64_t refresh_s = 1209600;
  bool key_file = false;       // `keyfile` is configured
  std::uint16_t ptp_port = 0;  // of NTP over PTP; 0: none
  bool hide_leap = false;      // leap smear: leap seconds are not announced to clients
  double max_clock_error = 1e-6;
  bool adaptive = false;  // `discipline adaptive`
};

// The directive that is looked for first among the instance's own records, then in the whole configuration.
class Configuration {
 public:
  Configuration(Host host, Options options) : host_(host), options_(options) {}
  [[nodiscard]] std::optional<Record> last(const char* keyword) const;
  [[nodiscard]] std::int64_t integer(const char* keyword, std::int64_t otherwise) const;
  [[nodiscard]] double real(const char* keyword, double otherwise) const;
  [[nodiscard]] std::string text(const char* keyword) const;
  [[nodiscard]] bool given(const char* keyword) const;
  template <class Call>
  void each(const char* keyword, Call call) const {
    options_.each(keyword, call);
  }
  [[nodiscard]] const Options& own() const noexcept { return options_; }

 private:
  Host host_;
  Options options_;
};

// Throws Failure when the configuration cannot work.
Settings read_settings(const Configuration& configuration, std::uint32_t run_flags);
// True for server, pool, peer.
bool is_source(const Record& record) noexcept;
SourceOptions source_options(const Record& record, const Settings& settings);
SourceOptions source_options(const tactus_add_source_args& args, const Settings& settings);

}  // namespace tactus::ntp

// SPDX-License-Identifier: Apache-2.0
// Reading settings: configuration specification sections 4.1, 4.4, 5, 7.3 and 7.4.
#include "settings.hpp"

#include <algorithm>

#include <strings.h>

#include <tactus/address.hpp>

#include "extension.hpp"

namespace tactus::ntp {
namespace {

constexpr std::uint32_t source_port_max = 65535;
constexpr std::int64_t ntp_port = 123;
constexpr std::int64_t broadcast_interval_max_s = 1 << 24;

std::optional<RateLimit> rate_limit(const Configuration& configuration, const char* keyword, int interval_log2_s) {
  const auto record = configuration.last(keyword);
  if (!record) return std::nullopt;
  RateLimit limit;
  limit.interval_log2_s = static_cast<int>(record->integer("interval", interval_log2_s));
  limit.burst = static_cast<int>(record->integer("burst", limit.burst));
  limit.leak_log2 = static_cast<int>(record->integer("leak", limit.leak_log2));
  limit.kod_log2 = static_cast<int>(record->integer("kod", limit.kod_log2));
  return limit;
}

// The last address of each family that a directive was given.
std::array<tactus_address, 2> bind_addresses(const Configuration& configuration, const char* keyword) {
  std::array<tactus_address, 2> out{};
  configuration.each(keyword, [&](const Record& record) {
    const tactus_address& address = record.raw()->values[0].subnet.address;
    if (is_ip(address)) out[address.family == TACTUS_FAMILY_IPV6 ? 1 : 0] = address;
  });
  return out;
}

std::vector<AccessRule> access_rules(const Options& options) {
  std::vector<AccessRule> rules;
  for (const tactus_record* raw : options.records()) {
    const Record record{raw};
    const bool allow = record.keyword() == "allow";
    if (!allow && record.keyword() != "deny") continue;
    rules.push_back({raw->values[0].subnet, allow, raw->values[0].integer != 0});
  }
  return rules;
}

std::vector<BroadcastTarget> broadcast_targets(const Options& options) {
  std::vector<BroadcastTarget> targets;
  options.each("broadcast", [&](const Record& record) {
    BroadcastTarget target;
    target.address = record.raw()->values[1].subnet.address;
    target.address.port = static_cast<std::uint16_t>(record.integer("port", ntp_port) & source_port_max);
    target.interval_s =
        static_cast<double>(std::clamp<std::int64_t>(record.integer("interval", 1), 1, broadcast_interval_max_s));
    targets.push_back(target);
  });
  return targets;
}

std::uint32_t flag_bit(const Record& record, const char* name, std::uint32_t bit) {
  return record.flag(name) ? bit : 0;
}

std::uint16_t to_port(std::int64_t value) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(value, 0, source_port_max));
}

DelayLimits delay_limits(const Record& record, const Settings& settings) {
  DelayLimits limits;
  limits.max_delay_s = record.real("maxdelay", limits.max_delay_s);
  limits.max_delay_ratio = record.real("maxdelayratio", limits.max_delay_ratio);
  limits.max_delay_dev_ratio = record.real("maxdelaydevratio", limits.max_delay_dev_ratio);
  // The adaptive estimator weighs samples by their delay and learns from long ones too.
  if (settings.adaptive && !record.present("maxdelaydevratio")) limits.max_delay_dev_ratio = max_delay_dev_ratio_off;
  limits.max_delay_quantile = record.real("maxdelayquant", limits.max_delay_quantile);
  limits.min_delay_s = record.real("mindelay", limits.min_delay_s);
  return limits;
}

// Which extension fields were asked for, by type.
bool extension_field(const Record& record, std::uint16_t type) {
  const tactus_value* value = record.find("extfield");
  if (value == nullptr || value->present == 0) return false;
  for (std::uint32_t i = 0; i < value->count; ++i) {
    if (std::strtol(value->words[i], nullptr, 16) == type) return true;
  }
  return value->count == 0 && value->integer == type;
}

// Settled after parsing: limits of the engine, and what peers do not have.
void finish(SourceOptions& options, const Settings& settings) {
  AssociationSettings& association = options.association;
  association.peer = options.type == SourceType::peer;
  association.delay.max_clock_error = settings.max_clock_error;
  association.network_correction = association.network_correction && settings.ptp_port != 0;
  association.min_stratum = std::min(association.min_stratum, 15U);
  if (association.peer) {
    association.iburst = association.burst = association.copy = false;
    association.presend_log2_s = 100;
  }
  options.max_sources = std::clamp(options.max_sources, 1U, pool_sources_max);
  if (options.nts) options.key_id = 0;
}

}  // namespace

std::optional<Record> Configuration::last(const char* keyword) const {
  if (auto own = options_.last(keyword)) return own;
  const tactus_record* found = nullptr;
  for (std::uint32_t i = 0;; ++i) {
    const tactus_record* record = host_.raw()->config(host_.raw(), keyword, i);
    if (record == nullptr) break;
    found = record;
  }
  return found != nullptr ? std::optional{Record{found}} : std::nullopt;
}

std::int64_t Configuration::integer(const char* keyword, std::int64_t otherwise) const {
  const auto record = last(keyword);
  return record && record->raw()->value_count > 0 ? record->raw()->values[0].integer : otherwise;
}

double Configuration::real(const char* keyword, double otherwise) const {
  const auto record = last(keyword);
  return record && record->raw()->value_count > 0 ? record->raw()->values[0].real : otherwise;
}

std::string Configuration::text(const char* keyword) const {
  const auto record = last(keyword);
  return record && record->raw()->value_count > 0 ? record->raw()->values[0].text : "";
}

bool Configuration::given(const char* keyword) const { return last(keyword).has_value(); }

Settings read_settings(const Configuration& configuration, std::uint32_t run_flags) {
  Settings settings;
  settings.port = to_port(configuration.integer("port", settings.port));
  if ((run_flags & TACTUS_RUN_NO_SERVER) != 0) settings.port = 0;
  if (configuration.given("acquisitionport")) {
    settings.acquisition_port = to_port(configuration.integer("acquisitionport", 0));
  }
  settings.bind_server = bind_addresses(configuration, "bindaddress");
  settings.bind_client = bind_addresses(configuration, "bindacqaddress");
  settings.server_device = configuration.text("binddevice");
  settings.client_device = configuration.text("bindacqdevice");
  settings.dscp = static_cast<std::uint32_t>(configuration.integer("dscp", 0));
  settings.access = access_rules(configuration.own());
  settings.broadcasts = broadcast_targets(configuration.own());
  settings.log.enabled = configuration.integer("noclientlog", 0) == 0;
  settings.log.limit_bytes =
      static_cast<std::uint64_t>(std::max<std::int64_t>(configuration.integer("clientloglimit", 524288), 0));
  settings.log.limits[0] = rate_limit(configuration, "ratelimit", 3);
  settings.log.limits[1] = rate_limit(configuration, "ntsratelimit", 6);
  if (!settings.log.enabled && (settings.log.limits[0] || settings.log.limits[1])) {
    fail(TACTUS_E_INVALID, "Rate limiting cannot be enabled with noclientlog");
  }
  settings.refresh_s = configuration.integer("refresh", settings.refresh_s);
  settings.key_file = configuration.given("keyfile");
  settings.hide_leap = configuration.text("leapsecmode") == "slew" && configuration.given("smoothtime");
  settings.ptp_port = to_port(configuration.integer("ptpport", 0));
  settings.max_clock_error = configuration.real("maxclockerror", 1.0) * 1e-6;
  settings.adaptive = strcasecmp(configuration.text("discipline").c_str(), "adaptive") == 0;
  return settings;
}

bool is_source(const Record& record) noexcept {
  return record.keyword() == "server" || record.keyword() == "pool" || record.keyword() == "peer";
}

SourceOptions source_options(const Record& record, const Settings& settings) {
  SourceOptions out;
  out.type = record.keyword() == "pool"   ? SourceType::pool
             : record.keyword() == "peer" ? SourceType::peer
                                          : SourceType::server;
  out.name = record.raw()->values[0].text;
  out.port = to_port(record.integer("port", out.port));
  if (record.flag("ipv6")) out.family = TACTUS_FAMILY_IPV6;
  if (record.flag("ipv4")) out.family = TACTUS_FAMILY_IPV4;
  AssociationSettings& association = out.association;
  association.min_poll_log2_s = static_cast<int>(record.integer("minpoll", association.min_poll_log2_s));
  association.max_poll_log2_s = static_cast<int>(record.integer("maxpoll", association.max_poll_log2_s));
  association.poll_target = static_cast<int>(record.integer("polltarget", association.poll_target));
  association.presend_log2_s = static_cast<int>(record.integer("presend", association.presend_log2_s));
  association.version = static_cast<std::uint8_t>(record.integer("version", 0));
  association.min_stratum = static_cast<std::uint32_t>(record.integer("minstratum", 0));
  association.iburst = record.flag("iburst");
  association.burst = record.flag("burst");
  association.auto_offline = record.flag("auto_offline");
  association.offline = record.flag("offline");
  association.copy = record.flag("copy");
  association.interleaved = record.flag("xleave");
  association.monotonic_root = extension_field(record, field_monotonic_root);
  association.network_correction = extension_field(record, field_network_correction);
  association.offset_s = record.real("offset", 0);
  association.delay = delay_limits(record, settings);
  out.key_id = static_cast<std::uint32_t>(record.integer("key", 0));
  out.nts = record.flag("nts");
  out.select_options =
      flag_bit(record, "noselect", TACTUS_SELECT_NOSELECT) | flag_bit(record, "prefer", TACTUS_SELECT_PREFER) |
      flag_bit(record, "trust", TACTUS_SELECT_TRUST) | flag_bit(record, "require", TACTUS_SELECT_REQUIRE);
  out.min_samples = static_cast<std::int32_t>(record.integer("minsamples", -1));
  out.max_samples = static_cast<std::int32_t>(record.integer("maxsamples", -1));
  out.max_unreach = static_cast<std::int32_t>(record.integer("maxunreach", out.max_unreach));
  out.filter_length = static_cast<std::int32_t>(record.integer("filter", 0));
  out.asymmetry = record.real("asymmetry", out.asymmetry);
  out.max_sources = static_cast<std::uint32_t>(record.integer("maxsources", out.max_sources));
  out.record = record.raw();
  finish(out, settings);
  return out;
}

SourceOptions source_options(const tactus_add_source_args& args, const Settings& settings) {
  SourceOptions out;
  out.type = args.type == TACTUS_ADD_POOL   ? SourceType::pool
             : args.type == TACTUS_ADD_PEER ? SourceType::peer
                                            : SourceType::server;
  out.name = args.name;
  out.port = to_port(args.port);
  const auto has = [&](std::uint32_t bit) { return (args.flags & bit) != 0; };
  if (has(TACTUS_ADD_IPV6)) out.family = TACTUS_FAMILY_IPV6;
  if (has(TACTUS_ADD_IPV4)) out.family = TACTUS_FAMILY_IPV4;
  AssociationSettings& association = out.association;
  association.min_poll_log2_s = args.minpoll_log2_s;
  association.max_poll_log2_s = args.maxpoll_log2_s;
  association.poll_target = static_cast<int>(std::clamp(args.poll_target, 1U, 0x7fffffffU));
  association.presend_log2_s = args.presend_log2_s;
  association.version = static_cast<std::uint8_t>(std::min(args.version, 4U));
  association.min_stratum = args.min_stratum;
  association.iburst = has(TACTUS_ADD_IBURST);
  association.burst = has(TACTUS_ADD_BURST);
  association.auto_offline = has(TACTUS_ADD_AUTO_OFFLINE);
  association.offline = !has(TACTUS_ADD_ONLINE);
  association.copy = has(TACTUS_ADD_COPY);
  association.interleaved = has(TACTUS_ADD_XLEAVE);
  association.monotonic_root = has(TACTUS_ADD_EXTFIELD_F323);
  association.network_correction = has(TACTUS_ADD_EXTFIELD_F324);
  association.offset_s = args.offset_s;
  association.delay.max_delay_s = args.max_delay_s;
  association.delay.max_delay_ratio = args.max_delay_ratio;
  association.delay.max_delay_dev_ratio = args.max_delay_dev_ratio;
  association.delay.max_delay_quantile = args.max_delay_quantile;
  association.delay.min_delay_s = args.min_delay_s;
  out.key_id = args.key;
  out.nts = has(TACTUS_ADD_NTS);
  out.select_options =
      (has(TACTUS_ADD_NOSELECT) ? TACTUS_SELECT_NOSELECT : 0U) | (has(TACTUS_ADD_PREFER) ? TACTUS_SELECT_PREFER : 0U) |
      (has(TACTUS_ADD_TRUST) ? TACTUS_SELECT_TRUST : 0U) | (has(TACTUS_ADD_REQUIRE) ? TACTUS_SELECT_REQUIRE : 0U);
  out.min_samples = args.min_samples;
  out.max_samples = args.max_samples;
  out.max_unreach = args.max_unreach;
  out.filter_length = args.filter_length;
  out.asymmetry = args.asymmetry;
  out.max_sources = args.max_sources;
  finish(out, settings);
  return out;
}

}  // namespace tactus::ntp

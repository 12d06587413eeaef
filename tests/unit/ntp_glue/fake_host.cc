// SPDX-License-Identifier: Apache-2.0
// The services of a host in virtual time.
#include <algorithm>
#include <cstring>
#include <limits>

#include "fake_world.hpp"
#include "instance.hpp"

namespace tactus::ntp::test {
namespace {

constexpr std::int64_t epoch_ns = 1'790'000'000'000'000'000;  // true time when the monotonic clock is 0

}  // namespace

std::uint64_t FakeWorld::at(std::int64_t time, Call call) {
  events_[++last_id_] = {time, std::move(call)};
  return last_id_;
}

void FakeWorld::run_until(std::int64_t time) {
  for (;;) {
    auto first = events_.end();
    for (auto each = events_.begin(); each != events_.end(); ++each) {
      if (each->second.time <= time && (first == events_.end() || each->second.time < first->second.time)) first = each;
    }
    if (first == events_.end()) break;
    now = std::max(now, first->second.time);
    const Call call = std::move(first->second.call);
    events_.erase(first);
    call();
  }
  now = time;
}

std::uint64_t FakeWorld::random() {
  seed += 0x9e3779b97f4a7c15U;
  std::uint64_t z = seed;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

FakeHost::FakeHost(FakeWorld& in, const std::string& address, const std::string& text, double clock_offset_s,
                   std::uint32_t run_flags)
    : world(in), config(text), clock_offset(static_cast<std::int64_t>(clock_offset_s * 1e9)), flags(run_flags) {
  addresses.push_back(parse_address(address).value());
  world.hosts.push_back(this);
  reference.struct_size = sizeof reference;
  reference.leap = TACTUS_LEAP_UNSYNCHRONISED;
  reference.stratum = 16;
  reference.precision_log2_s = -24;
  reference.root_delay_s = reference.root_dispersion_s = 1;
  host.struct_size = sizeof host;
  host.context = this;
  fill_services();
  fill_source_services();
  fill_control_services();
}

FakeHost::~FakeHost() {
  if (instance != nullptr) provider_ops()->destroy(instance);
  for (tactus_source* each : sources) delete each;
  std::erase(world.hosts, this);
}

tactus_status FakeHost::create() {
  tactus_error failure{};
  failure.struct_size = sizeof failure;
  const tactus_status status = provider_ops()->create(&host, config.get(), &instance, &failure);
  error = failure.text;
  if (status != TACTUS_OK) instance = nullptr;
  return status;
}

void FakeHost::start() {
  tactus_error failure{};
  failure.struct_size = sizeof failure;
  provider_ops()->start(instance, &failure);
}

bool FakeHost::logged(const std::string& text) const { return std::ranges::find(messages, text) != messages.end(); }

std::uint64_t FakeHost::drops(const std::string& stage, const std::string& reason) const {
  const auto at = drops_.find(stage + "/" + reason);
  return at == drops_.end() ? 0 : at->second;
}

tactus_source* FakeHost::source(const std::string& address) const {
  const tactus_address wanted = parse_address(address).value();
  for (tactus_source* each : sources) {
    if (same_address(each->address, wanted)) return each;
  }
  return nullptr;
}

std::size_t FakeHost::open_sockets(std::uint32_t role) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(sockets, [&](const auto& socket) { return socket->params.role == role; }));
}

tactus_status FakeHost::run_raw(const std::string& name, const void* args) {
  const auto at = commands_.find(name);
  if (at == commands_.end()) return TACTUS_E_UNSUPPORTED;
  tactus_error failure{};
  failure.struct_size = sizeof failure;
  const tactus_status status = at->second.first->run(at->second.second, args, nullptr, &failure);
  error = failure.text;
  return status;
}

tactus_status FakeHost::read_raw(const std::string& name, const tactus_query* query, tactus_row_sink sink, void* user) {
  const auto at = reports_.find(name);
  if (at == reports_.end()) return TACTUS_E_UNSUPPORTED;
  return at->second.first->read(at->second.second, query, sink, user);
}

tactus_status FakeHost::start_resolving(const tactus_host* host, const char* name, std::uint32_t family,
                                        tactus_resolve_fn fn, void* user, std::uint64_t* id) {
  FakeHost& me = self(host);
  me.lookups.emplace_back(me.world.now, name);
  std::vector<tactus_address> found;
  for (const std::string& text : me.names[name]) {
    const tactus_address address = parse_address(text).value();
    if (family == TACTUS_FAMILY_NONE || family == address.family) found.push_back(address);
  }
  *id = me.world.at(me.world.now + 5 * millisecond, [fn, user, found] {
    fn(user, found.empty() ? TACTUS_E_ABSENT : TACTUS_OK, found.data(), static_cast<std::uint32_t>(found.size()));
  });
  return TACTUS_OK;
}

void FakeHost::fill_services() {
  host.log = [](const tactus_host* h, std::uint32_t, const char* text) { self(h).messages.emplace_back(text); };
  host.log_limited = [](const tactus_host* h, std::uint32_t, const char*, const char* text) {
    self(h).messages.emplace_back(text);
  };
  host.statlog_open = [](const tactus_host*, const char* name, const char*, std::int32_t* handle) {
    *handle = std::strcmp(name, "measurements") == 0 ? 1 : -1;
    return tactus_status{*handle > 0 ? TACTUS_OK : TACTUS_E_DISABLED};
  };
  host.statlog_write = [](const tactus_host* h, std::int32_t, const char* line) {
    self(h).measurements.emplace_back(line);
  };
  host.drop_counter = [](const tactus_host* h, const char* stage, const char* reason) {
    return &self(h).drops_[std::string(stage) + "/" + reason];
  };
  host.timer_start = [](const tactus_host* h, std::int64_t when, tactus_timer_fn fn, void* user, std::uint64_t* id) {
    FakeWorld& time = self(h).world;
    *id = time.at(std::max(when, time.now), [fn, user] { fn(user); });
    return tactus_status{TACTUS_OK};
  };
  host.timer_stop = [](const tactus_host* h, std::uint64_t id) { self(h).world.cancel(id); };
  host.now = [](const tactus_host* h, tactus_instant* out) {
    const FakeHost& me = self(h);
    out->monotonic_ns = me.world.now;
    out->raw_ns = out->corrected_ns = epoch_ns + me.world.now + me.clock_offset;
    out->error_s = 0;
  };
  host.event = host.now;
  host.correct = [](const tactus_host*, std::int64_t raw, double* error_s) {
    if (error_s != nullptr) *error_s = 0;
    return raw;
  };
  host.clock_precision = [](const tactus_host*) { return 0x1p-24; };
  host.clock_listen = [](const tactus_host* h, tactus_clock_change_fn changed, tactus_dispersion_fn, void* user) {
    self(h).clock_changed_ = changed;
    self(h).clock_user_ = user;
    return tactus_status{TACTUS_OK};
  };
  host.reference = [](const tactus_host* h, std::int64_t, tactus_reference* out) { *out = self(h).reference; };
  host.random = [](const tactus_host* h, void* buffer, std::uint32_t length) {
    for (std::uint32_t i = 0; i < length; ++i) {
      static_cast<std::uint8_t*>(buffer)[i] = static_cast<std::uint8_t>(self(h).world.random() >> 13);
    }
  };
  host.resolve = &FakeHost::start_resolving;
  host.resolve_cancel = [](const tactus_host* h, std::uint64_t id) { self(h).world.cancel(id); };
  host.run_flags = [](const tactus_host* h) { return self(h).flags; };
  host.config = [](const tactus_host*, const char*, std::uint32_t) -> const tactus_record* { return nullptr; };
}

void FakeHost::fill_source_services() {
  host.source_new = [](const tactus_host* h, const tactus_source_params* params,
                       const tactus_source_callbacks* callbacks, void* user, tactus_source** out) {
    auto* source = new tactus_source;
    source->address = params->address;
    source->refid = params->refid;
    source->name = params->name;
    source->callbacks = *callbacks;
    source->user = user;
    self(h).sources.push_back(source);
    *out = source;
    return tactus_status{TACTUS_OK};
  };
  host.source_free = [](const tactus_host* h, tactus_source* source) {
    std::erase(self(h).sources, source);
    delete source;
  };
  host.source_set_active = [](const tactus_host*, tactus_source* source, std::uint32_t active) {
    source->active = active != 0;
  };
  host.source_set_address = [](const tactus_host*, tactus_source* source, const tactus_address* address,
                               std::uint32_t refid, std::uint32_t reset) {
    source->address = *address;
    source->refid = refid;
    if (reset != 0) source->samples.clear();
  };
  host.source_set_status = [](const tactus_host*, tactus_source* source, std::uint32_t stratum, std::uint32_t) {
    source->stratum = stratum;
  };
  host.source_reach = [](const tactus_host*, tactus_source* source, std::uint32_t bit) {
    source->reach = ((source->reach << 1) | bit) & 0xffU;
    ++source->updates;
    // As the core does for a full empty register.
    if (source->reach == 0 && source->updates >= 8) source->callbacks.replace(source->user);
  };
  host.source_reset_reach = [](const tactus_host*, tactus_source* source) { source->reach = source->updates = 0; };
  host.source_sample = [](const tactus_host*, tactus_source* source, const tactus_sample* sample,
                          tactus_sample_result* result) {
    source->samples.push_back(*sample);
    result->accumulated = 1;
    result->samples = static_cast<std::uint32_t>(source->samples.size());
    result->peer_delay_s = sample->peer_delay_s;
    result->peer_dispersion_s = sample->peer_dispersion_s;
    return tactus_status{TACTUS_OK};
  };
  host.source_missed = [](const tactus_host*, tactus_source*, tactus_sample_result* result) {
    result->accumulated = 0;
    return tactus_status{TACTUS_OK};
  };
  host.source_stats = [](const tactus_host*, tactus_source* source, tactus_source_stats* out) {
    out->samples = static_cast<std::uint32_t>(source->samples.size());
    out->reach = source->reach;
    out->min_delay_s = out->last_filter_delay_s = std::numeric_limits<double>::infinity();
    out->skew = 1e-6;
  };
  host.source_predict = [](const tactus_host*, tactus_source*, std::int64_t) { return 0.0; };
  host.source_shift = [](const tactus_host*, tactus_source*, double) {};
  host.source_reset = [](const tactus_host*, tactus_source* source) { source->samples.clear(); };
  host.source_set_own_refid = [](const tactus_host*, tactus_source* source, std::uint32_t refid) {
    source->own_refid = refid;
  };
  host.select = [](const tactus_host*) {};
}

void FakeHost::fill_control_services() {
  host.report_add = [](const tactus_host* h, const tactus_report* report, void* user) {
    self(h).reports_[report->name] = {report, user};
    return tactus_status{TACTUS_OK};
  };
  host.command_add = [](const tactus_host* h, const tactus_command* command, void* user) {
    self(h).commands_[command->name] = {command, user};
    return tactus_status{TACTUS_OK};
  };
  host.transport = [](const tactus_host* h, const char* name, const tactus_transport_ops** ops, void** out,
                      tactus_error*) {
    self(h).transports.emplace_back(name);
    *ops = fake_transport();
    *out = &self(h);
    return tactus_status{TACTUS_OK};
  };
  host.auth = [](const tactus_host* h, const char* name, const tactus_auth_ops** ops, void** out, tactus_error*) {
    if (std::strcmp(name, "symkey") != 0) return tactus_status{TACTUS_E_NOT_FOUND};
    *ops = fake_auth();
    *out = &self(h);
    return tactus_status{TACTUS_OK};
  };
}

}  // namespace tactus::ntp::test

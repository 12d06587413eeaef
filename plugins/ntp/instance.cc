// SPDX-License-Identifier: Apache-2.0
// From configuration to running associations.
#include "instance.hpp"

#include <algorithm>
#include <cmath>

#include "build_time.hpp"
#include "measurement_log.hpp"

namespace tactus::ntp {
namespace {

constexpr int lowest_precision_log2_s = -30;

LocalClock local_clock(const Host& host, const Configuration& configuration) {
  LocalClock clock;
  clock.hardware_timestamping = configuration.given("hwtimestamp");
  clock.hardware_timeout_s = configuration.real("hwtstimeout", clock.hardware_timeout_s);
  clock.precision_s = host.clock_precision_s();
  clock.precision_log2_s =
      std::max(static_cast<int>(std::lround(std::log2(clock.precision_s))), lowest_precision_log2_s);
  clock.era = Era::from_build_time(build_time_s);
  return clock;
}

}  // namespace

Instance::Instance(Host host, const Options& options)
    : environment_(host, read_settings(Configuration{host, options}, host.run_flags())), sources_(environment_) {
  environment_.clock = local_clock(host, Configuration{host, options});
  for (std::size_t i = 0; i < drop_count; ++i) {
    environment_.drop_cells[i] = &host.drop_counter("ntp.client", name_of(static_cast<Drop>(i)));
  }
  environment_.wrong_socket = &host.drop_counter("ntp.client", "wrong_socket");
  environment_.truncated = &host.drop_counter("ntp.receive", "truncated");
  if (auto loaded = environment_.transport.load(); !loaded) throw Failure(loaded.failure());
  open_logs();
  server_ = std::make_unique<Server>(environment_, sources_);
  broadcasts_ = std::make_unique<Broadcasts>(environment_);
  for (const BroadcastTarget& target : environment_.settings.broadcasts) broadcasts_->add(target);
  add_configured(options);
  control_ = std::make_unique<Control>(environment_, sources_, *server_);
  control_->install_reports();
  control_->install_commands();
  const tactus_status status = host.raw()->clock_listen(host.raw(), &Instance::clock_changed, nullptr, this);
  if (status != TACTUS_OK) fail(status, "the clock cannot be followed");
}

Instance::~Instance() = default;

void Instance::open_logs() {
  const tactus_host* host = environment_.host.raw();
  const std::string heading{measurement_heading};
  const auto open = [&](const char* name, std::int32_t* handle) {
    if (host->statlog_open(host, name, heading.c_str(), handle) != TACTUS_OK) *handle = -1;
  };
  open("rawmeasurements", &environment_.log.all);
  open("measurements", &environment_.log.synchronised);
}

void Instance::add_configured(const Options& options) {
  for (const tactus_record* raw : options.records()) {
    const Record record{raw};
    if (!is_source(record)) continue;
    SourceOptions source = source_options(record, environment_.settings);
    const std::string name = source.name;
    if (!sources_.add(std::move(source), LogLevel::debug)) environment_.host.error("Could not add source {}", name);
  }
}

void Instance::start() {
  sources_.start();
  broadcasts_->start();
}

Result<void> Instance::add(const Record& record) {
  if (!is_source(record)) {
    return error_status(TACTUS_E_UNSUPPORTED, "{} cannot be added while running", record.keyword());
  }
  return sources_.add(source_options(record, environment_.settings), LogLevel::info);
}

Result<void> Instance::remove(const Record& record) { return sources_.remove_record(record.raw()); }

void Instance::clock_changed(void* user, const tactus_clock_change* change) {
  auto* self = static_cast<Instance*>(user);
  tactus_error error{};
  error.struct_size = sizeof error;
  const tactus_status status = guarded(&error, [&] {
    self->server_->on_clock_change(*change);
    self->sources_.on_clock_change(*change);
  });
  if (status != TACTUS_OK) self->environment_.host.error("{}", error.text);
}

const tactus_source_provider_ops* provider_ops() { return &detail::SourceOps<Instance>::ops; }

}  // namespace tactus::ntp

// SPDX-License-Identifier: Apache-2.0
// A plugin for the tests of the host: a source, a transport, a scheme, an endpoint and a clock that say what happens to
// them, use every service, and give nothing back. Commands make it misbehave. Plain ABI on purpose, without the SDK.
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <stdexcept>

#include <tactus/plugin.h>
#include <tactus/reports.h>

namespace {

struct Instance {
  const tactus_host* host;
  const char* name;
  std::uint64_t timer = 0;
  std::uint64_t watch = 0;
  std::uint64_t name_id = 0;
  std::uint64_t ticks = 0;
  std::uint64_t* drops = nullptr;
  tactus_source* source = nullptr;
  int ends[2] = {-1, -1};
};

__attribute__((format(printf, 2, 3))) void say(const Instance& self, const char* format, ...) {
  char text[400];
  const int used = std::snprintf(text, sizeof text, "%s ", self.name);
  std::va_list args;
  va_start(args, format);
  std::vsnprintf(text + used, sizeof text - static_cast<std::size_t>(used), format, args);
  va_end(args);
  self.host->log(self.host, TACTUS_LOG_INFO, text);
}

tactus_status create_named(const tactus_host* host, const tactus_config* config, void** instance, const char* name) {
  auto* self = new Instance{host, name};
  say(*self, "created with %u records", config->record_count);
  *instance = self;
  return TACTUS_OK;
}
void destroy(void* instance) {
  auto* self = static_cast<Instance*>(instance);
  say(*self, "destroyed");
  for (const int fd : self->ends) {
    if (fd >= 0) ::close(fd);
  }
  delete self;
}
tactus_status start_plain(void* instance, tactus_error*) {
  say(*static_cast<Instance*>(instance), "started");
  return TACTUS_OK;
}

// ---- the source

void on_timer(void* user) {
  auto& self = *static_cast<Instance*>(user);
  ++self.ticks;
  if (self.ticks == 2) throw std::runtime_error("thrown by a timer");
  tactus_instant now{};
  self.host->event(self.host, &now);
  if (self.ticks == 1) say(self, "tick");
  self.host->timer_start(self.host, now.monotonic_ns + 1'000'000'000, &on_timer, &self, &self.timer);
}

void on_readable(void* user, std::int32_t fd, std::uint32_t events) {
  auto& self = *static_cast<Instance*>(user);
  char byte = 0;
  if (::read(fd, &byte, 1) == 1) say(self, "read '%c' on events %u", byte, events);
}

void on_name(void* user, tactus_status status, const tactus_address* addresses, std::uint32_t count) {
  const auto& self = *static_cast<Instance*>(user);
  say(self, "name answered %d with %u, first byte %u", status, count, count > 0 ? addresses[0].bytes[0] : 0u);
}

void on_change(void* user, const tactus_clock_change* change) {
  say(*static_cast<Instance*>(user), "clock changed, kind %u by %.3f", change->kind, change->offset_s);
}

void describe(void*, std::int32_t* poll_log2_s, std::uint32_t* mode) {
  *poll_log2_s = 5;
  *mode = TACTUS_SOURCE_MODE_CLIENT;
}

struct Row {
  std::uint32_t struct_size;
  std::uint32_t ticks;
};
constexpr tactus_member row_members[] = {
    {sizeof(tactus_member), TACTUS_MEMBER_U32, offsetof(Row, ticks), 4, "ticks", "", "so far", nullptr, 0, 0}};
tactus_status read_report(void* user, const tactus_query*, tactus_row_sink sink, void* sink_user) {
  const Row row{sizeof(Row), static_cast<std::uint32_t>(static_cast<Instance*>(user)->ticks)};
  return sink(sink_user, &row, sizeof row);
}
constexpr tactus_report report = {sizeof(tactus_report), TACTUS_ACCESS_READ, sizeof(Row), 1, "exercise", "ticks",
                                  row_members,           &read_report};

tactus_status run_fatal(void* user, const void*, void*, tactus_error*) {
  const auto& self = *static_cast<Instance*>(user);
  self.host->log(self.host, TACTUS_LOG_FATAL, "exercise cannot go on");
  return TACTUS_OK;
}
constexpr tactus_command fatal = {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0,       0,
                                  "exercise_fatal",       "ends the daemon",     nullptr, &run_fatal};

tactus_status run_sample(void* user, const void*, void*, tactus_error*) {
  const auto& self = *static_cast<Instance*>(user);
  tactus_instant now{};
  self.host->now(self.host, &now);
  const tactus_sample sample{sizeof(tactus_sample), 0, now.corrected_ns, 0.5, 0.01, 1e-6, 0.01, 1e-6};
  tactus_sample_result result{};
  result.struct_size = sizeof result;
  const tactus_status status = self.host->source_sample(self.host, self.source, &sample, &result);
  self.host->source_reach(self.host, self.source, 1);
  say(self, "sample %d, accumulated %u, held %u", status, result.accumulated, result.samples);
  return status;
}
constexpr tactus_command sample_command = {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0,       0,
                                           "exercise_sample",      "gives a sample",      nullptr, &run_sample};

tactus_status run_parse(void* user, const void*, void*, tactus_error* error) {
  const auto& self = *static_cast<Instance*>(user);
  const tactus_record* record = nullptr;
  const tactus_status status = self.host->config_parse(self.host, "exercise fresh", &record, error);
  if (status != TACTUS_OK) return status;
  say(self, "parsed '%s'", record->values[0].text);
  return self.host->config_parse(self.host, "exercise", &record, error);
}
constexpr tactus_command parse_command = {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0,       0,
                                          "exercise_parse",       "parses a line",       nullptr, &run_parse};

void use_files(const Instance& self, const char* path) {
  tactus_error error{sizeof(tactus_error), 0, {}};
  const tactus_status written = self.host->state_write(self.host, path, "state", 5, 0600, &error);
  char back[16] = "";
  std::uint32_t length = sizeof back - 1;
  const tactus_status read = self.host->state_read(self.host, path, back, &length, &error);
  std::uint32_t small = 2;
  const tactus_status too_long = self.host->state_read(self.host, path, back, &small, &error);
  say(self, "file %d %d '%.5s' %d", written, read, back, too_long);
}

void add_source(Instance& self) {
  tactus_source_params params{};
  params.struct_size = sizeof params;
  params.type = TACTUS_SOURCE_NTP;
  params.refid = 0x7f000001;
  params.min_samples = params.max_samples = params.max_unreach = -1;
  params.address.family = TACTUS_FAMILY_IPV4;
  params.address.bytes[0] = 127;
  params.address.bytes[3] = 1;
  params.name = "127.0.0.1";
  const tactus_source_callbacks callbacks{sizeof(tactus_source_callbacks), 0, &describe, nullptr};
  const tactus_status status = self.host->source_new(self.host, &params, &callbacks, &self, &self.source);
  say(self, "source %d", status);
  if (status != TACTUS_OK) return;
  self.host->source_set_active(self.host, self.source, 1);
  self.host->source_set_status(self.host, self.source, 2, TACTUS_LEAP_NORMAL);
}

tactus_status create_source(const tactus_host* host, const tactus_config* config, void** instance,
                            tactus_error* error) {
  const char* word = config->record_count > 0 ? config->records[0]->values[0].text : "";
  if (std::strcmp(word, "fail") == 0) {
    std::strncpy(error->text, "the configuration told it to fail", sizeof error->text - 1);
    std::uint64_t left = 0;
    host->timer_start(host, 0, &on_timer, nullptr, &left);  // never to run: nothing is left of a failed create
    return TACTUS_E_UNSUPPORTED;
  }
  if (std::strcmp(word, "throw") == 0) throw std::runtime_error("thrown by create");
  create_named(host, config, instance, "source");
  auto& self = *static_cast<Instance*>(*instance);
  if (::pipe(self.ends) != 0) return TACTUS_E_SYSTEM;
  tactus_instant now{};
  host->now(host, &now);
  host->timer_start(host, now.monotonic_ns + 1'000'000'000, &on_timer, &self, &self.timer);
  host->watch(host, self.ends[0], TACTUS_WATCH_READ, &on_readable, &self, &self.watch);
  host->resolve(host, "192.0.2.7", TACTUS_FAMILY_NONE, &on_name, &self, &self.name_id);
  host->clock_listen(host, &on_change, nullptr, &self);
  self.drops = host->drop_counter(host, "packets", "malformed");
  *self.drops += 3;
  *host->drop_counter(host, "exercise.other", "malformed") += 1;
  *host->drop_counter(host, "packets", "malformed") += 1;
  add_source(self);
  if (config->record_count > 1) use_files(self, config->records[1]->values[0].text);
  host->report_add(host, &report, &self);
  host->command_add(host, &fatal, &self);
  host->command_add(host, &sample_command, &self);
  host->command_add(host, &parse_command, &self);
  say(self, "config %d", host->config(host, "exercise", 0) == config->records[0] ? 1 : 0);
  std::uint32_t noise[4] = {};
  host->random(host, noise, sizeof noise);
  say(self, "random %d", (noise[0] | noise[1] | noise[2] | noise[3]) != 0 ? 1 : 0);
  tactus_reference reference{};
  reference.struct_size = offsetof(tactus_reference, refid);  // an older asker: leap and stratum only
  reference.refid = 77;
  host->reference(host, now.corrected_ns, &reference);
  say(self, "reference leap %u stratum %u refid %u", reference.leap, reference.stratum, reference.refid);
  const tactus_reading reading{sizeof(tactus_reading), 0, 0, 0.0, 0.0, 1, 0};
  say(self, "reading %d", host->refclock_reading(host, &reading));
  std::int32_t log = 0;
  say(self, "statlog %d", host->statlog_open(host, "measurements", "banner", &log));
  return TACTUS_OK;
}

tactus_status start_source(void* instance, tactus_error* error) {
  const auto& self = *static_cast<Instance*>(instance);
  const tactus_transport_ops* ops = nullptr;
  void* transport = nullptr;
  const tactus_status status = self.host->transport(self.host, "exercise_pipe", &ops, &transport, error);
  say(self, "started, transport %d", status);
  tactus_error why{sizeof(tactus_error), 0, {}};
  say(self, "absent transport %d", self.host->transport(self.host, "carrier_pigeon", &ops, &transport, &why));
  return ::write(self.ends[1], "x", 1) == 1 ? TACTUS_OK : TACTUS_E_SYSTEM;
}

tactus_status add_record(void* instance, const tactus_record* record, tactus_error* error) {
  const auto& self = *static_cast<Instance*>(instance);
  if (std::strcmp(record->values[0].text, "twice") == 0) {
    std::strncpy(error->text, "Already in use", sizeof error->text - 1);
    return TACTUS_E_EXISTS;
  }
  say(self, "added '%s'", record->values[0].text);
  return TACTUS_OK;
}

constexpr tactus_source_provider_ops source_ops = {
    sizeof(tactus_source_provider_ops), 0, &create_source, &start_source, &destroy, &add_record, nullptr};

// ---- a transport and an endpoint that only live, and a clock

tactus_status create_pipe(const tactus_host* host, const tactus_config* config, void** instance, tactus_error*) {
  return create_named(host, config, instance, "pipe");
}
tactus_status create_end(const tactus_host* host, const tactus_config* config, void** instance, tactus_error*) {
  return create_named(host, config, instance, "end");
}
tactus_status create_clock(const tactus_host* host, const tactus_config* config, void** instance, tactus_error*) {
  return create_named(host, config, instance, "clock");
}
tactus_status open_socket(void*, const tactus_socket_params*, const tactus_transport_sink*, void*, void**,
                          tactus_error*) {
  return TACTUS_E_UNSUPPORTED;
}
void close_socket(void*, void*) {}
tactus_status send(void*, void*, const tactus_datagram*, std::uint32_t, std::uint32_t*, tactus_stamp*) {
  return TACTUS_E_UNSUPPORTED;
}
tactus_status local_address(void*, void*, tactus_address*) { return TACTUS_E_UNSUPPORTED; }
constexpr tactus_transport_ops pipe_ops = {sizeof(tactus_transport_ops),
                                           0,
                                           &create_pipe,
                                           &start_plain,
                                           &destroy,
                                           &open_socket,
                                           &close_socket,
                                           &send,
                                           &local_address};
constexpr tactus_endpoint_ops end_ops = {sizeof(tactus_endpoint_ops), 0, &create_end, &start_plain, &destroy};

void limits(void*, tactus_clock_limits* out) {
  out->flags = TACTUS_CLOCK_CAN_STEP;
  out->max_frequency_ppm = 1e5;
}
std::int64_t read_clock(void*) { return 1'800'000'000'000'000'000; }
tactus_status get_frequency(void*, double* ppm) {
  *ppm = 0.0;
  return TACTUS_OK;
}
tactus_status set_frequency(void*, double ppm, double* set_ppm) {
  *set_ppm = ppm;
  return TACTUS_OK;
}
tactus_status step(void*, double, tactus_error*) { return TACTUS_OK; }
tactus_status set_leap(void*, std::uint32_t, std::int32_t) { return TACTUS_OK; }
tactus_status set_status(void*, const tactus_clock_status*) { return TACTUS_OK; }
constexpr tactus_clock_ops clock_ops = {
    sizeof(tactus_clock_ops), 0,     &create_clock, &start_plain, &destroy, &limits, &read_clock, &get_frequency,
    &set_frequency,           &step, &set_leap,     &set_status};

constexpr tactus_field fields[] = {{sizeof(tactus_field), TACTUS_TYPE_STRING, TACTUS_FIELD_REQUIRED, 0, "word", "",
                                    "any word", nullptr, nullptr, 0, 0}};
constexpr tactus_directive directive(const char* keyword) {
  return {sizeof(tactus_directive),
          TACTUS_SHAPE_VALUE,
          TACTUS_REPEAT_ACCUMULATE,
          1,
          keyword,
          "sources",
          "for tests",
          fields,
          0,
          0,
          nullptr,
          nullptr};
}
constexpr tactus_directive source_directives[] = {directive("exercise")};
constexpr tactus_directive end_directives[] = {directive("exercise_end")};
constexpr tactus_provider provider(std::uint32_t kind, const char* name, const tactus_directive* directives,
                                   const void* ops) {
  return {sizeof(tactus_provider), kind, name, "for tests", directives, directives != nullptr ? 1u : 0u, 0, ops};
}
constexpr tactus_provider providers[] = {
    provider(TACTUS_KIND_SOURCE, "exercise", source_directives, &source_ops),
    provider(TACTUS_KIND_TRANSPORT, "exercise_pipe", nullptr, &pipe_ops),
    provider(TACTUS_KIND_ENDPOINT, "exercise_end", end_directives, &end_ops),
    provider(TACTUS_KIND_CLOCK, "exercise_clock", nullptr, &clock_ops),
};
constexpr const char* paths[] = {"/var/lib/exercise"};
constexpr tactus_plugin plugin = {sizeof(tactus_plugin),
                                  TACTUS_ABI_MAJOR,
                                  0,
                                  TACTUS_NEEDS_NET,
                                  "exercise",
                                  "1.0",
                                  "Apache-2.0",
                                  "for tests",
                                  providers,
                                  4,
                                  1,
                                  paths};

}  // namespace

extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void);
extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void) { return &plugin; }

// SPDX-License-Identifier: Apache-2.0
// Services: clock readings and news, sources, reference clocks. Before the clock is attached (the CLOCK provider's own
// create) raw and corrected time are 0.
#include <cmath>
#include <limits>

#include "host/plugin_host.hpp"
#include "host/services.hpp"

namespace tactus::services {

namespace {

void now(const tactus_host* host, tactus_instant* out) {
  guarded_void(host, [&](Instance& instance) {
    *out = tactus_instant{};
    out->monotonic_ns = to_ns(instance.context().loop.read_monotonic());
    if (const Clock* clock = instance.host().clock()) {
      const RawTime raw = clock->raw();
      out->raw_ns = to_ns(raw);
      out->corrected_ns = to_ns(clock->correct(raw, &out->error_s));
    }
  });
}

void event(const tactus_host* host, tactus_instant* out) {
  guarded_void(host, [&](Instance& instance) {
    *out = tactus_instant{};
    out->monotonic_ns = to_ns(instance.context().loop.now());
    if (const Clock* clock = instance.host().clock()) {
      out->raw_ns = to_ns(clock->event_raw());
      out->corrected_ns = to_ns(clock->correct(clock->event_raw(), &out->error_s));
    }
  });
}

std::int64_t correct(const tactus_host* host, std::int64_t raw_ns, double* error_s) {
  const Clock* clock = self(host).host().clock();
  if (clock == nullptr) {
    if (error_s != nullptr) *error_s = 0.0;
    return raw_ns;
  }
  return to_ns(clock->correct(from_ns<RawTime>(raw_ns), error_s));
}

double clock_precision(const tactus_host* host) {
  const Clock* clock = self(host).host().clock();
  return clock != nullptr ? clock->precision_s() : 1.0;
}

std::uint32_t kind_of(ChangeKind kind) noexcept {
  switch (kind) {
    case ChangeKind::adjust:
      return TACTUS_CLOCK_ADJUST;
    case ChangeKind::step:
      return TACTUS_CLOCK_STEP;
    case ChangeKind::unknown:
      break;
  }
  return TACTUS_CLOCK_UNKNOWN;
}

tactus_status clock_listen(const tactus_host* host, tactus_clock_change_fn changed, tactus_dispersion_fn dispersed,
                           void* user) {
  return guarded(host, [&](Instance& instance) {
    Clock* clock = instance.host().clock();
    if (clock == nullptr) return TACTUS_E_ABSENT;
    if (changed == nullptr) return TACTUS_E_INVALID;
    instance.held().clock_handlers.push_back(clock->on_change([&instance, changed, user](const ClockChange& change) {
      const tactus_clock_change out{sizeof(tactus_clock_change), kind_of(change.kind), to_ns(change.raw),
                                    to_ns(change.corrected),     change.frequency,     change.offset_s};
      instance.call_plugin([&] { changed(user, &out); });
    }));
    if (dispersed == nullptr) return TACTUS_OK;
    instance.held().clock_handlers.push_back(clock->on_disperse([&instance, dispersed, user](double dispersion_s) {
      instance.call_plugin([&] { dispersed(user, dispersion_s); });
    }));
    return TACTUS_OK;
  });
}

void reference(const tactus_host* host, std::int64_t corrected_ns, tactus_reference* out) {
  guarded_void(host, [&](Instance& instance) {
    tactus_reference full{};
    full.leap = TACTUS_LEAP_UNSYNCHRONISED;
    full.stratum = 16;
    if (Discipline* discipline = instance.host().discipline()) {
      full = discipline->reference(from_ns<Instant>(corrected_ns));
    }
    hand_back(out, full);
  });
}

// ---- sources. A handle that is not this instance's own is a mistake of the plugin: it stops the program, as a use
// after free would later.

SourceHandle& handle_of(Instance& instance, tactus_source* source) {
  auto* handle = reinterpret_cast<SourceHandle*>(source);
  TACTUS_ASSERT(instance.held().sources.count(handle) == 1);
  return *handle;
}
Source& source_of(Instance& instance, tactus_source* source) { return *handle_of(instance, source).source; }
Discipline& discipline_of(Instance& instance) {
  Discipline* discipline = instance.host().discipline();
  TACTUS_ASSERT(discipline != nullptr);
  return *discipline;
}

void describe(void* user, std::int32_t* poll_log2_s, std::uint32_t* mode) {
  auto& handle = *static_cast<SourceHandle*>(user);
  handle.instance->call_plugin([&] { handle.callbacks.describe(handle.user, poll_log2_s, mode); });
}
void replace(void* user) {
  auto& handle = *static_cast<SourceHandle*>(user);
  handle.instance->call_plugin([&] { handle.callbacks.replace(handle.user); });
}

tactus_status source_new(const tactus_host* host, const tactus_source_params* params,
                         const tactus_source_callbacks* callbacks, void* user, tactus_source** source) {
  return guarded(host, [&](Instance& instance) {
    if (source == nullptr) return TACTUS_E_INVALID;
    *source = nullptr;
    if (params == nullptr || instance.host().discipline() == nullptr) return TACTUS_E_INVALID;
    auto handle = std::make_unique<SourceHandle>();
    handle->instance = &instance;
    handle->user = user;
    if (callbacks != nullptr) handle->callbacks = widened(*callbacks);
    const tactus_source_callbacks through{sizeof(tactus_source_callbacks), 0,
                                          handle->callbacks.describe != nullptr ? &describe : nullptr,
                                          handle->callbacks.replace != nullptr ? &replace : nullptr};
    auto made = instance.host().discipline()->new_source(*params, &through, handle.get());
    if (!made) {
      instance.context().logger.debug("{}: source refused: {}", instance.identity().label, made.failure().text);
      return made.failure().status;
    }
    handle->source = *made;
    SourceHandle* key = handle.get();
    instance.held().sources.emplace(key, std::move(handle));
    *source = reinterpret_cast<tactus_source*>(key);
    return TACTUS_OK;
  });
}

void source_free(const tactus_host* host, tactus_source* source) {
  guarded_void(host, [&](Instance& instance) {
    if (source == nullptr) return;
    SourceHandle& handle = handle_of(instance, source);
    discipline_of(instance).free_source(handle.source);
    instance.held().sources.erase(&handle);
  });
}

void source_set_active(const tactus_host* host, tactus_source* source, std::uint32_t active) {
  guarded_void(
      host, [&](Instance& instance) { discipline_of(instance).set_active(source_of(instance, source), active != 0); });
}

void source_set_address(const tactus_host* host, tactus_source* source, const tactus_address* address,
                        std::uint32_t refid, std::uint32_t reset) {
  guarded_void(host, [&](Instance& instance) {
    if (address != nullptr) {
      discipline_of(instance).set_address(source_of(instance, source), *address, refid, reset != 0);
    }
  });
}

void source_set_status(const tactus_host* host, tactus_source* source, std::uint32_t stratum, std::uint32_t leap) {
  guarded_void(host, [&](Instance& instance) {
    const auto bounded = static_cast<int>(std::min<std::uint32_t>(stratum, 16));
    discipline_of(instance).set_status(source_of(instance, source), bounded,
                                       std::min<std::uint32_t>(leap, TACTUS_LEAP_UNSYNCHRONISED));
  });
}

void source_reach(const tactus_host* host, tactus_source* source, std::uint32_t bit) {
  guarded_void(host, [&](Instance& instance) { discipline_of(instance).reach(source_of(instance, source), bit != 0); });
}

void source_reset_reach(const tactus_host* host, tactus_source* source) {
  guarded_void(host, [&](Instance& instance) { discipline_of(instance).reset_reach(source_of(instance, source)); });
}

tactus_status source_sample(const tactus_host* host, tactus_source* source, const tactus_sample* sample,
                            tactus_sample_result* result) {
  return guarded(host, [&](Instance& instance) {
    if (sample == nullptr) return TACTUS_E_INVALID;
    tactus_sample_result full{};
    full.struct_size = sizeof full;
    const tactus_status status = discipline_of(instance).sample(source_of(instance, source), widened(*sample), &full);
    hand_back(result, full);
    return status;
  });
}

tactus_status source_missed(const tactus_host* host, tactus_source* source, tactus_sample_result* result) {
  return guarded(host, [&](Instance& instance) {
    tactus_sample_result full{};
    full.struct_size = sizeof full;
    discipline_of(instance).missed(source_of(instance, source), &full);
    hand_back(result, full);
    return TACTUS_OK;
  });
}

void source_stats(const tactus_host* host, tactus_source* source, tactus_source_stats* out) {
  guarded_void(host, [&](Instance& instance) {
    tactus_source_stats full{};
    full.struct_size = sizeof full;
    discipline_of(instance).stats(source_of(instance, source), full);
    hand_back(out, full);
  });
}

double source_predict(const tactus_host* host, tactus_source* source, std::int64_t corrected_ns) {
  double predicted = 0.0;
  guarded_void(host, [&](Instance& instance) {
    predicted = discipline_of(instance).predict_s(source_of(instance, source), from_ns<Instant>(corrected_ns));
  });
  return predicted;
}

void source_shift(const tactus_host* host, tactus_source* source, double offset_s) {
  guarded_void(host, [&](Instance& instance) {
    if (std::isfinite(offset_s)) discipline_of(instance).shift(source_of(instance, source), offset_s);
  });
}

void source_reset(const tactus_host* host, tactus_source* source) {
  guarded_void(host, [&](Instance& instance) { discipline_of(instance).reset(source_of(instance, source)); });
}

tactus_status source_select_options(const tactus_host* host, tactus_source* source, std::uint32_t mask,
                                    std::uint32_t options) {
  return guarded(host, [&](Instance& instance) {
    constexpr std::uint32_t known =
        TACTUS_SELECT_NOSELECT | TACTUS_SELECT_PREFER | TACTUS_SELECT_TRUST | TACTUS_SELECT_REQUIRE;
    if ((mask & ~known) != 0) return TACTUS_E_INVALID;
    discipline_of(instance).set_select_options(source_of(instance, source), mask, options & mask);
    return TACTUS_OK;
  });
}

void source_set_own_refid(const tactus_host* host, tactus_source* source, std::uint32_t refid) {
  guarded_void(host,
               [&](Instance& instance) { discipline_of(instance).set_own_refid(source_of(instance, source), refid); });
}

void select(const tactus_host* host) {
  guarded_void(host, [&](Instance& instance) { discipline_of(instance).select(); });
}

// ---- reference clocks

tactus_status refclock_reading(const tactus_host* host, const tactus_reading* reading) {
  return guarded(host, [&](Instance& instance) {
    if (instance.port() == nullptr) return TACTUS_E_UNSUPPORTED;
    return reading == nullptr ? TACTUS_E_INVALID : instance.port()->reading(widened(*reading));
  });
}

tactus_status refclock_pulse(const tactus_host* host, const tactus_pulse* pulse) {
  return guarded(host, [&](Instance& instance) {
    if (instance.port() == nullptr) return TACTUS_E_UNSUPPORTED;
    return pulse == nullptr ? TACTUS_E_INVALID : instance.port()->pulse(widened(*pulse));
  });
}

void refclock_present(const tactus_host* host, std::uint32_t present, const char* why) {
  guarded_void(host, [&](Instance& instance) {
    if (instance.port() != nullptr) instance.port()->present(present != 0, why != nullptr ? why : "");
  });
}

}  // namespace

void fill_clock(tactus_host& table) {
  table.now = &now;
  table.event = &event;
  table.correct = &correct;
  table.clock_precision = &clock_precision;
  table.clock_listen = &clock_listen;
  table.reference = &reference;
}

void fill_sources(tactus_host& table) {
  table.source_new = &source_new;
  table.source_free = &source_free;
  table.source_set_active = &source_set_active;
  table.source_set_address = &source_set_address;
  table.source_set_status = &source_set_status;
  table.source_reach = &source_reach;
  table.source_reset_reach = &source_reset_reach;
  table.source_sample = &source_sample;
  table.source_missed = &source_missed;
  table.source_stats = &source_stats;
  table.source_predict = &source_predict;
  table.source_shift = &source_shift;
  table.source_reset = &source_reset;
  table.source_select_options = &source_select_options;
  table.source_set_own_refid = &source_set_own_refid;
  table.select = &select;
  table.refclock_reading = &refclock_reading;
  table.refclock_pulse = &refclock_pulse;
  table.refclock_present = &refclock_present;
}

}  // namespace tactus::services

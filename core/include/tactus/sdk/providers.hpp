// SPDX-License-Identifier: Apache-2.0
// From classes to providers: each function below makes a `tactus_provider` whose operations call a class's methods. The
// class is constructed as T(Host, const Options&) (reference clocks: T(RefclockHost, const Options&)) and may have
// start().
#pragma once

#include <concepts>
#include <span>
#include <type_traits>

#include <tactus/plugin.h>
#include <tactus/sdk/host.hpp>
#include <tactus/sdk/options.hpp>

namespace tactus {

// ---- what is common
// ------------------------------------------------------------------------------------------------------------
namespace detail {

template <class T, class HostType = Host>
tactus_status create(const tactus_host* host, const tactus_config* config, void** instance,
                     tactus_error* error) noexcept {
  *instance = nullptr;
  return guarded(error, [&] { *instance = new T(HostType{host}, Options{config}); });
}
template <class T>
tactus_status start(void* instance, tactus_error* error) noexcept {
  return guarded(error, [&] {
    if constexpr (requires(T & t) { t.start(); }) static_cast<T*>(instance)->start();
  });
}
template <class T>
void destroy(void* instance) noexcept {
  delete static_cast<T*>(instance);
}
template <class Ops>
constexpr tactus_provider provider(std::uint32_t kind, const char* name, const char* summary,
                                   std::span<const tactus_directive> directives, const Ops* ops) {
  return {sizeof(tactus_provider),
          kind,
          name,
          summary,
          directives.data(),
          static_cast<std::uint32_t>(directives.size()),
          0,
          ops};
}
template <class T>
T& self(void* instance) {
  return *static_cast<T*>(instance);
}

}  // namespace detail

// ---- REFCLOCK
// --------------------------------------------------------------------------------------------------------------------
enum class Drop : std::uint8_t { malformed, out_of_range, stale, duplicate, absent, io_error };
inline const char* drop_name(Drop reason) {
  switch (reason) {
    case Drop::malformed:
      return "malformed";
    case Drop::out_of_range:
      return "out_of_range";
    case Drop::stale:
      return "stale";
    case Drop::duplicate:
      return "duplicate";
    case Drop::absent:
      return "absent";
    case Drop::io_error:
      return "io_error";
  }
  return "other";
}

struct Reading {
  RawTime when;               // raw local clock at the event
  double offset_s = 0.0;      // reference minus raw local clock, s
  double dispersion_s = 0.0;  // s
  std::uint32_t leap = TACTUS_LEAP_NORMAL;
  std::uint32_t quality = 1;  // 0: proves only that the device lives
};
struct Pulse {
  RawTime when;
  double second_s = 0.0;  // how far the local clock was after the reference's second, s
  double dispersion_s = 0.0;
  std::uint32_t quality = 1;
};

class RefclockHost : public Host {
 public:
  using Host::Host;
  // TACTUS_E_INVALID when the core refuses it; it has counted the reason.
  tactus_status sample(const Reading& in) const {
    const tactus_reading out{
        sizeof(tactus_reading), in.leap, to_ns(in.when), in.offset_s, in.dispersion_s, in.quality, 0};
    return raw()->refclock_reading(raw(), &out);
  }
  tactus_status pulse(const Pulse& in) const {
    const tactus_pulse out{sizeof(tactus_pulse), in.quality, to_ns(in.when), in.second_s, in.dispersion_s};
    return raw()->refclock_pulse(raw(), &out);
  }
  // Counts a reading that the driver itself refused, and says why at a bounded rate.
  template <class... Args>
  void drop(Drop reason, fmt::format_string<Args...> f, Args&&... args) const {
    ++drop_counter("driver", drop_name(reason));
    log_limited(LogLevel::warning, drop_name(reason), f, std::forward<Args>(args)...);
  }
  // The device is there, or is not; logged when it changes.
  void present(bool is, const char* why = "") const { raw()->refclock_present(raw(), is ? 1 : 0, why); }
};

// Base of drivers. A driver that is asked for readings has `void poll()`; one that gives them by itself has none.
class Refclock {
 public:
  explicit Refclock(RefclockHost host) : host_(host) {}
  Refclock(const Refclock&) = delete;
  Refclock& operator=(const Refclock&) = delete;
  virtual ~Refclock() = default;
  [[nodiscard]] const RefclockHost& host() const noexcept { return host_; }

 private:
  RefclockHost host_;
};

namespace detail {
template <class T, std::uint32_t Flags>
struct RefclockOps {
  static void poll(void* instance) noexcept {
    if constexpr (requires(T & t) { t.poll(); }) {
      tactus_error error{sizeof(tactus_error), 0, {}};
      const auto& host = self<T>(instance).host();
      if (guarded(&error, [&] { self<T>(instance).poll(); }) != TACTUS_OK) host.error("{}", error.text);
    }
  }
  static constexpr bool polled = requires(T & t) { t.poll(); };
  static constexpr tactus_refclock_ops ops{
      sizeof(tactus_refclock_ops), Flags, &create<T, RefclockHost>, &start<T>, &destroy<T>, polled ? &poll : nullptr};
};
}  // namespace detail

// Driver options are declared as one directive of shape OPTIONS named after the provider.
template <std::derived_from<Refclock> T, std::uint32_t Flags = 0>
constexpr tactus_provider refclock(const char* name, std::span<const tactus_directive> options = {},
                                   const char* summary = "") {
  return detail::provider(TACTUS_KIND_REFCLOCK, name, summary, options, &detail::RefclockOps<T, Flags>::ops);
}

// ---- ENDPOINT
// --------------------------------------------------------------------------------------------------------------------
namespace detail {
template <class T>
struct EndpointOps {
  static constexpr tactus_endpoint_ops ops{sizeof(tactus_endpoint_ops), 0, &create<T>, &start<T>, &destroy<T>};
};
}  // namespace detail
template <class T>
constexpr tactus_provider endpoint(const char* name, std::span<const tactus_directive> directives,
                                   const char* summary = "") {
  return detail::provider(TACTUS_KIND_ENDPOINT, name, summary, directives, &detail::EndpointOps<T>::ops);
}

// ---- SOURCE: Result<void> add(const Record&), Result<void> remove(const Record&)
// -----------------------------------------------------
namespace detail {
template <class T>
struct SourceOps {
  static tactus_status add(void* instance, const tactus_record* record, tactus_error* error) noexcept {
    return guarded(error, [&] { return to_status(self<T>(instance).add(Record{record}), error); });
  }
  static tactus_status remove(void* instance, const tactus_record* record, tactus_error* error) noexcept {
    return guarded(error, [&] { return to_status(self<T>(instance).remove(Record{record}), error); });
  }
  static constexpr tactus_source_provider_ops ops{
      sizeof(tactus_source_provider_ops), 0, &create<T>, &start<T>, &destroy<T>, &add, &remove};
};
}  // namespace detail
template <class T>
constexpr tactus_provider source(const char* name, std::span<const tactus_directive> directives,
                                 const char* summary = "") {
  return detail::provider(TACTUS_KIND_SOURCE, name, summary, directives, &detail::SourceOps<T>::ops);
}

// ---- CLOCK: limits, read, get_frequency, set_frequency, step, set_leap, set_status
// ----------------------------------------------------
namespace detail {
template <class T>
struct ClockOps {
  static void limits(void* instance, tactus_clock_limits* out) noexcept { *out = self<T>(instance).limits(); }
  static std::int64_t read(void* instance) noexcept { return to_ns(self<T>(instance).read()); }
  static tactus_status get_frequency(void* instance, double* ppm) noexcept {
    return guarded(nullptr, [&] {
      const Result<double> got = self<T>(instance).get_frequency_ppm();
      if (!got) return got.failure().status;
      *ppm = *got;
      return TACTUS_OK;
    });
  }
  static tactus_status set_frequency(void* instance, double ppm, double* set_ppm) noexcept {
    return guarded(nullptr, [&] {
      const Result<double> got = self<T>(instance).set_frequency_ppm(ppm);
      if (!got) return got.failure().status;
      *set_ppm = *got;
      return TACTUS_OK;
    });
  }
  static tactus_status step(void* instance, double offset_s, tactus_error* error) noexcept {
    return guarded(error, [&] { return to_status(self<T>(instance).step(offset_s), error); });
  }
  static tactus_status set_leap(void* instance, std::uint32_t leap, std::int32_t tai_offset_s) noexcept {
    return guarded(nullptr, [&] { return to_status(self<T>(instance).set_leap(leap, tai_offset_s), nullptr); });
  }
  static tactus_status set_status(void* instance, const tactus_clock_status* status) noexcept {
    return guarded(nullptr, [&] { return to_status(self<T>(instance).set_status(*status), nullptr); });
  }
  static constexpr tactus_clock_ops ops{
      sizeof(tactus_clock_ops), 0,     &create<T>, &start<T>,  &destroy<T>, &limits, &read, &get_frequency,
      &set_frequency,           &step, &set_leap,  &set_status};
};
}  // namespace detail
template <class T>
constexpr tactus_provider clock(const char* name, std::span<const tactus_directive> directives = {},
                                const char* summary = "") {
  return detail::provider(TACTUS_KIND_CLOCK, name, summary, directives, &detail::ClockOps<T>::ops);
}

// ---- TRANSPORT and AUTH have many operations with handles: a plugin fills the ops itself, with create, start and
// destroy from here.
template <class T = void>
constexpr tactus_provider transport(const char* name, const tactus_transport_ops* ops,
                                    std::span<const tactus_directive> directives = {}, const char* summary = "") {
  return detail::provider(TACTUS_KIND_TRANSPORT, name, summary, directives, ops);
}
template <class T = void>
constexpr tactus_provider auth(const char* name, const tactus_auth_ops* ops,
                               std::span<const tactus_directive> directives = {}, const char* summary = "") {
  return detail::provider(TACTUS_KIND_AUTH, name, summary, directives, ops);
}
template <class T>
inline constexpr auto instance_create = &detail::create<T>;
template <class T>
inline constexpr auto instance_start = &detail::start<T>;
template <class T>
inline constexpr auto instance_destroy = &detail::destroy<T>;

}  // namespace tactus

// The descriptor and the exported entry. needs: TACTUS_NEEDS_* bits.
#define TACTUS_PLUGIN_NEEDS(plugin_name, plugin_version, plugin_summary, plugin_licence, plugin_needs, ...) \
  extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void);                                  \
  extern "C" TACTUS_EXPORT const tactus_plugin* tactus_plugin_entry(void) {                                 \
    static const tactus_provider providers[] = {__VA_ARGS__};                                               \
    static const tactus_plugin plugin{sizeof(tactus_plugin),                                                \
                                      TACTUS_ABI_MAJOR,                                                     \
                                      0,                                                                    \
                                      (plugin_needs),                                                       \
                                      (plugin_name),                                                        \
                                      (plugin_version),                                                     \
                                      (plugin_licence),                                                     \
                                      (plugin_summary),                                                     \
                                      providers,                                                            \
                                      static_cast<std::uint32_t>(sizeof(providers) / sizeof(providers[0])), \
                                      0,                                                                    \
                                      nullptr};                                                             \
    return &plugin;                                                                                         \
  }
#define TACTUS_PLUGIN(plugin_name, plugin_version, plugin_summary, plugin_licence, ...) \
  TACTUS_PLUGIN_NEEDS(plugin_name, plugin_version, plugin_summary, plugin_licence, 0, __VA_ARGS__)

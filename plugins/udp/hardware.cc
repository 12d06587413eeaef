// SPDX-License-Identifier: Apache-2.0
// Interfaces with hardware timestamps.
#include "hardware.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::udp {
namespace {

constexpr std::int64_t min_poll_least = -6;
constexpr std::int64_t min_poll_most = 20;
constexpr std::int64_t samples_least{PtpClock::samples_least};
constexpr std::int64_t samples_most{PtpClock::samples_most};
constexpr double precision_least_s = 1e-12;
constexpr double timer_randomness = 0.1;
constexpr std::size_t check_sequence_bytes = 4;  // end of an Ethernet frame
constexpr double distance_max_s = 1.0;           // from the loop's wake-up

ReceiveFilter filter_of(std::string_view word) {
  if (word == "none") return ReceiveFilter::none;
  if (word == "ntp") return ReceiveFilter::ntp;
  if (word == "ptp") return ReceiveFilter::ptp;
  return word == "all" ? ReceiveFilter::all : ReceiveFilter::automatic;
}

}  // namespace

Hardware::Hardware(Host host, const Options& options)
    : host_(host),
      implausible_(&host.drop_counter("udp", "hardware_stamp_implausible")),
      slow_reading_(&host.drop_counter("udp", "hardware_clock_slow")),
      failed_reading_(&host.drop_counter("udp", "hardware_clock_failed")) {
  const Record* any = nullptr;
  std::optional<Record> kept;
  options.each("hwtimestamp", [&](const Record& record) {
    const std::string name{record.text("interface")};
    if (name == "*") {
      kept = record;
      any = &*kept;
      return;
    }
    if (known(name)) return;
    if (auto added = add(name, settings_of(record)); !added) {
      fail(added.failure().status, "Could not enable HW timestamping on {} : {}", name, added.failure().text);
    }
  });
  if (any != nullptr) add_all(settings_of(*any));
  if (!active()) return;
  const tactus_status status = host.raw()->clock_listen(host.raw(), &Hardware::clock_changed, nullptr, this);
  if (status != TACTUS_OK) fail(status, "the clock cannot be followed");
}

Hardware::Interface::Interface(std::string with_name, const Settings& with, NicDevice with_device, const Host& host)
    : name(std::move(with_name)),
      settings(with),
      device(std::move(with_device)),
      readings(host.clock_precision_s(), [host] { return static_cast<double>(host.random<std::uint32_t>()) / 0x1p32; }),
      clock(with.limits) {}

Hardware::Settings Hardware::settings_of(const Record& record) {
  Settings out;
  const std::int64_t min_poll = std::clamp(record.integer("minpoll", 0), min_poll_least, min_poll_most);
  const std::int64_t max_poll = std::clamp(record.integer("maxpoll", min_poll + 1), min_poll, min_poll_most);
  out.min_interval_s = std::exp2(static_cast<double>(min_poll));
  out.max_interval_s = std::exp2(static_cast<double>(max_poll));
  out.precision_s = std::max(record.real("precision", out.precision_s), precision_least_s);
  out.transmit_compensation_s = record.real("txcomp");
  out.receive_compensation_s = record.real("rxcomp");
  out.cross = !record.flag("nocrossts");
  out.filter = filter_of(record.text("rxfilter"));
  out.limits.min_samples =
      static_cast<std::size_t>(std::clamp(record.integer("minsamples", 2), samples_least, samples_most));
  out.limits.max_samples =
      static_cast<std::size_t>(std::clamp(record.integer("maxsamples", 16), samples_least, samples_most));
  out.limits.max_samples = std::max(out.limits.max_samples, out.limits.min_samples);
  out.limits.min_separation_s = out.min_interval_s;
  return out;
}

bool Hardware::known(const std::string& name) const {
  return std::ranges::any_of(interfaces_, [&](const Interface& each) { return each.name == name; });
}

void Hardware::add_all(const Settings& settings) {
  for (const std::string& name : interface_names()) {
    if (known(name)) continue;
    if (auto added = add(name, settings); !added) host_.debug("{}", added.failure().text);
  }
}

Result<void> Hardware::add(const std::string& name, const Settings& settings) {
  auto enabled = enable_nic(name, settings.filter);
  if (!enabled) return enabled.failure();
  host_.info("Enabled HW timestamping {}on {}", enabled->receives ? "" : "(TX only) ", name);
  interfaces_.emplace_back(name, settings, std::move(*enabled), host_);
  return {};
}

Hardware::Interface* Hardware::find(const Control& control) {
  const std::uint32_t index = control.stamp_interface != 0 ? control.stamp_interface : control.interface_index;
  const auto at = std::ranges::find_if(
      interfaces_, [&](const Interface& each) { return index != 0 && each.device.interface_index == index; });
  return at == interfaces_.end() ? nullptr : &*at;
}

void Hardware::clock_changed(void* user, const tactus_clock_change* change) {
  for (Interface& each : static_cast<Hardware*>(user)->interfaces_) each.clock.on_clock_change(*change);
}

// ---- reading the clocks

// The first timestamp begins it: nothing is read while none come.
void Hardware::read_if_due(Interface& interface, MonoTime now) {
  if (!interface.read_at) {
    read(interface, "");
  } else if (!interface.sampled_at || to_seconds(now - *interface.sampled_at) >= interface.settings.min_interval_s) {
    read(interface, " before timeout");
  }
}

void Hardware::read(Interface& interface, const char* why) {
  host_.debug("Polling PHC on {}{}", interface.name, why);
  const MonoTime now = host_.now().monotonic;
  interface.read_at = now;
  const double factor = 1 + timer_randomness * static_cast<double>(host_.random<std::uint32_t>()) / 0x1p32;
  interface.timer.start(host_, now + from_seconds(interface.settings.max_interval_s * factor),
                        [this, &interface] { read(interface, ""); });
  const auto readings = read_ptp_clock(interface.device.clock.get(), interface.settings.cross, interface.device.method);
  if (readings.empty()) {
    ++*failed_reading_;
    return;
  }
  const double ratio = ptp_reading_ratio(host_, readings);
  const auto sample = interface.readings.combine(readings, ratio, interface.settings.precision_s);
  if (!sample) {  // our own clock went back
    ++*failed_reading_;
    return;
  }
  host_.debug("Combined {} readings of {} error={:.9f}", sample->used, readings.size(), sample->error_s);
  take(interface, *sample);
  // Links may be renegotiated.
  if (const auto speed = link_speed_mbit_s(interface.device)) interface.device.speed_mbit_s = *speed;
}

void Hardware::take(Interface& interface, const PtpSample& sample) {
  double error_s = 0;
  const Instant local = host_.correct(sample.raw, &error_s);
  PtpClock& clock = interface.clock;
  if (!clock.wants(sample, local)) {
    ++*slow_reading_;
    return;
  }
  interface.sampled_at = interface.read_at;
  if (sample.used == 0) host_.debug("Accepted reading error={:.9f}", sample.error_s);
  if (clock.add(sample.ptp_ns, local, sample.error_s + error_s)) {
    host_.debug("HW clock samples={} on {}", clock.samples(), interface.name);
  } else {
    host_.debug("HW clock reset on {}", interface.name);
  }
}

// ---- timestamps

std::optional<tactus_stamp> Hardware::convert(Interface& interface, std::int64_t ptp_ns, double compensation_s,
                                              const Now& event) {
  read_if_due(interface, event.monotonic);
  const auto converted = interface.clock.convert(ptp_ns);
  if (!converted) return std::nullopt;
  const Instant at = converted->at + from_seconds(compensation_s);
  if (!(std::abs(to_seconds(at - event.corrected)) <= distance_max_s)) {
    ++*implausible_;
    return std::nullopt;
  }
  tactus_stamp out{};
  out.corrected_ns = to_ns(at);
  out.raw_ns = to_ns(event.raw) + (out.corrected_ns - to_ns(event.corrected));
  out.error_s = converted->error_s;
  out.origin = TACTUS_STAMP_HARDWARE;
  out.interface_index = interface.device.interface_index;
  return out;
}

std::optional<tactus_stamp> Hardware::receive_stamp(const Control& control, std::size_t payload, std::uint16_t family,
                                                    const Now& event) {
  Interface* interface = find(control);
  if (control.hardware_ns == 0 || interface == nullptr) return std::nullopt;
  const std::size_t header = family == TACTUS_FAMILY_IPV6 ? interface->header_ipv6 : interface->header_ipv4;
  const std::size_t frame = (control.frame_bytes != 0 ? control.frame_bytes : payload + header) + check_sequence_bytes;
  // The card's timestamp is of the beginning of the frame, ours of its end.
  const double speed = interface->device.speed_mbit_s;
  const double duration_s = speed > 0 ? static_cast<double>(frame) * 8 / (speed * 1e6) : 0;
  auto stamp = convert(*interface, control.hardware_ns, duration_s - interface->settings.receive_compensation_s, event);
  if (stamp) stamp->duration_s = stamp->correction_s = duration_s;
  return stamp;
}

std::optional<tactus_stamp> Hardware::transmit_stamp(const Control& control, const Now& event) {
  Interface* interface = find(control);
  if (control.hardware_ns == 0 || interface == nullptr) return std::nullopt;
  return convert(*interface, control.hardware_ns, interface->settings.transmit_compensation_s, event);
}

void Hardware::learn_frame(const Control& control, std::uint16_t family, std::size_t frame, std::size_t payload) {
  Interface* interface = find(control);
  if (interface == nullptr || frame < payload) return;
  (family == TACTUS_FAMILY_IPV6 ? interface->header_ipv6 : interface->header_ipv4) = frame - payload;
}

}  // namespace tactus::udp

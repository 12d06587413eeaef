// SPDX-License-Identifier: Apache-2.0
// Timers of one class, kept apart. NTP specification section 10.1.
#include "separation.hpp"

#include <algorithm>

#include "ntp_time.hpp"

namespace tactus::ntp {

namespace {
constexpr double randomness = 0.02;
}

MonoTime Separation::arm(TimerId timer, MonoTime now, double delay_s, double separation_s) {
  cancel(timer);
  const double factor = 1.0 + randomness * random_.uniform();
  const Duration apart = from_seconds(separation_s * factor);
  MonoTime at = now + from_seconds(std::max(0.0, delay_s) * factor);
  if (any_dispatched_) at = std::max(at, last_dispatched_ + apart);
  for (const auto& [pending, other] : pending_) {
    if (pending > at - apart && pending < at + apart) at = pending + apart;
  }
  pending_.emplace(at, timer);
  times_[timer] = at;
  return at;
}

void Separation::cancel(TimerId timer) {
  const auto known = times_.find(timer);
  if (known == times_.end()) return;
  const auto [first, last] = pending_.equal_range(known->second);
  const auto entry = std::find_if(first, last, [timer](const auto& pair) { return pair.second == timer; });
  if (entry != last) pending_.erase(entry);
  times_.erase(known);
}

void Separation::dispatched(TimerId timer, MonoTime now) {
  cancel(timer);
  last_dispatched_ = any_dispatched_ ? std::max(last_dispatched_, now) : now;
  any_dispatched_ = true;
}

double Separation::separation_for(int poll_log2_s) noexcept {
  return std::clamp(power_of_2(poll_log2_s - 3), 0.002, 0.2);
}

}  // namespace tactus::ntp

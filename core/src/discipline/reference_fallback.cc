// SPDX-License-Identifier: Apache-2.0
// The reference without updates: the clock falls back to long-term averages of its frequency. Discipline specification,
// section 10.1.
#include <algorithm>
#include <utility>

#include "discipline/reference.hpp"

namespace tactus {

void Reference::arm_fallback(std::size_t from) {
  loop_.stop_timer(std::exchange(fallback_timer_, 0));
  const auto choice = fallback_.choose(from);
  if (!choice || !updated_) return;
  fallback_timer_ =
      loop_.start_timer(*updated_ + from_seconds(choice->after_s), [this, choice] { on_fallback(*choice); });
}

void Reference::on_fallback(const FallbackDrift::Choice& choice) {
  fallback_timer_ = 0;
  if (ended_) return;
  const double now_ppm = clock_.frequency_ppm();
  clock_.adjust((choice.frequency_ppm - now_ppm) / (1e6 - now_ppm), 0.0, last_rate_);
  unsynchronise();
  arm_fallback(choice.index + 1);
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Long-term averages of the clock's frequency (`fallbackdrift`): what it falls back to when updates stop. Pure.
// Discipline specification, section 10.1.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace tactus {

struct FallbackSettings {
  int min_log2_s = 0;  // shortest interval of an average, log2 s
  int max_log2_s = 0;  // longest; active when 0 < min <= max
};

class FallbackDrift {
 public:
  explicit FallbackDrift(const FallbackSettings& settings);

  // A reference update: s since the one before, and the absolute frequency, ppm, that it left.
  void update(double interval_s, double frequency_ppm);
  // The shortest average, not below `from`, that has seen as much time as it spans; nothing: none.
  struct Choice {
    std::size_t index;
    double after_s;  // time without updates at which it takes over: its span
    double frequency_ppm;
  };
  [[nodiscard]] std::optional<Choice> choose(std::size_t from) const;

 private:
  struct Average {
    double span_s;
    double frequency_ppm = 0.0;
    double seen_s = 0.0;
  };
  std::vector<Average> averages_;  // shortest first; empty: off
  double last_interval_s_ = 0.0;
};

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// The polling interval of one association and its score. NTP specification sections 10.1, 10.3 and 10.5; discipline
// specification section 4.
#pragma once

namespace tactus::ntp {

inline constexpr int poll_lowest_log2_s = -7;
inline constexpr int poll_highest_log2_s = 24;
inline constexpr int poll_min_default_log2_s = 6;
inline constexpr int poll_max_default_log2_s = 10;

class PollControl {
 public:
  // Limits below -7 become the default, above 24 become 24; the maximum is raised to the minimum. target >= 1.
  PollControl(int min_log2_s, int max_log2_s, int target) noexcept;

  [[nodiscard]] int poll_log2_s() const noexcept { return poll_; }
  [[nodiscard]] int min_log2_s() const noexcept { return min_; }
  [[nodiscard]] int max_log2_s() const noexcept { return max_; }
  [[nodiscard]] double score() const noexcept { return score_; }

  // Moves the score, and the interval when it leaves [0, 1). `near`: the source is known to be within 10 ms, which an
  // interval below a second needs.
  void adjust(double amount, bool near) noexcept;
  // After an accumulated sample (10.3): its prediction error and distance (dispersion + delay/2) in s, samples held.
  void on_sample(double prediction_error_s, double distance_s, unsigned samples, bool near) noexcept;
  // Back to the minimum (not below 0), score 0.
  void reset() noexcept;

  // Set limits while running; the interval moves into them.
  void set_min(int min_log2_s) noexcept;
  void set_max(int max_log2_s) noexcept;
  void set_target(int target) noexcept { target_ = target < 1 ? 1 : target; }

 private:
  void limit(bool near) noexcept;

  int min_;
  int max_;
  int target_;
  int poll_;
  double score_ = 0;
};

}  // namespace tactus::ntp

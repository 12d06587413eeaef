// SPDX-License-Identifier: Apache-2.0
// Polling interval and score. NTP specification sections 10.1, 10.3 and 10.5.
#include "poll.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::ntp {

namespace {

int clean_limit(int log2_s, int fallback) noexcept {
  if (log2_s < poll_lowest_log2_s) return fallback;
  return std::min(log2_s, poll_highest_log2_s);
}

}  // namespace

PollControl::PollControl(int min_log2_s, int max_log2_s, int target) noexcept
    : min_(clean_limit(min_log2_s, poll_min_default_log2_s)),
      max_(std::max(min_, clean_limit(max_log2_s, poll_max_default_log2_s))),
      target_(std::max(1, target)),
      poll_(std::max(min_, 0)) {}

void PollControl::limit(bool near) noexcept {
  if (poll_ < min_) {
    poll_ = min_;
    score_ = 0;
  } else if (poll_ > max_) {
    poll_ = max_;
    score_ = 1;
  }
  // Packets several times a second are for sources in the own network only.
  if (poll_ < 0 && !near) poll_ = 0;
}

void PollControl::adjust(double amount, bool near) noexcept {
  // A score beyond any range of intervals would overflow the conversion, and NaN would stay for ever.
  if (std::isnan(amount)) return;
  score_ += std::clamp(amount, -100.0, 100.0);
  if (score_ >= 1) {
    const double whole = std::trunc(score_);
    poll_ += static_cast<int>(whole);
    score_ -= whole;
  }
  if (score_ < 0) {
    const double whole = std::trunc(score_ - 1);
    poll_ += static_cast<int>(whole);
    score_ -= whole;
  }
  limit(near);
}

void PollControl::on_sample(double prediction_error_s, double distance_s, unsigned samples, bool near) noexcept {
  double amount = 0;
  if (prediction_error_s > distance_s) {
    amount = -std::log2(prediction_error_s / distance_s);
  } else {
    const double target = target_;
    amount = (static_cast<double>(samples) / target - 1) / target;
    if (static_cast<double>(samples) < target) amount *= 2;
  }
  adjust(amount, near);
}

void PollControl::reset() noexcept {
  score_ = 0;
  poll_ = std::max(min_, 0);
}

void PollControl::set_min(int min_log2_s) noexcept {
  min_ = clean_limit(min_log2_s, poll_min_default_log2_s);
  max_ = std::max(max_, min_);
}

void PollControl::set_max(int max_log2_s) noexcept {
  max_ = clean_limit(max_log2_s, poll_max_default_log2_s);
  min_ = std::min(min_, max_);
}

}  // namespace tactus::ntp

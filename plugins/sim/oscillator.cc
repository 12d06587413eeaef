// SPDX-License-Identifier: Apache-2.0
#include "oscillator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tactus::sim {
namespace {

constexpr std::int64_t ns_per_s = 1'000'000'000;
constexpr std::int64_t first_monotonic_ns = 100 * ns_per_s;

}  // namespace

Oscillator::Oscillator(const OscillatorModel& model, std::int64_t start_ns, Random random)
    : model_(model),
      random_(random),
      now_ns_(start_ns),
      start_ns_(start_ns),
      next_grid_ns_((start_ns / ns_per_s + 1) * ns_per_s),
      mono_ns_(first_monotonic_ns),
      real_offset_ns_(start_ns - first_monotonic_ns),
      natural_(model.frequency) {
  step(model.offset_s);
  change_model(model);
}

void Oscillator::change_model(const OscillatorModel& model) noexcept {
  model_ = model;
  noisy_ = model.wander > 0.0 || model.white > 0.0 || model.temperature != 0.0;
  next_grid_ns_ = std::max(next_grid_ns_, (now_ns_ / ns_per_s + 1) * ns_per_s);
  noise_ = 0.0;
  update_rate();
}

void Oscillator::update_rate() noexcept {
  const double free = natural_ + noise_ + warmth_;
  const double adjusted = -set_ppm_ * 1e-6;
  rate_ = free + adjusted + free * adjusted;
}

void Oscillator::run(std::int64_t until_ns) noexcept {
  const std::int64_t elapsed_ns = until_ns - now_ns_;
  if (elapsed_ns <= 0) return;
  mono_fraction_ns_ += static_cast<double>(elapsed_ns) * rate_;
  const double whole = std::floor(mono_fraction_ns_);
  mono_fraction_ns_ -= whole;
  mono_ns_ += elapsed_ns + static_cast<std::int64_t>(whole);
  now_ns_ = until_ns;
}

void Oscillator::advance(std::int64_t now_ns) {
  if (!noisy_) {
    run(now_ns);
    return;
  }
  while (next_grid_ns_ <= now_ns) {
    run(next_grid_ns_);
    if (model_.wander > 0.0) natural_ += model_.wander * random_.normal();
    if (model_.white > 0.0) noise_ = model_.white * random_.normal();
    if (model_.temperature != 0.0) {
      const double age_s = static_cast<double>(next_grid_ns_ - start_ns_) / static_cast<double>(ns_per_s);
      warmth_ = model_.temperature *
                std::sin(2.0 * std::numbers::pi * (age_s / model_.temperature_period_s + model_.temperature_phase));
    }
    update_rate();
    next_grid_ns_ += ns_per_s;
  }
  run(now_ns);
}

std::int64_t Oscillator::monotonic_ns() const noexcept { return mono_ns_; }

std::int64_t Oscillator::real_ns() const noexcept {
  return mono_ns_ + real_offset_ns_ + static_cast<std::int64_t>(std::floor(mono_fraction_ns_ + real_fraction_ns_));
}

double Oscillator::error_s(std::int64_t utc_ns) const noexcept {
  const std::int64_t whole_ns = mono_ns_ + real_offset_ns_ - utc_ns;
  return static_cast<double>(whole_ns) * 1e-9 + (mono_fraction_ns_ + real_fraction_ns_) * 1e-9;
}

std::int64_t Oscillator::when_monotonic(std::int64_t monotonic_ns) const noexcept {
  const double left_ns = static_cast<double>(monotonic_ns - mono_ns_) - mono_fraction_ns_;
  if (left_ns <= 0.0) return now_ns_;
  // left/(1 + rate) as left minus a small part: exact for long waits too.
  const double less_ns = left_ns * (rate_ / (1.0 + rate_));
  return now_ns_ + (monotonic_ns - mono_ns_) - static_cast<std::int64_t>(std::floor(less_ns + mono_fraction_ns_));
}

double Oscillator::set_frequency_ppm(double ppm) {
  ppm = std::clamp(ppm, -model_.max_frequency_ppm, model_.max_frequency_ppm);
  if (model_.frequency_step_ppm > 0.0) {
    ppm = std::round(ppm / model_.frequency_step_ppm) * model_.frequency_step_ppm;
  }
  set_ppm_ = ppm;
  update_rate();
  return ppm;
}

void Oscillator::step(double offset_s) {
  const double offset_ns = offset_s * static_cast<double>(ns_per_s) + real_fraction_ns_;
  const double whole = std::floor(offset_ns);
  real_offset_ns_ += static_cast<std::int64_t>(whole);
  real_fraction_ns_ = offset_ns - whole;
}

void Oscillator::change_frequency(double delta) noexcept {
  natural_ += delta;
  update_rate();
}

void Oscillator::suspend(std::int64_t until_ns) {
  const std::int64_t mono_ns = mono_ns_;
  const double fraction_ns = mono_fraction_ns_;
  advance(until_ns);
  real_offset_ns_ += mono_ns_ - mono_ns;
  real_fraction_ns_ += mono_fraction_ns_ - fraction_ns;
  mono_ns_ = mono_ns;
  mono_fraction_ns_ = fraction_ns;
}

}  // namespace tactus::sim

// SPDX-License-Identifier: Apache-2.0
#include "delay.hpp"

#include <algorithm>
#include <cmath>

namespace tactus::sim {
namespace {

constexpr double ns_per_s = 1e9;

std::int64_t to_ns(double seconds) { return std::llround(seconds * ns_per_s); }

}  // namespace

double draw(const Distribution& distribution, Random& random) {
  switch (distribution.kind) {
    case Distribution::Kind::constant:
      return distribution.mean_s;
    case Distribution::Kind::normal:
      return distribution.mean_s + distribution.stddev_s * random.normal();
    case Distribution::Kind::exponential:
      return distribution.mean_s * random.exponential();
    case Distribution::Kind::gamma:
      return distribution.mean_s / distribution.shape * random.gamma(distribution.shape);
    case Distribution::Kind::pareto:
      // Mean of the shifted form: 1/(shape - 1).
      return distribution.mean_s * (distribution.shape - 1.0) * (random.pareto(distribution.shape) - 1.0);
    case Distribution::Kind::uniform:
      return 2.0 * distribution.mean_s * random.uniform();
    case Distribution::Kind::samples: {
      const auto& samples = *distribution.samples;
      return samples.empty() ? 0.0 : samples[random.below(samples.size())];
    }
  }
  return 0.0;
}

Direction::Direction(const DirectionModel& model, Random random) : model_(model), random_(random) {}

double Direction::one_delay_s(std::int64_t now_ns) {
  double jitter_s = draw(model_.jitter, random_);
  if (model_.correlation_s > 0.0) {
    // An autoregressive mixture: with weight w the delay of before, else a new one; keeps the distribution.
    const double age_s = static_cast<double>(now_ns - last_sent_ns_) / ns_per_s;
    const double weight = has_last_ ? std::exp(-std::max(age_s, 0.0) / model_.correlation_s) : 0.0;
    if (random_.uniform() < weight) jitter_s = last_jitter_s_;
    last_jitter_s_ = jitter_s;
    last_sent_ns_ = now_ns;
    has_last_ = true;
  }
  double delay_s = model_.base_s + std::max(jitter_s, 0.0);
  const Congestion& congestion = model_.congestion;
  if (congestion.mean_interval_s > 0.0) {
    if (congestion_changes_ns_ == 0) {
      congestion_changes_ns_ = now_ns + to_ns(congestion.mean_interval_s * random_.exponential());
    }
    while (congestion_changes_ns_ <= now_ns) {
      congested_ = !congested_;
      const double mean_s = congested_ ? congestion.mean_length_s : congestion.mean_interval_s;
      congestion_changes_ns_ += 1 + to_ns(mean_s * random_.exponential());
    }
    if (congested_) delay_s += std::max(draw(congestion.extra, random_), 0.0);
  }
  return delay_s;
}

void Direction::send(std::int64_t now_ns, std::vector<std::int64_t>& arrivals_ns) {
  arrivals_ns.clear();
  // Drawn in any case: what is lost does not change what comes after.
  const bool lost = random_.uniform() < model_.loss;
  const bool twice = random_.uniform() < model_.duplicate;
  for (int copy = 0; copy < (twice ? 2 : 1); ++copy) {
    std::int64_t arrival_ns = now_ns + to_ns(one_delay_s(now_ns));
    if (lost || !up_) continue;
    if (!model_.reorder) arrival_ns = std::max(arrival_ns, last_arrival_ns_);
    last_arrival_ns_ = std::max(last_arrival_ns_, arrival_ns);
    arrivals_ns.push_back(arrival_ns);
  }
}

}  // namespace tactus::sim

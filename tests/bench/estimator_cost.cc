// SPDX-License-Identifier: Apache-2.0
// What one source costs: feeds an estimator with so many samples and prints the bytes that it holds.
// Usage: estimator_cost regression|adaptive SAMPLES. Its instructions are counted from outside (estimator_cost.py).
#include <malloc.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string_view>

#include "discipline/adaptive.hpp"
#include "discipline/regression.hpp"

namespace {

using namespace tactus;

// A path with exponential jitter of 100 us, a sample each 64 s.
class Weather {
 public:
  Sample next() {
    std::exponential_distribution<double> queue(1e4);
    time_s_ += 64.0;
    const double there_s = queue(random_);
    const double back_s = queue(random_);
    const double delay_s = 2e-4 + there_s + back_s;
    return {from_ns<Instant>(1'800'000'000'000'000'000) + from_seconds(time_s_),
            0.5 * (back_s - there_s),
            delay_s,
            1e-6,
            delay_s,
            1e-6};
  }

 private:
  std::mt19937 random_{5};
  double time_s_ = 0.0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: estimator_cost regression|adaptive SAMPLES\n");
    return 2;
  }
  const bool adaptive = std::string_view(argv[1]) == "adaptive";
  const int samples = std::atoi(argv[2]);
  // The grid is one for all sources.
  const auto grid = std::make_shared<const AdaptiveGrid>(AdaptiveSettings{});
  const std::size_t before = mallinfo2().uordblks;
  std::unique_ptr<Estimator> estimator;
  if (adaptive) {
    estimator = std::make_unique<AdaptiveEstimator>(EstimatorSettings{}, grid);
  } else {
    estimator = std::make_unique<RegressionEstimator>(EstimatorSettings{});
  }
  Weather weather;
  for (int i = 0; i < samples; ++i) estimator->accumulate(weather.next());
  std::printf("%zu\n", mallinfo2().uordblks - before);
  return 0;
}

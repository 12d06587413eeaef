// SPDX-License-Identifier: Apache-2.0
// How long packets are under way, and which are lost: models of one direction of a link.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "random.hpp"

namespace tactus::sim {

// A random time, s. All models are scaled so that `mean_s` and `stddev_s` mean what they say.
struct Distribution {
  enum class Kind : std::uint8_t {
    constant,     // mean_s
    normal,       // mean_s, stddev_s; may be negative: the link cuts at its base delay
    exponential,  // mean_s
    gamma,        // mean_s, shape (> 0; stddev = mean/sqrt(shape))
    pareto,       // mean_s, shape (> 1); heavy-tailed; minimum mean*(shape-1)/shape, which is subtracted: starts at 0
    uniform,      // 0..2*mean_s
    samples       // one of `samples`, each equally likely
  };
  Kind kind = Kind::constant;
  double mean_s = 0.0;
  double stddev_s = 0.0;
  double shape = 1.0;
  std::shared_ptr<const std::vector<double>> samples;  // s
};
double draw(const Distribution& distribution, Random& random);

// Congestion: at random moments (exponential) the delay grows for a random time (exponential).
struct Congestion {
  double mean_interval_s = 0.0;  // between the end of one and the start of the next; 0: never
  double mean_length_s = 0.0;
  Distribution extra;  // added to each packet meanwhile
};

struct DirectionModel {
  double base_s = 0.0;  // smallest one-way delay, >= 0
  Distribution jitter;  // added; the sum is never below base_s
  // Correlation of one packet's jitter with that of the packet before, 0..1, per second apart:
  // weight of the old value exp(-dt/correlation_s); 0: independent.
  double correlation_s = 0.0;
  Congestion congestion;
  double loss = 0.0;       // 0..1
  double duplicate = 0.0;  // 0..1
  bool reorder = true;     // false: a packet never overtakes an earlier one
};

struct LinkModel {
  DirectionModel forward;  // from the first to the second node
  DirectionModel backward;
};

// One direction with its memory.
class Direction {
 public:
  Direction(const DirectionModel& model, Random random);
  // Delays of the copies that arrive of a packet that leaves now: none, one, or two. now_ns: true time.
  // up: false: everything is lost.
  void send(std::int64_t now_ns, std::vector<std::int64_t>& arrivals_ns);
  void set_model(const DirectionModel& model) { model_ = model; }
  [[nodiscard]] const DirectionModel& model() const noexcept { return model_; }
  void set_up(bool up) noexcept { up_ = up; }

 private:
  double one_delay_s(std::int64_t now_ns);

  DirectionModel model_;
  Random random_;
  double last_jitter_s_ = 0.0;
  std::int64_t last_sent_ns_ = 0;
  bool has_last_ = false;
  std::int64_t last_arrival_ns_ = 0;
  std::int64_t congestion_changes_ns_ = 0;  // 0: not drawn yet
  bool congested_ = false;
  bool up_ = true;
};

}  // namespace tactus::sim

// SPDX-License-Identifier: Apache-2.0
// Looks at a node's true state during a run: figures from the settling time on, samples for plots, broken rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "node.hpp"
#include "result.hpp"
#include "scenario.hpp"

namespace tactus::sim {

// What a node's daemon says of itself beside what is true, at one instant.
struct TrueState {
  double error_s = 0.0;                                      // the system clock minus UTC
  double corrected_error_s = 0.0;                            // with what the daemon still has to slew
  double frequency_error = 0.0;                              // ratio
  double bound_s = std::numeric_limits<double>::infinity();  // inf: not synchronised by a source
  bool synchronised = false;
  bool local = false;
};
TrueState state_of(RunningNode& node);

class Observer {
 public:
  // The scenario outlives it. sample_limit: most samples kept, 0: none.
  Observer(const Scenario& scenario, RunningNode& node, std::int64_t start_ns, std::size_t sample_limit);

  // At regular times; gives the figures.
  void sample(std::int64_t now_ns);
  // After each turn of the daemon: the rules. honest: all that it has listened to of late told the truth.
  void check(std::int64_t now_ns, bool honest);
  // A request went out to that machine.
  void on_request(std::int64_t now_ns, std::size_t to);
  // The daemon was started; its configuration says what it may do.
  void on_start();
  // A command was given that may step the clock, or ask sources early.
  void permit(std::string_view command);
  void break_rule(std::int64_t now_ns, std::string_view rule, std::string text);
  // The figures up to now, with the state at the end.
  [[nodiscard]] NodeResult result();

 private:
  [[nodiscard]] double at_s(std::int64_t now_ns) const { return static_cast<double>(now_ns - start_ns_) * 1e-9; }
  void keep(const Sample& sample);
  void look_for_settling(std::int64_t now_ns, double error_s);

  const Scenario& scenario_;
  RunningNode& node_;
  std::int64_t start_ns_;
  std::size_t sample_limit_;
  NodeResult out_;
  // sums from settle_s on
  std::uint64_t count_ = 0;
  double sum_ = 0.0;
  double sum_squares_ = 0.0;
  double sum_frequency_squares_ = 0.0;
  // settling
  double last_unsettled_s_ = -1.0;
  bool unsettled_ = true;
  // samples
  std::size_t stride_ = 1;
  std::size_t skipped_ = 0;
  // rules
  bool may_step_ = false;
  std::uint64_t steps_seen_ = 0;
  double shortest_allowed_s_ = 0.0;
  std::map<std::size_t, std::int64_t> last_request_ns_;
  double first_synchronised_s_ = -1.0;
  std::int64_t last_update_ = 0;
  std::map<std::string, double, std::less<>> last_broken_s_;
};

}  // namespace tactus::sim

// SPDX-License-Identifier: Apache-2.0
// What a run of a scenario gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tactus::sim {

// A reading of a node's true state; for plots.
struct Sample {
  double at_s;               // true time from the start
  double error_s;            // the system clock minus UTC
  double corrected_error_s;  // the same with what the daemon still has to slew
  double bound_s;  // the daemon's own bound on corrected_error_s: root dispersion + root delay/2; inf: unsynchronised
  double frequency_error;  // of the running clock, ratio
  bool up;
};

// A rule that was broken. Rules: "bound" (the error was larger than the daemon's own bound, although all sources tell
// the truth), "frequency" (more was asked of the clock than it can), "step" (the clock was stepped without permission),
// "poll" (a source was asked earlier than its minimum allows).
struct Violation {
  double at_s;
  std::string rule;
  std::string text;  // figures
};

struct NodeResult {
  std::string name;
  // From settle_s on; of the system clock.
  double rms_time_s = 0.0;
  double max_time_s = 0.0;
  double mean_time_s = 0.0;
  double rms_frequency = 0.0;  // ratio
  double max_frequency = 0.0;
  double settle_s = 0.0;        // from the daemon's start; inf: never
  double synchronised_s = 0.0;  // from the daemon's start to its first update; inf: never
  std::uint64_t sent = 0;       // packets, whole run
  std::uint64_t received = 0;
  std::uint64_t steps = 0;           // by the daemon
  double stepped_s = 0.0;            // sum of their absolute values
  std::uint64_t updates = 0;         // of the reference
  double max_bound_s = 0.0;          // largest finite bound from settle_s on
  double shortest_interval_s = 0.0;  // between two requests to one source; inf: never two
  // At the end.
  bool running = false;
  int exit_status = 0;  // when it is not running
  unsigned stratum = 16;
  unsigned leap = 3;  // TACTUS_LEAP_*
  bool synchronised = false;
  std::string source;                 // node name of the selected source, refclock's refid, or ""
  double offset_s = 0.0;              // true error at the end
  double frequency_ppm = 0.0;         // that the daemon has set
  std::vector<std::string> log;       // messages of the daemon, "SECONDS TEXT"
  std::vector<std::string> replies;   // of commands, "SECONDS COMMAND\nTEXT"
  std::vector<Sample> samples;        // thinned
  std::vector<Violation> violations;  // the first 100
  std::uint64_t violation_count = 0;
};

struct RunResult {
  unsigned seed = 0;
  std::vector<NodeResult> nodes;
  std::uint64_t events = 0;  // handled
  std::string event_log;     // when asked for: one line per packet and wake-up
};

}  // namespace tactus::sim

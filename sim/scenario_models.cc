// SPDX-License-Identifier: Apache-2.0
// Distributions, clocks, timestamps and reference clocks of a scenario file.
#include <sstream>

#include <fmt/format.h>

#include "quantity.hpp"
#include "scenario_tables.hpp"

namespace tactus::sim {

namespace {

// ---- distributions

constexpr Key<Distribution> shaped_keys[] = {
    {{"mean", "time", "mean"}, [](Distribution& out, const Item& item) { out.mean_s = item.time(); }},
    {{"stddev", "time", "standard deviation (normal only)"},
     [](Distribution& out, const Item& item) { out.stddev_s = item.time(0.0); }},
    {{"shape", "number", "shape (gamma: above 0; pareto: above 1, the smaller the heavier the tail)"},
     [](Distribution& out, const Item& item) { out.shape = item.number(0.01, 1000.0); }},
};

// The parameters of one kind: one time, or a mapping of those that it needs.
void read_shaped(Distribution& out, const Item& item, bool needs_shape) {
  if (!item.node.IsMap()) {
    if (needs_shape) {
      item.wrong("needs a mean and a shape; write {mean: 1 ms, shape: 2}");
    } else if (out.kind == Distribution::Kind::normal) {
      out.stddev_s = item.time(0.0);
    } else {
      out.mean_s = item.time(0.0);
    }
    return;
  }
  read_mapping<Distribution>(item, shaped_keys, out);
  if (needs_shape && !item.node["shape"]) item.wrong("has no shape; write {mean: 1 ms, shape: 2}");
  if (out.kind == Distribution::Kind::pareto && item.node["shape"] && out.shape <= 1.0) {
    item.wrong("the shape of a Pareto distribution must be above 1, or it has no mean");
  }
  if (out.kind == Distribution::Kind::normal && item.node["shape"])
    item.wrong("shape means nothing here; leave it out");
  if (out.kind != Distribution::Kind::normal && item.node["stddev"]) {
    item.wrong("stddev means nothing here; give the mean and the shape");
  }
}

void read_samples(Distribution& out, const Item& item) {
  std::vector<double> values;
  for (const Item& member : item.members()) values.push_back(member.time());
  if (values.empty()) item.wrong("is empty; give at least one time");
  out.kind = Distribution::Kind::samples;
  out.samples = std::make_shared<const std::vector<double>>(std::move(values));
}

// Numbers of seconds, separated by white space; # begins a comment.
void read_sample_file(Distribution& out, const Item& item) {
  out.kind = Distribution::Kind::samples;
  const std::string name = item.word("the name of a file beside the scenario");
  if (name.empty()) return;
  const auto content = item.context->load ? item.context->load(name) : std::nullopt;
  if (!content) {
    item.wrong(fmt::format("cannot read {}; the path is relative to the scenario's folder", name));
    return;
  }
  std::vector<double> values;
  std::istringstream lines(*content);
  unsigned number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line.substr(0, line.find('#')));
    for (std::string word; words >> word;) {
      const auto value = parse_number(word);
      if (!value) {
        item.wrong(fmt::format("{}:{}: `{}` is not a number; write delays in seconds", name, number, word));
        return;
      }
      values.push_back(*value);
    }
  }
  if (values.empty()) item.wrong(fmt::format("{} has no number; write delays in seconds", name));
  out.samples = std::make_shared<const std::vector<double>>(std::move(values));
}

constexpr Key<Distribution> kind_keys[] = {
    {{"constant", "time", "always this"}, [](Distribution& out, const Item& item) { out.mean_s = item.time(); }},
    {{"normal", "time, or mean and stddev", "normal; a time alone is the standard deviation, with mean 0"},
     [](Distribution& out, const Item& item) {
       out.kind = Distribution::Kind::normal;
       read_shaped(out, item, false);
     }},
    {{"exponential", "time", "exponential with this mean"},
     [](Distribution& out, const Item& item) {
       out.kind = Distribution::Kind::exponential;
       read_shaped(out, item, false);
     }},
    {{"uniform", "time", "between 0 and this"},
     [](Distribution& out, const Item& item) {
       out.kind = Distribution::Kind::uniform;
       out.mean_s = item.time(0.0) / 2.0;
     }},
    {{"gamma", "mean and shape", "gamma"},
     [](Distribution& out, const Item& item) {
       out.kind = Distribution::Kind::gamma;
       read_shaped(out, item, true);
     }},
    {{"pareto", "mean and shape", "heavy-tailed, from 0 on"},
     [](Distribution& out, const Item& item) {
       out.kind = Distribution::Kind::pareto;
       read_shaped(out, item, true);
     }},
    {{"samples", "list of times", "one of these, each equally likely"}, read_samples},
    {{"file", "file name", "one of the numbers of a file, in seconds"}, read_sample_file},
};

// ---- clocks

constexpr Key<OscillatorModel> temperature_table[] = {
    {{"amplitude", "frequency", "largest frequency error"},
     [](OscillatorModel& out, const Item& item) { out.temperature = item.frequency(0.0); }},
    {{"period", "time", "of the sinusoid (1 d)"},
     [](OscillatorModel& out, const Item& item) { out.temperature_period_s = item.time(1.0); }},
    {{"phase", "share", "of the period, at the start (0)"},
     [](OscillatorModel& out, const Item& item) { out.temperature_phase = item.fraction(); }},
};

constexpr Key<OscillatorModel> clock_table[] = {
    {{"offset", "time", "the clock minus the true time at the start; positive: fast"},
     [](OscillatorModel& out, const Item& item) { out.offset_s = item.time(); }},
    {{"frequency", "frequency", "constant error; positive: runs fast"},
     [](OscillatorModel& out, const Item& item) { out.frequency = item.frequency(); }},
    {{"wander", "frequency", "random walk of the frequency: standard deviation of its change in one second"},
     [](OscillatorModel& out, const Item& item) { out.wander = item.frequency(0.0); }},
    {{"white", "frequency", "white frequency noise: standard deviation of each second's frequency"},
     [](OscillatorModel& out, const Item& item) { out.white = item.frequency(0.0); }},
    {{"temperature", "frequency, or amplitude, period and phase", "a sinusoid of the frequency"},
     [](OscillatorModel& out, const Item& item) {
       if (item.node.IsMap()) {
         read_mapping<OscillatorModel>(item, temperature_table, out);
       } else {
         out.temperature = item.frequency(0.0);
       }
     }},
    {{"max_frequency", "frequency", "largest adjustment that the clock takes (100000 ppm)"},
     [](OscillatorModel& out, const Item& item) { out.max_frequency_ppm = item.frequency(1e-6) * 1e6; }},
    {{"frequency_step", "frequency", "granularity of adjustments (15 ppt: 2^-16 ppm); 0: none"},
     [](OscillatorModel& out, const Item& item) { out.frequency_step_ppm = item.frequency(0.0) * 1e6; }},
    {{"reading", "time", "how long one reading takes (25 ns)"},
     [](OscillatorModel& out, const Item& item) { out.reading_s = item.time(0.0, 1.0); }},
    {{"resolution", "time", "granularity of readings (1 ns)"},
     [](OscillatorModel& out, const Item& item) { out.resolution_s = item.time(1e-9, 1.0); }},
    {{"can_step", "true or false", "whether the clock can be stepped (true)"},
     [](OscillatorModel& out, const Item& item) { out.can_step = item.flag(); }},
    {{"can_leap", "true or false", "whether the clock inserts and deletes leap seconds itself (true)"},
     [](OscillatorModel& out, const Item& item) { out.can_leap = item.flag(); }},
};

// ---- timestamps and reference clocks

constexpr std::string_view stamp_kinds[] = {"daemon", "kernel", "hardware"};

constexpr Key<StampModel> stamp_table[] = {
    {{"kind", "daemon, kernel or hardware", "who takes the timestamps (kernel)"},
     [](StampModel& out, const Item& item) {
       const int kind = item.choice(stamp_kinds);
       if (kind >= 0) out.kind = static_cast<StampModel::Kind>(kind);
     }},
    {{"receive", "distribution", "added to each arrival's timestamp"},
     [](StampModel& out, const Item& item) { out.receive = read_distribution(item); }},
    {{"transmit", "distribution", "how much too early a departure's timestamp is"},
     [](StampModel& out, const Item& item) { out.transmit = read_distribution(item); }},
    {{"nic", "clock", "hardware: the card's own clock, which nobody adjusts"},
     [](StampModel& out, const Item& item) { read_clock(out.nic, item); }},
};

constexpr std::string_view leap_words[] = {"normal", "insert", "delete", "unsynchronised"};

constexpr Key<RefclockModel> refclock_table[] = {
    {{"jitter", "distribution", "of each reading; its mean is a constant error"},
     [](RefclockModel& out, const Item& item) { out.jitter = read_distribution(item); }},
    {{"right", "true or false", "false: it may lie, so that the node's error bounds are not checked (true)"},
     [](RefclockModel& out, const Item& item) { out.right = item.flag(); }},
    {{"interval", "time", "SHM and SOCK: between samples, whole seconds (1 s)"},
     [](RefclockModel& out, const Item& item) { out.interval_s = item.time(1.0); }},
    {{"pulse_error", "time", "PPS: constant error of the edge (0)"},
     [](RefclockModel& out, const Item& item) { out.pulse_error_s = item.time(); }},
    {{"loss", "share", "of the readings, at random (0)"},
     [](RefclockModel& out, const Item& item) { out.loss = item.fraction(); }},
    {{"leap", "normal, insert, delete or unsynchronised", "that SHM and SOCK announce (normal)"},
     [](RefclockModel& out, const Item& item) {
       const int leap = item.choice(leap_words);
       if (leap >= 0) out.leap = static_cast<std::uint32_t>(leap);
     }},
};

}  // namespace

Distribution read_distribution(const Item& item) {
  Distribution out;
  if (item.node.IsScalar()) {
    out.mean_s = item.time();
    return out;
  }
  if (item.node.IsMap() && item.node.size() != 1) {
    item.wrong("has more than one distribution; write one, for example {exponential: 100 us}");
    return out;
  }
  read_mapping<Distribution>(item, kind_keys, out);
  return out;
}

void read_clock(OscillatorModel& out, const Item& item) { read_mapping<OscillatorModel>(item, clock_table, out); }

void read_stamps(StampModel& out, const Item& item) {
  if (!item.node.IsScalar()) {
    read_mapping<StampModel>(item, stamp_table, out);
    return;
  }
  const int kind = item.choice(stamp_kinds);
  if (kind >= 0) out.kind = static_cast<StampModel::Kind>(kind);
}

void read_refclock(RefclockModel& out, const Item& item) { read_mapping<RefclockModel>(item, refclock_table, out); }

std::vector<KeyDoc> distribution_keys() { return docs_of<Distribution>(kind_keys); }
std::vector<KeyDoc> clock_keys() { return docs_of<OscillatorModel>(clock_table); }
std::vector<KeyDoc> temperature_keys() { return docs_of<OscillatorModel>(temperature_table); }
std::vector<KeyDoc> stamp_keys() { return docs_of<StampModel>(stamp_table); }
std::vector<KeyDoc> refclock_keys() { return docs_of<RefclockModel>(refclock_table); }

}  // namespace tactus::sim

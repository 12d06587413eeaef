// SPDX-License-Identifier: Apache-2.0
// The sensor of `tempcomp`, see temperature_sensor.hpp.
#include "daemon/temperature_sensor.hpp"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <optional>

#include <tactus/sdk/options.hpp>

#include "discipline/log_lines.hpp"

namespace tactus {
namespace {

constexpr std::size_t max_sensor_bytes = 128;
constexpr std::size_t max_points_bytes = 1U << 20;

// At most `limit` bytes of a file; nothing when it cannot be opened (errno).
std::optional<std::string> read_file(const std::string& path, std::size_t limit) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"), &std::fclose);
  if (!file) return std::nullopt;
  std::string out(limit, '\0');
  out.resize(std::fread(out.data(), 1, limit, file.get()));
  return out;
}

Result<TemperatureCurve> curve_of(const Record& options) {
  if (!options.present("points")) {
    return TemperatureCurve::quadratic(options.real("t0"), options.real("k0"), options.real("k1"), options.real("k2"));
  }
  const std::string path{options.text("points")};
  const auto text = read_file(path, max_points_bytes);
  if (!text) return error("Could not open {} : {}", path, std::strerror(errno));
  auto points = parse_temperature_points(*text);
  if (!points) return error("Could not read tempcomp point from {}", path);
  auto curve = TemperatureCurve::points(std::move(*points));
  if (!curve) return error("Not enough points in {}", path);
  return curve;
}

}  // namespace

Result<std::unique_ptr<TemperatureSensor>> TemperatureSensor::make(const config::Model& model, Loop& loop, Clock& clock,
                                                                   Logger& logger,
                                                                   std::function<void(std::string_view)> log) {
  const tactus_record* record = model.value("tempcomp");
  if (record == nullptr) return std::unique_ptr<TemperatureSensor>{};
  const Record options{record};
  auto curve = curve_of(options);
  if (!curve) return curve.failure();
  const double interval_s = options.real("interval");
  return std::unique_ptr<TemperatureSensor>{new TemperatureSensor(*curve, std::string{options.text("file")},
                                                                  from_seconds(interval_s > 0.0 ? interval_s : 1.0),
                                                                  loop, clock, logger, std::move(log))};
}

TemperatureSensor::TemperatureSensor(TemperatureCurve curve, std::string file, Duration interval, Loop& loop,
                                     Clock& clock, Logger& logger, std::function<void(std::string_view)> log)
    : curve_(std::move(curve)),
      file_(std::move(file)),
      interval_(interval),
      loop_(loop),
      clock_(clock),
      logger_(logger),
      log_(std::move(log)) {}

TemperatureSensor::~TemperatureSensor() { loop_.stop_timer(timer_); }

void TemperatureSensor::read() {
  timer_ = loop_.start_timer(loop_.now() + interval_, [this] { read(); });
  const auto text = read_file(file_, max_sensor_bytes);
  const auto temperature = text ? parse_temperature(*text) : std::nullopt;
  if (!temperature) {
    logger_.write_limited(Level::warning, "tempcomp", fmt::format("Could not read temperature from {}", file_),
                          loop_.now());
    return;
  }
  apply(*temperature);
}

void TemperatureSensor::apply(double temperature) {
  const double compensation_ppm = curve_.at(temperature);
  if (!(std::fabs(compensation_ppm) <= max_temperature_compensation_ppm)) {
    logger_.write_limited(Level::warning, "tempcomp",
                          fmt::format("Temperature compensation of {:.3f} ppm exceeds sanity limit of {:.1f}",
                                      compensation_ppm, max_temperature_compensation_ppm),
                          loop_.now());
    return;
  }
  const double set_ppm = clock_.set_temperature_compensation_ppm(compensation_ppm);
  if (!log_) return;
  char line[80];
  std::snprintf(line, sizeof line, "%s %11.4e %11.4e", log_time(clock_.now()).c_str(), temperature, set_ppm);
  log_(line);
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// From the configuration to what the parts of the core are told.
#include "daemon/settings.hpp"

#include <algorithm>
#include <cmath>

#include <tactus/plugin.h>

namespace tactus {
namespace {

constexpr double largest_drift_ppm = 500000.0;
constexpr std::int64_t first_free_port = 1024;
constexpr std::int64_t ntp_port = 123;

int get_int(const config::Model& model, std::string_view keyword, std::string_view field = "", int otherwise = 0) {
  const std::int64_t value = model.get_integer(keyword, field, otherwise);
  return static_cast<int>(std::clamp<std::int64_t>(value, INT32_MIN, INT32_MAX));
}

bool known(const config::Model& model, std::string_view keyword) {
  return model.declarations().find(keyword) != nullptr && model.has(keyword);
}

AuthSelectMode auth_select_mode(const config::Model& model) {
  const std::string mode = model.get_text("authselectmode");
  if (config::same_word(mode, "require")) return AuthSelectMode::require;
  if (config::same_word(mode, "prefer")) return AuthSelectMode::prefer;
  if (config::same_word(mode, "ignore")) return AuthSelectMode::ignore;
  return AuthSelectMode::mix;
}

LocalSettings local_settings(const config::Model& model) {
  LocalSettings out;
  if (!model.has("local")) return out;
  out.enabled = true;
  out.stratum = get_int(model, "local", "stratum", out.stratum);
  out.orphan = model.get_flag("local", "orphan");
  out.distance_s = model.get_real("local", "distance", out.distance_s);
  out.activate_s = model.get_real("local", "activate", out.activate_s);
  out.wait_synced_s = model.get_real("local", "waitsynced", out.wait_synced_s);
  out.wait_unsynced_s = model.get_real("local", "waitunsynced", out.wait_unsynced_s);
  return out;
}

LeapMode leap_mode(const config::Model& model) {
  const std::string mode = model.get_text("leapsecmode");
  if (config::same_word(mode, "step")) return LeapMode::step;
  if (config::same_word(mode, "slew")) return LeapMode::slew;
  if (config::same_word(mode, "ignore")) return LeapMode::ignore;
  return LeapMode::system;
}

SmoothingSettings smoothing_settings(const config::Model& model) {
  SmoothingSettings out;
  if (!model.has("smoothtime")) return out;
  out.max_frequency_ppm = model.get_real("smoothtime", "maxfrequency");
  out.max_wander_ppm_s = model.get_real("smoothtime", "maxwander");
  out.leap_only = model.get_flag("smoothtime", "leaponly");
  return out;
}

void set_estimator(const config::Model& model, DisciplineSettings& out) {
  if (config::same_word(model.get_text("discipline"), "adaptive")) out.estimator = EstimatorKind::adaptive;
  AdaptiveSettings& adaptive = out.adaptive;
  adaptive.memory = model.get_real("adaptive", "memory", adaptive.memory);
  adaptive.wander_prior = model.get_real("adaptive", "wanderprior", adaptive.wander_prior);
  adaptive.wander_prior_decades = model.get_real("adaptive", "wanderpriordecades", adaptive.wander_prior_decades);
  adaptive.grid_step = model.get_real("adaptive", "gridstep", adaptive.grid_step);
}

void set_clock(const config::Model& model, bool restart, DisciplineSettings& out) {
  if (model.has("makestep")) {
    out.makestep.threshold_s = model.get_real("makestep", "threshold");
    out.makestep.limit = get_int(model, "makestep", "limit");
    if (restart && out.makestep.limit > 0) out.makestep.limit = 0;
  }
  if (model.has("maxchange")) {
    out.maxchange.offset_s = model.get_real("maxchange", "offset");
    out.maxchange.start = get_int(model, "maxchange", "start");
    out.maxchange.ignore = get_int(model, "maxchange", "ignore");
  }
  out.max_update_skew_ppm = std::fabs(model.get_real("maxupdateskew", "", out.max_update_skew_ppm));
  out.corr_time_ratio = model.get_real("corrtimeratio", "", out.corr_time_ratio);
  out.max_slew_rate_ppm = model.get_real("maxslewrate", "", out.max_slew_rate_ppm);
  out.max_drift_ppm = std::clamp(model.get_real("maxdrift", "", out.max_drift_ppm), 0.0, largest_drift_ppm);
  out.max_clock_error_ppm = model.get_real("maxclockerror", "", out.max_clock_error_ppm);
  out.rtc_sync = model.get_flag("rtcsync");
  out.leap_mode = leap_mode(model);
  if (model.has("fallbackdrift")) {
    out.fallback = {get_int(model, "fallbackdrift", "minimum"), get_int(model, "fallbackdrift", "maximum")};
  }
  out.initial_step_s = std::fabs(model.get_real("initstepslew", "threshold"));
  out.manual = model.get_flag("manual");
}

}  // namespace

DisciplineSettings discipline_settings(const config::Model& model, bool restart) {
  DisciplineSettings out;
  out.auth_select_mode = auth_select_mode(model);
  out.min_sources = get_int(model, "minsources", "", out.min_sources);
  out.max_distance_s = model.get_real("maxdistance", "", out.max_distance_s);
  out.max_jitter_s = model.get_real("maxjitter", "", out.max_jitter_s);
  out.reselect_distance_s = model.get_real("reselectdist", "", out.reselect_distance_s);
  out.stratum_weight_s = model.get_real("stratumweight", "", out.stratum_weight_s);
  out.combine_limit = model.get_real("combinelimit", "", out.combine_limit);
  out.min_samples = get_int(model, "minsamples", "", out.min_samples);
  out.max_samples = get_int(model, "maxsamples", "", out.max_samples);
  set_estimator(model, out);
  set_clock(model, restart, out);
  out.local = local_settings(model);
  out.smoothing = smoothing_settings(model);
  out.drift_interval_s = static_cast<double>(model.get_integer("driftfile", "interval", 3600));
  if (model.has("mailonchange")) out.mail_change_s = model.get_real("mailonchange", "threshold");
  out.log_change_s = model.get_real("logchange", "", out.log_change_s);
  return out;
}

std::string command_socket_path(const config::Model& model, const std::string& otherwise) {
  if (!known(model, "bindcmdaddress")) return otherwise;
  for (const tactus_record* record : model.effective("bindcmdaddress")) {
    const std::string_view text = record->values[0].text;
    if (text == "/") return "";
    if (text.starts_with('/')) return std::string(text);
  }
  return otherwise;
}

std::uint32_t needs_of_configuration(const config::Model& model, std::uint32_t needs) {
  const std::int64_t port = known(model, "port") ? model.get_integer("port") : ntp_port;
  if (port <= 0 || port >= first_free_port) needs &= ~TACTUS_NEEDS_BIND_LOW;
  if (!known(model, "binddevice") && !known(model, "bindacqdevice")) needs &= ~TACTUS_NEEDS_NET_RAW;
  return needs;
}

}  // namespace tactus

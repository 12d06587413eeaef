// SPDX-License-Identifier: Apache-2.0
// The core's commands over clock and discipline, and those that the daemon carries out through its hooks.
#include <algorithm>
#include <cmath>
#include <cstring>

#include <tactus/report_members.hpp>

#include "control/core_control.hpp"

namespace tactus {

namespace {

constexpr double ppm = 1e-6;

CoreControl& self(void* user) { return *static_cast<CoreControl*>(user); }

tactus_status answer(const Result<void>& result, tactus_error* error) {
  if (result) return TACTUS_OK;
  put_error(error, result.failure().text);
  return result.failure().status;
}

tactus_status makestep(void* user, const void*, void*, tactus_error* error) {
  return answer(self(user).discipline().make_step(), error);
}

tactus_status reselect(void* user, const void*, void*, tactus_error*) {
  self(user).discipline().reselect();
  return TACTUS_OK;
}

tactus_status reset_sources(void* user, const void*, void*, tactus_error*) {
  self(user).discipline().reset_sources();
  self(user).logger().info("Reset all sources");
  return TACTUS_OK;
}

tactus_status set_makestep(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (!std::isfinite(args.real) || args.integer < INT32_MIN || args.integer > INT32_MAX) return TACTUS_E_INVALID;
  self(user).discipline().set_makestep(args.real, static_cast<int>(args.integer));
  return TACTUS_OK;
}

tactus_status set_max_update_skew(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (!std::isfinite(args.real)) return TACTUS_E_INVALID;
  self(user).discipline().set_max_update_skew_ppm(args.real);
  return TACTUS_OK;
}

tactus_status set_reselect_distance(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (!std::isfinite(args.real)) return TACTUS_E_INVALID;
  if (args.real == self(user).discipline().settings().reselect_distance_s) return TACTUS_OK;
  self(user).discipline().set_reselect_distance_s(args.real);
  return TACTUS_OK;
}

tactus_status set_select_options(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_select_args*>(data);
  Discipline& discipline = self(user).discipline();
  Source* source =
      args.address.family == TACTUS_FAMILY_NONE ? discipline.find_refid(args.refid) : discipline.find(args.address);
  if (source == nullptr) return TACTUS_E_NOT_FOUND;
  const std::uint32_t before = source->configured_options();
  discipline.set_select_options(*source, args.mask, args.options & args.mask);
  if (source->configured_options() != before) {
    self(user).logger().info("Source {} selection options modified", source->label());
  }
  return TACTUS_OK;
}

tactus_status set_local(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_local_args*>(data);
  const double times[] = {args.distance_s, args.activate_s, args.wait_synced_s, args.wait_unsynced_s};
  for (const double time_s : times) {
    if (std::isnan(time_s)) return TACTUS_E_INVALID;
  }
  if (args.enable != 0 && (args.stratum < 1 || args.stratum > 15)) return TACTUS_E_INVALID;
  LocalSettings local;
  local.enabled = args.enable != 0;
  if (local.enabled) {
    local.stratum = static_cast<int>(args.stratum);
    local.orphan = args.orphan != 0;
    local.distance_s = args.distance_s;
    local.activate_s = args.activate_s;
    local.wait_synced_s = args.wait_synced_s;
    local.wait_unsynced_s = args.wait_unsynced_s;
  }
  self(user).discipline().set_local(local);
  return TACTUS_OK;
}

// Frequency: positive = the clock is gaining. chronyc's dfreq.
tactus_status adjust_frequency(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (!std::isfinite(args.real) || std::fabs(args.real) >= 1e6) return TACTUS_E_INVALID;
  self(user).clock().adjust(args.real * ppm, 0.0, 0.0);
  self(user).logger().info("Accumulated delta freq of {:.3f}ppm", args.real);
  return TACTUS_OK;
}

// Offset: positive = the clock is ahead. chronyc's doffset: removed as fast as the slew rate allows.
tactus_status adjust_offset(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  // The result must stay within the time that the clock can hold: 1970 to 2262.
  constexpr double longest_s = 9.2e9;
  if (!std::isfinite(args.real)) return TACTUS_E_INVALID;
  const double now_s = to_seconds(self(user).clock().now().time_since_epoch());
  if (now_s - args.real < 0.0 || now_s - args.real > longest_s) return TACTUS_E_INVALID;
  self(user).clock().adjust(0.0, args.real, 0.0);
  self(user).logger().info("Accumulated delta offset of {:.6f} seconds", args.real);
  return TACTUS_OK;
}

// 0 resets, 1 activates.
tactus_status smoothtime(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  Discipline& discipline = self(user).discipline();
  tactus_smoothing row{};
  row.struct_size = sizeof row;
  if (const tactus_status status = discipline.smoothing(row); status != TACTUS_OK) return status;
  if (args.integer != 0 && args.integer != 1) return TACTUS_E_INVALID;
  args.integer == 0 ? discipline.reset_smoothing() : discipline.activate_smoothing();
  return TACTUS_OK;
}

// 0 off, 1 on, 2 forgets what was entered.
tactus_status manual(void* user, const void* data, void*, tactus_error*) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (args.integer < 0 || args.integer > 2) return TACTUS_E_INVALID;
  if (args.integer == 2) {
    self(user).discipline().reset_manual();
  } else {
    self(user).discipline().enable_manual(args.integer == 1);
  }
  return TACTUS_OK;
}

tactus_status manual_delete(void* user, const void* data, void*, tactus_error* error) {
  const auto& args = *static_cast<const tactus_value_args*>(data);
  if (args.integer < 0) return TACTUS_E_NOT_FOUND;
  return answer(self(user).discipline().delete_manual(static_cast<std::size_t>(args.integer)), error);
}

tactus_status settime(void* user, const void* data, void* result, tactus_error* error) {
  const auto& args = *static_cast<const tactus_settime_args*>(data);
  const auto done = self(user).discipline().set_time(args.time);
  if (!done) {
    put_error(error, done.failure().text);
    return done.failure().status;
  }
  if (result != nullptr) {
    auto* out = static_cast<tactus_settime_result*>(result);
    const std::uint32_t size = std::min<std::uint32_t>(out->struct_size, sizeof *done);
    std::memcpy(out, &*done, size);
    out->struct_size = size;
  }
  return TACTUS_OK;
}

tactus_status shutdown(void* user, const void*, void*, tactus_error*) {
  self(user).logger().info("Received shutdown command");
  self(user).hooks().shutdown();
  return TACTUS_OK;
}

tactus_status cyclelogs(void* user, const void*, void*, tactus_error*) {
  self(user).hooks().cycle_logs();
  return TACTUS_OK;
}

tactus_status dump(void* user, const void*, void*, tactus_error* error) {
  return answer(self(user).hooks().dump(), error);
}

tactus_status reload_sources(void* user, const void*, void*, tactus_error* error) {
  return answer(self(user).hooks().reload_sources(), error);
}

// Sources with an address belong to another owner, who offers the same under the name of set_source_offset.
tactus_status set_offset(void* user, const void* data, void*, tactus_error* error) {
  const auto& args = *static_cast<const tactus_source_value_args*>(data);
  if (args.address.family != TACTUS_FAMILY_NONE) {
    return self(user).registry().run("set_source_offset", TACTUS_ACCESS_CONTROL, data, sizeof args, nullptr, error);
  }
  if (!std::isfinite(args.real)) return TACTUS_E_INVALID;
  return self(user).hooks().set_refclock_offset(args.refid, args.real) ? TACTUS_OK : TACTUS_E_NOT_FOUND;
}

using Run = decltype(tactus_command::run);

constexpr tactus_command plain(const char* name, const char* doc, Run run) {
  return {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0, 0, name, doc, nullptr, run};
}
template <class Args, std::size_t N>
constexpr tactus_command with(const char* name, const char* doc, const tactus_member (&table)[N], Run run) {
  return {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, sizeof(Args), members::count(table), name, doc, table, run};
}

constexpr tactus_command always[] = {
    plain("makestep", "steps the clock by what is still to be slewed", &makestep),
    plain("reselect", "forgets the selected source and selects again", &reselect),
    plain("reset_sources", "drops all samples of all sources", &reset_sources),
    with<tactus_value_args>("set_makestep", "threshold in seconds (real) and limit (integer) of makestep",
                            members::value_args, &set_makestep),
    with<tactus_value_args>("set_maxupdateskew", "largest skew of a used frequency, ppm", members::value_args,
                            &set_max_update_skew),
    with<tactus_value_args>("set_reselectdist", "distance added to sources that are not selected, s",
                            members::value_args, &set_reselect_distance),
    with<tactus_select_args>("set_select_options", "selection options of one source", members::select_args,
                             &set_select_options),
    with<tactus_local_args>("local", "the local reference", members::local_args, &set_local),
    with<tactus_value_args>("smoothtime", "smoothing of the served time: 0 resets it, 1 activates it (integer)",
                            members::value_args, &smoothtime),
    with<tactus_value_args>("manual", "manual input of the time: 0 off, 1 on, 2 forgets all (integer)",
                            members::value_args, &manual),
    with<tactus_value_args>("manual_delete", "takes a manual input back: its index (integer)", members::value_args,
                            &manual_delete),
    with<tactus_settime_args>("settime", "the true time, typed in", members::settime_args, &settime),
    with<tactus_value_args>("adjust_frequency", "adds to the clock's frequency, ppm; positive: it gains",
                            members::value_args, &adjust_frequency),
    with<tactus_value_args>("adjust_offset", "slews the clock, s; positive: it is ahead", members::value_args,
                            &adjust_offset),
};

constexpr tactus_command shutdown_command = plain("shutdown", "ends the daemon", &shutdown);
constexpr tactus_command cyclelogs_command = plain("cyclelogs", "opens the log files anew", &cyclelogs);
constexpr tactus_command dump_command = plain("dump", "writes the sample histories", &dump);
constexpr tactus_command reload_command =
    plain("reload_sources", "reads the source directories again", &reload_sources);
constexpr tactus_command offset_command = with<tactus_source_value_args>(
    "set_offset", "correction of one source's measurements, s (real)", members::source_value_args, &set_offset);

}  // namespace

void CoreControl::add_commands() {
  const auto add = [this](const tactus_command& command) {
    const auto added = registry_.add_command(core_owner, &command, this);
    TACTUS_ASSERT(added.ok());
  };
  for (const tactus_command& command : always) add(command);
  if (hooks_.shutdown) add(shutdown_command);
  if (hooks_.cycle_logs) add(cyclelogs_command);
  if (hooks_.dump) add(dump_command);
  if (hooks_.reload_sources) add(reload_command);
  if (hooks_.set_refclock_offset) add(offset_command);
}

CoreControl::CoreControl(Registry& registry, Clock& clock, Discipline& discipline, Logger& logger, ControlHooks hooks)
    : registry_(registry), clock_(clock), discipline_(discipline), logger_(logger), hooks_(std::move(hooks)) {
  add_reports();
  add_commands();
}

CoreControl::~CoreControl() { registry_.remove_owner(core_owner); }

}  // namespace tactus

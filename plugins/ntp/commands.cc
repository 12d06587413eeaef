// SPDX-License-Identifier: Apache-2.0
// Commands: sources, their connectivity and limits, names, access, keys.
#include <cmath>

#include <tactus/report_members.hpp>

#include "control.hpp"

namespace tactus::ntp {
namespace {

Control& self(void* user) { return *static_cast<Control*>(user); }

template <class Args>
const Args& as(const void* args) {
  return *static_cast<const Args*>(args);
}

tactus_status connectivity(void* user, const void* args, bool online) {
  return guarded(nullptr, [&] {
    const auto& which = as<tactus_mask_args>(args);
    Sources& sources = self(user).sources();
    if (online) sources.resolve_now();
    const bool any =
        sources.each_matching(which.address, which.mask, [&](Source& source) { source.connectivity(online); });
    return any ? TACTUS_OK : TACTUS_E_NOT_FOUND;
  });
}

tactus_status run_online(void* user, const void* args, void*, tactus_error*) { return connectivity(user, args, true); }
tactus_status run_offline(void* user, const void* args, void*, tactus_error*) {
  return connectivity(user, args, false);
}

tactus_status run_onoffline(void* user, const void*, void*, tactus_error*) {
  return guarded(nullptr, [&] {
    Control& control = self(user);
    control.sources().resolve_now();
    control.sources().each_matching({}, {}, [&](Source& source) {
      if (!source.resolved()) return;
      source.connectivity(routable(control.environment().transport, control.environment().settings, source.address()));
    });
    return TACTUS_OK;
  });
}

tactus_status run_burst(void* user, const void* args, void*, tactus_error*) {
  return guarded(nullptr, [&] {
    const auto& what = as<tactus_burst_args>(args);
    const bool any = self(user).sources().each_matching(what.address, what.mask, [&](Source& source) {
      source.command(
          [&](Association& association, const Context& now) { association.burst(what.good, what.total, now); });
    });
    return any ? TACTUS_OK : TACTUS_E_NOT_FOUND;
  });
}

tactus_status run_refresh(void* user, const void*, void*, tactus_error*) {
  return guarded(nullptr, [&] { self(user).sources().refresh_all(); });
}

tactus_status run_rekey(void* user, const void*, void*, tactus_error*) {
  return guarded(nullptr, [&] { self(user).environment().schemes.reload(); });
}

// Calls a setter of one source's association.
template <class Set>
tactus_status set_value(void* user, const void* args, Set set) {
  return guarded(nullptr, [&] {
    const auto& value = as<tactus_source_value_args>(args);
    Source* source = self(user).sources().find(value.address);
    if (source == nullptr) return TACTUS_E_NOT_FOUND;
    source->command([&](Association& association, const Context& now) { set(association, value, now); });
    return TACTUS_OK;
  });
}

int to_int(std::int64_t value) { return static_cast<int>(std::clamp<std::int64_t>(value, -0x7fffffff, 0x7fffffff)); }

tactus_status run_set_minpoll(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_min_poll(to_int(value.integer));
  });
}
tactus_status run_set_maxpoll(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_max_poll(to_int(value.integer));
  });
}
tactus_status run_set_minstratum(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_min_stratum(static_cast<std::uint32_t>(std::max(to_int(value.integer), 0)));
  });
}
tactus_status run_set_polltarget(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_poll_target(to_int(value.integer));
  });
}
tactus_status run_set_maxdelay(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_max_delay(value.real);
  });
}
tactus_status run_set_maxdelayratio(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_max_delay_ratio(value.real);
  });
}
tactus_status run_set_maxdelaydevratio(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_max_delay_dev_ratio(value.real);
  });
}
tactus_status run_set_offset(void* user, const void* args, void*, tactus_error*) {
  return set_value(user, args, [](Association& association, const tactus_source_value_args& value, const Context&) {
    association.set_offset(value.real);
  });
}

tactus_status run_add_source(void* user, const void* args, void*, tactus_error* error) {
  return guarded(error, [&] {
    const auto& what = as<tactus_add_source_args>(args);
    if (what.type < TACTUS_ADD_SERVER || what.type > TACTUS_ADD_POOL) return TACTUS_E_INVALID;
    Control& control = self(user);
    if (std::memchr(what.name, '\0', sizeof what.name) == nullptr) return TACTUS_E_NAME;
    return to_status(control.sources().add(source_options(what, control.environment().settings), LogLevel::info),
                     error);
  });
}

tactus_status run_delete_source(void* user, const void* args, void*, tactus_error* error) {
  return guarded(error,
                 [&] { return to_status(self(user).sources().remove(as<tactus_address_args>(args).address), error); });
}

tactus_status access(void* user, const void* args, bool allow) {
  return guarded(nullptr, [&] {
    const auto& what = as<tactus_access_args>(args);
    return self(user).server().set_access({what.subnet, allow, what.all != 0}, LogLevel::info);
  });
}
tactus_status run_allow(void* user, const void* args, void*, tactus_error*) { return access(user, args, true); }
tactus_status run_deny(void* user, const void* args, void*, tactus_error*) { return access(user, args, false); }

// TACTUS_OK: allowed, TACTUS_E_DENIED: not.
tactus_status run_access_check(void* user, const void* args, void*, tactus_error*) {
  return self(user).server().allowed(as<tactus_address_args>(args).address) ? TACTUS_OK : TACTUS_E_DENIED;
}

using Run = decltype(tactus_command::run);

constexpr tactus_command plain(const char* name, Run run, const char* doc) {
  return {sizeof(tactus_command), TACTUS_ACCESS_CONTROL, 0, 0, name, doc, nullptr, run};
}
template <class Args, std::size_t N>
constexpr tactus_command with(const char* name, const tactus_member (&table)[N], Run run, const char* doc,
                              std::uint32_t allowed = TACTUS_ACCESS_CONTROL) {
  return {sizeof(tactus_command), allowed, sizeof(Args), members::count(table), name, doc, table, run};
}
constexpr tactus_command value(const char* name, Run run, const char* doc) {
  return with<tactus_source_value_args>(name, members::source_value_args, run, doc);
}

constexpr tactus_command all_commands[] = {
    with<tactus_mask_args>("online", members::mask_args, &run_online, "sources may be polled"),
    with<tactus_mask_args>("offline", members::mask_args, &run_offline, "sources are not polled"),
    plain("onoffline", &run_onoffline, "sources are polled if there is a route to them"),
    with<tactus_burst_args>("burst", members::burst_args, &run_burst, "a few measurements in quick succession"),
    plain("refresh", &run_refresh, "names of sources are looked up again"),
    plain("rekey", &run_rekey, "keys are read again"),
    value("set_minpoll", &run_set_minpoll, "shortest polling interval of a source, log2 s (integer)"),
    value("set_maxpoll", &run_set_maxpoll, "longest polling interval of a source, log2 s (integer)"),
    value("set_minstratum", &run_set_minstratum, "lowest stratum of a source (integer)"),
    value("set_polltarget", &run_set_polltarget, "samples that the polling interval aims at (integer)"),
    value("set_maxdelay", &run_set_maxdelay, "longest round trip to a source, s (real)"),
    value("set_maxdelayratio", &run_set_maxdelayratio, "its ratio to the shortest one (real)"),
    value("set_maxdelaydevratio", &run_set_maxdelaydevratio, "its ratio to the standard deviation (real)"),
    with<tactus_add_source_args>("add_source", members::add_source_args, &run_add_source,
                                 "adds a server, peer or pool"),
    with<tactus_address_args>("delete_source", members::address_args, &run_delete_source, "removes a source"),
    with<tactus_access_args>("allow", members::access_args, &run_allow, "clients of a network are served"),
    with<tactus_access_args>("deny", members::access_args, &run_deny, "clients of a network are not served"),
    with<tactus_address_args>("access_check", members::address_args, &run_access_check,
                              "whether a client is served: success if it is", TACTUS_ACCESS_READ),
};

// The core has the same command for reference clocks and hands the other sources on under the second name.
constexpr tactus_command offset_command = value("set_offset", &run_set_offset, "correction of a source, s (real)");
constexpr tactus_command source_offset_command =
    value("set_source_offset", &run_set_offset, "correction of an NTP source, s (real)");

}  // namespace

void Control::install_commands() {
  const tactus_host* host = environment_.host.raw();
  for (const tactus_command& each : all_commands) {
    const tactus_status status = host->command_add(host, &each, this);
    if (status != TACTUS_OK) fail(status, "the command {} is offered by somebody else already", each.name);
  }
  if (host->command_add(host, &offset_command, this) == TACTUS_E_EXISTS) {
    host->command_add(host, &source_offset_command, this);
  }
}

}  // namespace tactus::ntp

// SPDX-License-Identifier: Apache-2.0
// Requests that change something: from payloads to the registry's commands (command protocol specification, sections 10
// and 12). A command that nobody offers is answered as chrony answers without that feature.
#include "engine.hpp"

namespace tactus::cmdmon {

namespace {

template <class Args>
Args make_args() {
  Args args{};
  args.struct_size = sizeof args;
  return args;
}

bool not_running(tactus_status status) {
  return status == TACTUS_E_NOT_FOUND || status == TACTUS_E_DISABLED || status == TACTUS_E_ABSENT ||
         status == TACTUS_E_UNSUPPORTED;
}

// A prefix that fits its family; without an address only the prefix of length 0.
bool is_subnet(const SubnetRequest& asked) {
  switch (asked.address.family) {
    case TACTUS_FAMILY_NONE:
      return asked.prefix == 0;
    case TACTUS_FAMILY_IPV4:
      return asked.prefix >= 0 && asked.prefix <= 32;
    case TACTUS_FAMILY_IPV6:
      return asked.prefix >= 0 && asked.prefix <= 128;
    default:
      return false;
  }
}

// Names that a source may have: printable ASCII without spaces.
bool is_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

// Commands without arguments. `always`: chrony reports success even when there is nothing to do it.
struct PlainCommand {
  Request code;
  const char* name;
  bool always;
};
constexpr auto plain_commands = std::to_array<PlainCommand>({
    {Request::dump, "dump", true},
    {Request::rekey, "rekey", true},
    {Request::cyclelogs, "cyclelogs", true},
    {Request::makestep, "makestep", false},
    {Request::reselect, "reselect", false},
    {Request::refresh, "refresh", true},
    {Request::shutdown, "shutdown", false},
    {Request::onoffline, "onoffline", true},
    {Request::reset_sources, "reset_sources", false},
    {Request::reload_sources, "reload_sources", true},
    {Request::trimrtc, "trimrtc", false},
    {Request::writertc, "writertc", false},
});

}  // namespace

Status to_status(tactus_status status) {
  switch (status) {
    case TACTUS_OK:
      return Status::success;
    case TACTUS_E_INVALID:
      return Status::invalid;
    case TACTUS_E_NOT_FOUND:
      return Status::no_such_source;
    case TACTUS_E_EXISTS:
      return Status::source_already_known;
    case TACTUS_E_LIMIT:
      return Status::too_many_sources;
    case TACTUS_E_FAMILY:
      return Status::invalid_family;
    case TACTUS_E_NAME:
      return Status::invalid_name;
    case TACTUS_E_DISABLED:
      return Status::not_enabled;
    default:
      return Status::failed;
  }
}

Status Engine::plain_command(Call& call) {
  for (const PlainCommand& entry : plain_commands) {
    if (entry.code != call.info.code) continue;
    const tactus_status status = backend_.run(entry.name, nullptr, 0, nullptr);
    if (status == TACTUS_OK || (entry.always && not_running(status))) return Status::success;
    if (entry.code == Request::trimrtc || entry.code == Request::writertc) {
      if (not_running(status)) return Status::no_rtc;
      if (entry.code == Request::writertc) return Status::bad_rtc_file;
    }
    return Status::failed;
  }
  return Status::invalid;
}

Status Engine::mask_command(Call& call, const char* name) {
  const auto asked = call.payload<MaskAddressRequest>();
  auto args = make_args<tactus_mask_args>();
  args.address = asked.address;
  args.mask = asked.mask;
  return to_status(backend_.run(name, &args, sizeof args, nullptr));
}

Status Engine::burst(Call& call) {
  const auto asked = call.payload<BurstRequest>();
  auto args = make_args<tactus_burst_args>();
  args.address = asked.address;
  args.mask = asked.mask;
  args.good = static_cast<std::uint32_t>(std::max(asked.good, 1));
  args.total = std::max(static_cast<std::uint32_t>(std::max(asked.total, 1)), args.good);
  return to_status(backend_.run("burst", &args, sizeof args, nullptr));
}

Status Engine::source_integer(Call& call, const char* name) {
  const auto asked = call.payload<AddressIntRequest>();
  auto args = make_args<tactus_source_value_args>();
  args.address = asked.address;
  args.integer = asked.value;
  args.real = asked.value;
  return to_status(backend_.run(name, &args, sizeof args, nullptr));
}

Status Engine::source_real(Call& call, const char* name) {
  const auto asked = call.payload<AddressFloatRequest>();
  auto args = make_args<tactus_source_value_args>();
  args.address = asked.address;
  args.real = asked.value;
  return to_status(backend_.run(name, &args, sizeof args, nullptr));
}

Status Engine::set_value(Call& call, const char* name) {
  auto args = make_args<tactus_value_args>();
  args.real = call.payload<FloatRequest>().value;
  const tactus_status status = backend_.run(name, &args, sizeof args, nullptr);
  return status == TACTUS_OK ? Status::success : Status::failed;
}

Status Engine::set_offset(Call& call) {
  const auto asked = call.payload<OffsetRequest>();
  auto args = make_args<tactus_source_value_args>();
  args.address = asked.address;
  args.refid = asked.refid;
  args.real = asked.offset;
  return to_status(backend_.run("set_offset", &args, sizeof args, nullptr));
}

// The mask arrives in SELECT numbering, the options in ADD numbering (section 10.3).
Status Engine::set_select_options(Call& call) {
  const auto asked = call.payload<SelectOptionsRequest>();
  auto args = make_args<tactus_select_args>();
  args.address = asked.address;
  args.refid = asked.refid;
  args.mask = asked.mask & (select_noselect | select_prefer | select_trust | select_require);
  args.options = select_from_add(asked.options) & args.mask;
  return to_status(backend_.run("set_select_options", &args, sizeof args, nullptr));
}

Status Engine::set_makestep(Call& call) {
  const auto asked = call.payload<MakestepRequest>();
  auto args = make_args<tactus_value_args>();
  args.integer = asked.limit;
  args.real = asked.threshold;
  const tactus_status status = backend_.run("set_makestep", &args, sizeof args, nullptr);
  return status == TACTUS_OK ? Status::success : Status::failed;
}

Status Engine::local_reference(Call& call) {
  Local3Request asked;
  if (call.info.code == Request::local3) {
    asked = call.payload<Local3Request>();
  } else {
    asked.common = call.payload<Local2Request>();
  }
  auto args = make_args<tactus_local_args>();
  args.enable = asked.common.on_off != 0 ? 1 : 0;
  args.stratum = static_cast<std::uint32_t>(std::clamp(asked.common.stratum, 1, 15));
  args.orphan = asked.common.orphan != 0 ? 1 : 0;
  args.distance_s = asked.common.distance;
  args.activate_s = asked.activate;
  args.wait_synced_s = asked.wait_synced;
  args.wait_unsynced_s = asked.wait_unsynced;
  const tactus_status status = backend_.run("local", &args, sizeof args, nullptr);
  return status == TACTUS_OK ? Status::success : Status::failed;
}

Status Engine::add_source(Call& call) {
  const auto asked = call.payload<AddSourceRequest>();
  if (asked.type < TACTUS_ADD_SERVER || asked.type > TACTUS_ADD_POOL) return Status::invalid;
  if (!asked.name.terminated || !is_name(asked.name.text)) return Status::invalid_name;
  auto args = make_args<tactus_add_source_args>();
  args.type = asked.type;
  args.flags = asked.flags;
  args.port = asked.port;
  args.minpoll_log2_s = asked.minpoll;
  args.maxpoll_log2_s = asked.maxpoll;
  args.presend_log2_s = asked.presend_minpoll;
  args.min_stratum = asked.min_stratum;
  args.poll_target = asked.poll_target;
  args.version = asked.version;
  args.max_sources = asked.max_sources;
  args.min_samples = asked.min_samples;
  args.max_samples = asked.max_samples;
  args.key = asked.key;
  args.nts_port = asked.nts_port;
  args.filter_length = asked.filter_length;
  args.cert_set = asked.cert_set;
  args.max_unreach = asked.max_unreach;
  args.max_delay_s = asked.max_delay;
  args.max_delay_ratio = asked.max_delay_ratio;
  args.max_delay_dev_ratio = asked.max_delay_dev_ratio;
  args.max_delay_quantile = asked.max_delay_quantile;
  args.min_delay_s = asked.min_delay;
  args.asymmetry = asked.asymmetry;
  args.offset_s = asked.offset;
  std::memcpy(args.name, asked.name.text.data(), asked.name.text.size());
  const tactus_status status = backend_.run("add_source", &args, sizeof args, nullptr);
  return status == TACTUS_E_NOT_FOUND ? Status::failed : to_status(status);
}

Status Engine::delete_source(Call& call) {
  auto args = make_args<tactus_address_args>();
  args.address = call.payload<AddressRequest>().address;
  if (args.address.family == TACTUS_FAMILY_NONE) return Status::no_such_source;
  return to_status(backend_.run("delete_source", &args, sizeof args, nullptr));
}

Status Engine::settime(Call& call) {
  auto args = make_args<tactus_settime_args>();
  args.time = wire_ns(call.payload<SettimeRequest>().time);
  auto result = make_args<tactus_settime_result>();
  const tactus_status status = backend_.run("settime", &args, sizeof args, &result);
  if (not_running(status)) return Status::not_enabled;
  if (status != TACTUS_OK) return Status::failed;
  return call.give(Reply::manual_timestamp,
                   ManualTimestampReply{result.offset_s, result.frequency_change_ppm, result.frequency_ppm});
}

Status Engine::manual(Call& call) {
  auto args = make_args<tactus_value_args>();
  args.integer = call.payload<IntRequest>().value;
  if (args.integer < 0 || args.integer > 2) return Status::invalid;
  const tactus_status status = backend_.run("manual", &args, sizeof args, nullptr);
  return status == TACTUS_OK ? Status::success : Status::failed;
}

Status Engine::manual_delete(Call& call) {
  auto args = make_args<tactus_value_args>();
  args.integer = call.payload<IntRequest>().value;
  const tactus_status status = backend_.run("manual_delete", &args, sizeof args, nullptr);
  return status == TACTUS_OK ? Status::success : Status::bad_sample;
}

Status Engine::smoothtime(Call& call) {
  auto args = make_args<tactus_value_args>();
  args.integer = call.payload<IntRequest>().value;
  // Whether smoothing is enabled is looked at before the option is.
  tactus_smoothing row;
  if (read_row(backend_, "smoothing", make_query(), row) != TACTUS_OK) return Status::not_enabled;
  if (args.integer < 0 || args.integer > 1) return Status::invalid;
  return to_status(backend_.run("smoothtime", &args, sizeof args, nullptr));
}

Status Engine::access_rule(Call& call, bool commands, bool allow, bool all) {
  const auto asked = call.payload<SubnetRequest>();
  tactus_subnet subnet{asked.address, static_cast<std::uint32_t>(asked.prefix), 0};
  if (!is_subnet(asked)) return Status::bad_subnet;
  if (!commands) {
    auto args = make_args<tactus_access_args>();
    args.all = all ? 1 : 0;
    args.subnet = subnet;
    const tactus_status status = backend_.run(allow ? "allow" : "deny", &args, sizeof args, nullptr);
    if (status == TACTUS_E_INVALID) return Status::bad_subnet;
    return status == TACTUS_OK ? Status::success : Status::failed;
  }
  if (set_access(subnet, allow, all) != TACTUS_OK) return Status::bad_subnet;
  std::string text = allow ? "Allowed" : "Denied";
  text += all ? " all command access from " : " command access from ";
  backend_.log_info(text + subnet_text(subnet));
  return Status::success;
}

Status Engine::access_check(Call& call, bool commands) {
  auto args = make_args<tactus_address_args>();
  args.address = call.payload<AddressRequest>().address;
  bool yes = false;
  if (commands) {
    yes = access_.allowed(args.address);
  } else if (address_length(args.address.family) > 0 && args.address.family != TACTUS_FAMILY_ID) {
    yes = backend_.run("access_check", &args, sizeof args, nullptr) == TACTUS_OK;
  }
  return yes ? Status::access_allowed : Status::access_denied;
}

Status Engine::command(Call& call) {
  switch (call.info.code) {
    case Request::online:
      return mask_command(call, "online");
    case Request::offline:
      return mask_command(call, "offline");
    case Request::burst:
      return burst(call);
    case Request::modify_minpoll:
      return source_integer(call, "set_minpoll");
    case Request::modify_maxpoll:
      return source_integer(call, "set_maxpoll");
    case Request::modify_minstratum:
      return source_integer(call, "set_minstratum");
    case Request::modify_polltarget:
      return source_integer(call, "set_polltarget");
    case Request::modify_maxdelay:
      return source_real(call, "set_maxdelay");
    case Request::modify_maxdelayratio:
      return source_real(call, "set_maxdelayratio");
    case Request::modify_maxdelaydevratio:
      return source_real(call, "set_maxdelaydevratio");
    case Request::modify_maxupdateskew:
      return set_value(call, "set_maxupdateskew");
    case Request::reselect_distance:
      return set_value(call, "set_reselectdist");
    case Request::dfreq:
      return set_value(call, "adjust_frequency");
    case Request::doffset2:
      return set_value(call, "adjust_offset");
    case Request::modify_offset:
      return set_offset(call);
    case Request::modify_selectopts:
      return set_select_options(call);
    case Request::modify_makestep:
      return set_makestep(call);
    case Request::local2:
    case Request::local3:
      return local_reference(call);
    case Request::add_source:
      return add_source(call);
    case Request::del_source:
      return delete_source(call);
    case Request::settime:
      return settime(call);
    case Request::manual:
      return manual(call);
    case Request::manual_delete:
      return manual_delete(call);
    case Request::smoothtime:
      return smoothtime(call);
    case Request::allow:
    case Request::allow_all:
    case Request::deny:
    case Request::deny_all:
      return access_rule(call, false, call.info.code <= Request::allow_all,
                         call.info.code == Request::allow_all || call.info.code == Request::deny_all);
    case Request::cmdallow:
    case Request::cmdallow_all:
    case Request::cmddeny:
    case Request::cmddeny_all:
      return access_rule(call, true, call.info.code <= Request::cmdallow_all,
                         call.info.code == Request::cmdallow_all || call.info.code == Request::cmddeny_all);
    case Request::accheck:
      return access_check(call, false);
    case Request::cmdaccheck:
      return access_check(call, true);
    default:
      return plain_command(call);
  }
}

}  // namespace tactus::cmdmon

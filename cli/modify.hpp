// SPDX-License-Identifier: Apache-2.0
// Commands that print a status line only (client specification, section 7), settime (9) and client commands (8).
#pragma once

#include "context.hpp"

namespace tactus::cli {

// A request without payload, whatever the rest of the line is.
template <cmdmon::Request Code>
bool plain(Context& context, const std::string&) {
  return context.session.request(Code, {.report_success = true});
}

// modify_sources.cc
bool command_online(Context& context, const std::string& rest);
bool command_offline(Context& context, const std::string& rest);
bool command_burst(Context& context, const std::string& rest);
bool command_delete(Context& context, const std::string& rest);
bool command_minpoll(Context& context, const std::string& rest);
bool command_maxpoll(Context& context, const std::string& rest);
bool command_minstratum(Context& context, const std::string& rest);
bool command_polltarget(Context& context, const std::string& rest);
bool command_maxdelay(Context& context, const std::string& rest);
bool command_maxdelayratio(Context& context, const std::string& rest);
bool command_maxdelaydevratio(Context& context, const std::string& rest);
bool command_offset(Context& context, const std::string& rest);
bool command_selectopts(Context& context, const std::string& rest);
// modify_add.cc
bool command_add(Context& context, const std::string& rest);
// modify_daemon.cc
bool command_makestep(Context& context, const std::string& rest);
bool command_maxupdateskew(Context& context, const std::string& rest);
bool command_reselectdist(Context& context, const std::string& rest);
bool command_dfreq(Context& context, const std::string& rest);
bool command_doffset(Context& context, const std::string& rest);
bool command_local(Context& context, const std::string& rest);
bool command_manual(Context& context, const std::string& rest);
bool command_smoothtime(Context& context, const std::string& rest);
bool command_reload(Context& context, const std::string& rest);
bool command_reset(Context& context, const std::string& rest);
bool command_settime(Context& context, const std::string& rest);
// modify_access.cc
bool command_allow(Context& context, const std::string& rest);
bool command_deny(Context& context, const std::string& rest);
bool command_cmdallow(Context& context, const std::string& rest);
bool command_cmddeny(Context& context, const std::string& rest);
bool command_accheck(Context& context, const std::string& rest);
bool command_cmdaccheck(Context& context, const std::string& rest);
// client_commands.cc
bool command_dns(Context& context, const std::string& rest);
bool command_timeout(Context& context, const std::string& rest);
bool command_retries(Context& context, const std::string& rest);
bool command_keygen(Context& context, const std::string& rest);
bool command_no_authentication(Context& context, const std::string& rest);
bool command_help(Context& context, const std::string& rest);
bool command_quit(Context& context, const std::string& rest);

}  // namespace tactus::cli

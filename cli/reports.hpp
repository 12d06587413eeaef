// SPDX-License-Identifier: Apache-2.0
// Report commands (client specification, section 6), and the names of sources (section 5).
#pragma once

#include <functional>

#include "context.hpp"

namespace tactus::cli {

bool report_sources(Context& context, const std::string& rest);
bool report_sourcestats(Context& context, const std::string& rest);
bool report_selectdata(Context& context, const std::string& rest);
bool report_authdata(Context& context, const std::string& rest);
bool report_tracking(Context& context, const std::string& rest);
bool report_ntpdata(Context& context, const std::string& rest);
bool report_activity(Context& context, const std::string& rest);
bool report_serverstats(Context& context, const std::string& rest);
bool report_smoothing(Context& context, const std::string& rest);
bool report_rtcdata(Context& context, const std::string& rest);
bool report_manual_list(Context& context, const std::string& rest);
bool report_clients(Context& context, const std::string& rest);
bool report_sourcename(Context& context, const std::string& rest);
bool wait_for_synchronisation(Context& context, const std::string& rest);

// The records of `clients`, by its options -p and -r; false when it failed.
bool each_client(Context& context, const std::string& rest,
                 const std::function<void(const cmdmon::ClientRecord&)>& use);

// Longest name from reverse resolution in a table; a longer one is cut and marked with `>`.
inline constexpr std::size_t table_name_width = 25;

// How a source is called in a report. refclock: it has no address but a reference id. Asks the daemon with -N.
// width: where a resolved name is cut; 0 nowhere.
std::string source_name(Context& context, const tactus_address& address, bool refclock, std::uint32_t refid,
                        std::size_t width);
// The same for what is no source: never from the configuration.
std::string host_name(Context& context, const tactus_address& address, std::size_t width);

// The reference id of an address (command protocol specification, section 5); 0 for what is no IP address.
std::uint32_t address_refid(const tactus_address& address);

// Options -a and -v of the table reports; other words are ignored.
struct TableOptions {
  bool all = false;
  bool verbose = false;
};
TableOptions table_options(const std::string& rest);

// N_SOURCES; false when it failed.
bool count_sources(Context& context, std::uint32_t& count);

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
// Which plugin declares a directive, and which package has the plugin.
#include "config/catalogue.hpp"

#include <algorithm>
#include <array>

#include "config/declarations.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

constexpr CatalogueEntry entries[] = {
    {"server", "ntp", "sources"},
    {"pool", "ntp", "sources"},
    {"peer", "ntp", "sources"},
    {"broadcast", "ntp", "server"},
    {"allow", "ntp", "server"},
    {"deny", "ntp", "server"},
    {"port", "ntp", "server"},
    {"bindaddress", "ntp", "server"},
    {"binddevice", "ntp", "server"},
    {"ratelimit", "ntp", "server"},
    {"clientloglimit", "ntp", "server"},
    {"noclientlog", "ntp", "server"},
    {"dscp", "ntp", "server"},
    {"acquisitionport", "ntp", "client"},
    {"bindacqaddress", "ntp", "client"},
    {"bindacqdevice", "ntp", "client"},
    {"refresh", "ntp", "client"},
    {"hwtstimeout", "ntp", "timestamping"},
    {"hwtimestamp", "udp", "timestamping"},
    {"maxtxbuffers", "udp", "timestamping"},
    {"ptpport", "netptp", "ptp"},
    {"ptpdomain", "netptp", "ptp"},
    {"keyfile", "symkey", "auth"},
    {"cmdport", "cmdmon", "control"},
    {"bindcmdaddress", "cmdmon", "control"},
    {"bindcmddevice", "cmdmon", "control"},
    {"cmdallow", "cmdmon", "control"},
    {"cmddeny", "cmdmon", "control"},
    {"cmdratelimit", "cmdmon", "control"},
    {"opencommands", "cmdmon", "control"},
    {"varlinksocket", "varlink", "control"},
    {"varlinkmode", "varlink", "control"},
    {"metricsaddress", "metrics", "control"},
    {"metricsport", "metrics", "control"},
    {"metricsallow", "metrics", "control"},
};

struct Package {
  std::string_view plugin;
  std::string_view package;
};

// What belongs to the daemon's own package is there whenever the daemon is; the others pull libraries or are rarely
// used.
constexpr Package packages[] = {
    {"ntp", "tactus"},
    {"udp", "tactus"},
    {"symkey", "tactus"},
    {"timex", "tactus"},
    {"null", "tactus"},
    {"cmdmon", "tactus"},
    {"shm", "tactus-refclocks"},
    {"sock", "tactus-refclocks"},
    {"pps", "tactus-refclocks"},
    {"phc", "tactus-refclocks"},
    {"rtc", "tactus-refclocks"},
    {"nts", "tactus-nts"},
    {"signd", "tactus-signd"},
    {"netptp", "tactus-netptp"},
    {"xdp", "tactus-xdp"},
    {"varlink", "tactus-varlink"},
    {"metrics", "tactus-metrics"},
    {"sim", "tactus-sim"},
};

}  // namespace

std::span<const CatalogueEntry> catalogue() { return entries; }

const CatalogueEntry* catalogue_find(std::string_view keyword) {
  const auto* found = std::find_if(std::begin(entries), std::end(entries),
                                   [&](const CatalogueEntry& entry) { return same_word(entry.keyword, keyword); });
  return found == std::end(entries) ? nullptr : found;
}

bool catalogue_has_group(std::string_view group) {
  return std::any_of(std::begin(entries), std::end(entries),
                     [&](const CatalogueEntry& entry) { return entry.group == group; });
}

std::string_view package_of_plugin(std::string_view plugin) {
  for (const Package& package : packages) {
    if (package.plugin == plugin) return package.package;
  }
  return {};
}

std::string plugin_of_driver(std::string_view driver) { return lower_case(driver); }

}  // namespace tactus::config

// SPDX-License-Identifier: Apache-2.0
// See leap_files.hpp.
#include "daemon/leap_files.hpp"

#include <cstdlib>

#include "loop/state_file.hpp"

namespace tactus {
namespace {

constexpr const char* zone_folder = "/usr/share/zoneinfo";
constexpr std::size_t max_file_bytes = 1U << 20;
constexpr std::int64_t reading_interval_s = 12 * 3600;

Bytes bytes_of(const std::string& text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

std::optional<std::string> zone_path(const std::string& folder, const std::string& zone) {
  const std::string inside = '/' + zone + '/';
  if (zone.empty() || zone.front() == '/' || inside.find("/../") != std::string::npos) return std::nullopt;
  return folder + '/' + zone;
}

std::unique_ptr<LeapFiles> LeapFiles::make(const config::Model& model, Logger& logger, std::int64_t now_s) {
  if (const std::string list = model.get_text("leapseclist"); !list.empty()) {
    std::unique_ptr<LeapFiles> files(new LeapFiles(list, true, logger));
    if (files->read(now_s)) {
      if (files->table_->plausible()) {
        logger.info("Using leap second list {}", list);
        return files;
      }
      logger.warning("Leap second list {} failed check, ignoring", list);
    }
  }
  if (const std::string zone = model.get_text("leapsectz"); !zone.empty()) {
    if (const auto path = zone_path(zone_folder, zone)) {
      std::unique_ptr<LeapFiles> files(new LeapFiles(*path, false, logger));
      if (files->read(now_s) && files->table_->plausible()) {
        logger.info("Using {} timezone to obtain leap second data", zone);
        return files;
      }
    }
    logger.warning("Timezone {} failed leap second check, ignoring", zone);
  }
  return nullptr;
}

bool LeapFiles::read(std::int64_t now_s) {
  read_s_ = now_s;
  const auto text = read_state(path_, max_file_bytes);
  if (!text) {
    if (list_) logger_.error("Failed to open leap seconds list {}", path_);
    return false;
  }
  auto table = list_ ? parse_leap_list(*text) : parse_leap_zone(bytes_of(*text));
  if (!table) {
    if (list_) logger_.error("Failed to parse leap seconds list {}", path_);
    logger_.debug("{}: {}", path_, table.failure().text);
    return false;
  }
  if (list_ && table->expired(now_s)) logger_.warning("Leap second list {} needs update", path_);
  table_ = std::move(*table);
  return true;
}

LeapInfo LeapFiles::at(std::int64_t unix_s) {
  if (std::abs(unix_s - read_s_) >= reading_interval_s) static_cast<void>(read(unix_s));
  return table_->at(unix_s);
}

}  // namespace tactus

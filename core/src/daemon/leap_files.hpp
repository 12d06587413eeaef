// SPDX-License-Identifier: Apache-2.0
// Where the table of leap seconds comes from: `leapseclist`, else the zone file of `leapsectz`. The rim of
// discipline/leap_table.hpp. Configuration specification, section 12.9.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "config/model.hpp"
#include "discipline/leap_table.hpp"
#include "log/logger.hpp"

namespace tactus {

class LeapFiles {
 public:
  // Reads and checks what is configured and says in the log what is used; nothing when there is nothing of use. now:
  // Unix time. The logger outlives it.
  static std::unique_ptr<LeapFiles> make(const config::Model& model, Logger& logger, std::int64_t now_s);

  // The file is read again when its last reading was 12 hours away; when it cannot be used any more, the table that was
  // read before stays.
  LeapInfo at(std::int64_t unix_s);

 private:
  LeapFiles(std::string path, bool list, Logger& logger) : path_(std::move(path)), list_(list), logger_(logger) {}
  bool read(std::int64_t now_s);

  std::string path_;
  bool list_;  // a leap second list, else a zone file
  Logger& logger_;
  std::optional<LeapTable> table_;
  std::int64_t read_s_ = 0;
};

// The file of a time zone below a folder of zone files; nothing when the name leads out of it.
std::optional<std::string> zone_path(const std::string& folder, const std::string& zone);

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// The statistic log files (log, logdir, logbanner): opened at the first entry, a banner of three lines every N entries,
// each line written at once, closed by cyclelogs and opened anew. Configuration specification, section 13.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/logger.hpp"

namespace tactus {

class StatLogs {
 public:
  // The logger is not owned.
  explicit StatLogs(Logger& logger);
  ~StatLogs();
  StatLogs(const StatLogs&) = delete;
  StatLogs& operator=(const StatLogs&) = delete;

  // directory: `logdir`, empty when there is none. banner_every: `logbanner`, entries between banners, 0 for none.
  // May be called again (reload): files of another directory are opened anew.
  void configure(std::string directory, std::uint32_t banner_every);
  // Switches a log of the `log` directive on. "rawmeasurements" and "measurements" share measurements.log.
  void enable(std::string_view name);
  void disable_all();
  [[nodiscard]] bool enabled(std::string_view name) const;

  // Handle of an enabled log, -1 when it is not enabled. heading: the middle line of the banner, without newline. Opens
  // no file. A log that is asked for twice gives the same handle.
  int open(std::string_view name, std::string_view heading);
  // Appends one entry; the newline is added. A handle of -1 or one of a disabled log writes nothing. The first failure
  // to open or write is logged, then the log is silent until cycle().
  void write(int handle, std::string_view line);
  // Closes all files; each is opened anew, with a banner, at its next entry.
  void cycle();

 private:
  struct File;
  bool open_file(File& file);
  bool append(File& file, std::string_view text);

  Logger& logger_;
  std::string directory_;
  std::uint32_t banner_every_ = 32;
  std::vector<std::string> enabled_;
  std::vector<std::unique_ptr<File>> files_;
};

}  // namespace tactus

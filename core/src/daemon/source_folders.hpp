// SPDX-License-Identifier: Apache-2.0
// Sources that come from the *.sources files of `sourcedir` and change while the daemon runs: what vanished is removed,
// then what is new is added; the rest keeps its state. Configuration specification, section 2.3.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/loader.hpp"
#include "config/model.hpp"
#include "log/logger.hpp"

namespace tactus {

// Two lines that configure the same: directive and all values.
bool same_configuration(const tactus_record& a, const tactus_record& b);

class SourceFolders {
 public:
  using Change = std::function<Result<void>(const tactus_record*)>;
  // model and logger outlive it. add and remove: hand a record to the provider of its directive.
  SourceFolders(const config::Model& model, Logger& logger, Change add, Change remove);

  // Reads the folders and brings the sources in line. A source that cannot be added is reported once per reason and
  // tried again at each call.
  void reload();

 private:
  struct Entry {
    config::RecordPtr record;
    bool added = false;
    tactus_status failure = TACTUS_OK;  // of the last attempt
  };
  void try_add(Entry& entry);

  const config::Model& model_;
  Logger& logger_;
  Change add_;
  Change remove_;
  std::vector<Entry> entries_;
};

}  // namespace tactus

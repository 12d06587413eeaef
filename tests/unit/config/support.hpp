// SPDX-License-Identifier: Apache-2.0
// What the configuration's tests share: a registry with the declarations of all plugins, a folder of its own, a
// resolver that knows two names.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "config/loader.hpp"
#include "plugins/cmdmon/options.hpp"
#include "plugins/metrics/options.hpp"
#include "plugins/netptp/options.hpp"
#include "plugins/ntp/options.hpp"
#include "plugins/phc/options.hpp"
#include "plugins/shm/options.hpp"
#include "plugins/sock/options.hpp"
#include "plugins/symkey/options.hpp"
#include "plugins/udp/options.hpp"
#include "plugins/varlink/options.hpp"

namespace tactus::config {

struct PluginTable {
  const char* owner;
  std::span<const tactus_directive> directives;
};
inline std::vector<PluginTable> plugin_tables() {
  return {{"ntp", ntp::directives()},       {"cmdmon", cmdmon::directives()},   {"symkey", symkey::directives()},
          {"netptp", netptp::directives()}, {"udp", udp::directives()},         {"shm", shm::directives()},
          {"sock", sock::directives()},     {"varlink", varlink::directives()}, {"metrics", metrics::directives()},
          {"phc", phc::directives()}};
}

inline void add_plugin(Declarations& declarations, const PluginTable& table) {
  for (const tactus_directive& directive : table.directives) {
    const auto added = declarations.add(&directive, table.owner);
    TACTUS_ASSERT(added.ok());
  }
}
inline void add_plugins(Declarations& declarations) {
  for (const PluginTable& table : plugin_tables()) add_plugin(declarations, table);
}

// "localhost" is 127.0.0.1, and the number forms that the system's resolver takes in the vectors.
inline std::optional<tactus_address> test_resolve(const std::string& name) {
  if (name == "localhost") return parse_address("127.0.0.1");
  if (name == "01.2.3.4") return parse_address("1.2.3.4");
  if (name == "0x0a") return parse_address("0.0.0.10");
  return std::nullopt;
}

// A folder that vanishes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "tactus-config-XXXXXX").string();
    TACTUS_ASSERT(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string path(const std::string& name = "") const {
    return name.empty() ? path_ : path_ + "/" + name;
  }
  std::string write(const std::string& name, const std::string& content) const {
    const std::string file = path(name);
    std::filesystem::create_directories(std::filesystem::path{file}.parent_path());
    std::ofstream{file, std::ios::binary} << content;
    return file;
  }

 private:
  std::string path_;
};

// A configuration that is read with all declarations.
struct World {
  World() { add_plugins(declarations); }

  LoadOptions options() {
    LoadOptions out;
    out.stop_at_first = false;
    out.resolve = test_resolve;
    out.module_directory = TACTUS_TEST_BUILD "/lib";
    return out;
  }
  // Text of the file "name"; its extension says what it is.
  bool read(std::string_view text, const std::string& name = "test.conf") {
    Loader loader{declarations, model, options()};
    const bool good = loader.read_text(text, name);
    problems.assign(loader.problems().begin(), loader.problems().end());
    warnings.assign(loader.warnings().begin(), loader.warnings().end());
    return good;
  }
  bool yaml(std::string_view text) { return read(text, "test.yaml"); }

  // The records as lines of chrony.conf.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    for (const tactus_record* record : model.records()) out.push_back(to_chrony_line(*record));
    return out;
  }

  Declarations declarations;
  Model model{&declarations};
  std::vector<Problem> problems;
  std::vector<Problem> warnings;
};

}  // namespace tactus::config

// SPDX-License-Identifier: Apache-2.0
// Reads a configuration into a Model: chrony.conf files, YAML files, and lines from the command line; each may include
// the other (configuration specification, sections 1 to 3; DESIGN.md, Configuration). All errors of a run are
// collected.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/model.hpp"

namespace tactus::config {

struct CatalogueEntry;

// An error or warning about the configuration.
struct Problem {
  std::string text;   // complete; for chrony.conf exactly chrony's text with " at line N in file PATH"
  std::string hint;   // what would help, in words of its own: "did you mean 'server'?"; may be empty
  std::string file;   // "" for the command line
  unsigned line = 0;  // 0: concerns the file as a whole
};

struct LoadOptions {
  bool stop_at_first = true;  // as chronyd does; false: collect every error
  bool restart = false;       // -R: `initstepslew` is not even parsed
  // -p: receives each directive line, words separated by one space, before it is parsed. `include` and `confdir` lines
  // are not given, their content is. Empty: no printing.
  std::function<void(std::string_view line)> print;
  // A keyword that no declaration knows. `entry` says which plugin declares it (nullptr: nobody known). The host loads
  // the plugin, adds its declarations and returns true; then the keyword is looked up again.
  std::function<bool(std::string_view keyword, const CatalogueEntry* entry)> on_unknown;
  // YAML only: the driver of a reference clock, before its keys are looked at; the host may load it and add its
  // options.
  std::function<void(std::string_view driver)> on_driver;
  Resolve resolve = resolve_with_system;
  // Where tactus-yaml.so is; empty: the installed place.
  std::string module_directory;
};

class Loader {
 public:
  Loader(const Declarations& declarations, Model& model, LoadOptions options)
      : declarations_(declarations), model_(model), options_(std::move(options)) {}

  // .yaml and .yml are YAML, anything else chrony.conf. A main file in YAML that does not say which estimator is wanted
  // has `discipline adaptive`, at line 0. False when there was an error; see problems().
  bool read_file(const std::string& path);
  // Each argument is one line of chrony.conf; errors say "at line N" with N from 1.
  bool read_arguments(std::span<const std::string> lines);
  // One line of chrony.conf, e.g. from tests; the file name is only used in messages.
  bool read_text(std::string_view text, const std::string& file);

  [[nodiscard]] std::span<const Problem> problems() const { return problems_; }
  [[nodiscard]] std::span<const Problem> warnings() const { return warnings_; }

 private:
  friend class ChronyReader;
  friend class YamlReader;

  bool read_content(const std::string& path, std::string_view content);
  // False when nothing more can be read.
  bool read_one(const std::string& path, std::string_view from_file, unsigned from_line);
  void include(const tactus_record& record);
  void add_yaml_defaults(const std::string& path);
  void confdir(const tactus_record& record);
  // Acts on `include` and `confdir`, keeps everything else. `name` as written, for the warning.
  void accept(RecordPtr record, std::string_view name);
  void fail(std::string_view text, std::string_view file, unsigned line, std::string hint = "");
  void fail_unplaced(std::string text, std::string_view file, unsigned line, std::string hint = "");
  void fail_unknown(std::string_view name, std::string_view file, unsigned line);
  // chrony's warnings have no position in their text, Tactus' own have one.
  void warn(std::string text, std::string_view file, unsigned line);
  void warn_here(std::string_view text, std::string_view file, unsigned line);
  [[nodiscard]] bool stopped() const { return options_.stop_at_first && !problems_.empty(); }
  const tactus_directive* declared(std::string_view keyword);  // asks on_unknown

  const Declarations& declarations_;
  Model& model_;
  LoadOptions options_;
  std::vector<Problem> problems_;
  std::vector<Problem> warnings_;
  int level_ = 0;
};

// One chrony.conf line against all declarations, for what comes while running (config_parse of host.h). The error has
// chrony's text without position. TACTUS_E_INVALID.
Result<RecordPtr> parse_line(const Declarations& declarations, std::string_view line,
                             const Resolve& resolve = resolve_with_system);

// The server, pool and peer lines of the *.sources files of the `sourcedir` directives (section 2.3). Bad lines are
// skipped and listed in *warnings (may be nullptr). Read again at every call.
std::vector<RecordPtr> read_source_directories(const Model& model, std::vector<Problem>* warnings);

}  // namespace tactus::config

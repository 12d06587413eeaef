// SPDX-License-Identifier: Apache-2.0
// Reads a configuration into a Model: which reader a file gets, included files, and the collected errors.
#include "config/loader.hpp"

#include "config/catalogue.hpp"
#include "config/chrony_line.hpp"
#include "config/chrony_reader.hpp"
#include "config/files.hpp"
#include "config/words.hpp"
#include "config/yaml_reader.hpp"

namespace tactus::config {

namespace {

// Files that may include each other, the main file counted (section 2.1).
constexpr int deepest_level = 10;
// Errors beyond this are not collected: a file with more is no configuration.
constexpr std::size_t most_problems = 1000;

}  // namespace

bool Loader::read_content(const std::string& path, std::string_view content) {
  if (is_yaml_path(path)) {
    YamlReader{*this}.read(content, path);
  } else {
    ChronyReader{*this}.read(content, path);
  }
  return !stopped();
}

bool Loader::read_one(const std::string& path, std::string_view from_file, unsigned from_line) {
  if (level_ >= deepest_level) {
    fail_unplaced("Maximum include level reached", from_file, from_line, "does a file include itself?");
    return false;
  }
  const auto content = read_whole_file(path);
  if (!content) {
    fail_unplaced(fmt::format("Could not open {} : {}", path, content.failure().text), from_file, from_line);
    return !stopped();
  }
  ++level_;
  const bool go_on = read_content(path, *content);
  --level_;
  return go_on;
}

bool Loader::read_file(const std::string& path) {
  const std::size_t before = problems_.size();
  read_one(path, path, 0);
  if (level_ == 0 && is_yaml_path(path) && problems_.size() == before) add_yaml_defaults(path);
  return problems_.size() == before;
}

// What a chrony.conf leaves out means what it means to chrony; a YAML file has no such past.
void Loader::add_yaml_defaults(const std::string& path) {
  constexpr std::string_view keyword = "discipline";
  const tactus_directive* directive = declarations_.find(keyword);
  if (directive == nullptr || model_.has(keyword)) return;
  LineResult result = parse_directive_line(*directive, keyword, "adaptive", path, 0, options_.resolve);
  TACTUS_ASSERT(result.error.empty());
  model_.add(std::move(result.record));
}

bool Loader::read_arguments(std::span<const std::string> lines) {
  const std::size_t before = problems_.size();
  unsigned line = 0;
  for (const std::string& text : lines) {
    if (stopped()) break;
    ChronyReader{*this}.read_line(text, "", ++line);
  }
  return problems_.size() == before;
}

bool Loader::read_text(std::string_view text, const std::string& file) {
  const std::size_t before = problems_.size();
  ++level_;
  read_content(file, text);
  --level_;
  return problems_.size() == before;
}

void Loader::include(const tactus_record& record) {
  const auto paths = files_matching(record.values[0].text);
  if (!paths) {
    fail_unplaced(paths.failure().text, record.file, record.line);
    return;
  }
  for (const std::string& path : *paths) {
    if (!read_one(path, record.file, record.line)) return;
  }
}

void Loader::confdir(const tactus_record& record) {
  const std::vector<std::string> directories(record.values[0].words, record.values[0].words + record.values[0].count);
  for (const std::string& path : files_in_directories(directories, ".conf")) {
    if (!read_one(path, record.file, record.line)) return;
  }
}

void Loader::accept(RecordPtr record, std::string_view name) {
  const tactus_directive& directive = record->directive();
  const tactus_record* kept = record->get();
  if (std::string_view{directive.keyword} == "include") return include(*kept);
  if (std::string_view{directive.keyword} == "confdir") return confdir(*kept);
  if ((flags_of(directive) & TACTUS_DIRECTIVE_LATER) != 0) {
    warn_here(fmt::format("{} directive is not in effect in this version", name), kept->file, kept->line);
  }
  model_.add(std::move(record));
}

void Loader::fail(std::string_view text, std::string_view file, unsigned line, std::string hint) {
  fail_unplaced(std::string{text} + position(file, line), file, line, std::move(hint));
}

void Loader::fail_unplaced(std::string text, std::string_view file, unsigned line, std::string hint) {
  if (problems_.size() < most_problems) {
    problems_.push_back(Problem{std::move(text), std::move(hint), std::string{file}, line});
  }
}

void Loader::fail_unknown(std::string_view name, std::string_view file, unsigned line) {
  if (const CatalogueEntry* entry = catalogue_find(name)) {
    fail(fmt::format("The {} directive needs the plugin {} of the package {}, which is not installed", name,
                     entry->plugin, package_of_plugin(entry->plugin)),
         file, line, fmt::format("install {} or remove the line", package_of_plugin(entry->plugin)));
    return;
  }
  const std::string near = problems_.size() < most_problems ? declarations_.nearest_keyword(name) : "";
  fail(fmt::format("Invalid directive {}", name), file, line,
       near.empty() ? "" : fmt::format("did you mean '{}'?", near));
}

void Loader::warn(std::string text, std::string_view file, unsigned line) {
  if (warnings_.size() < most_problems) {
    warnings_.push_back(Problem{std::move(text), "", std::string{file}, line});
  }
}

void Loader::warn_here(std::string_view text, std::string_view file, unsigned line) {
  warn(std::string{text} + position(file, line), file, line);
}

const tactus_directive* Loader::declared(std::string_view keyword) {
  if (const tactus_directive* known = declarations_.find(keyword)) return known;
  if (!options_.on_unknown || !options_.on_unknown(keyword, catalogue_find(keyword))) return nullptr;
  return declarations_.find(keyword);
}

Result<RecordPtr> parse_line(const Declarations& declarations, std::string_view line, const Resolve& resolve) {
  if (line.size() > longest_line + 1) return error_status(TACTUS_E_INVALID, "String too long");
  const std::string words = normalised(line.substr(0, line.find('\0')));
  const std::string_view name = first_word(words);
  const tactus_directive* directive = declarations.find(name);
  constexpr std::uint32_t without_record =
      TACTUS_DIRECTIVE_OBSOLETE | TACTUS_DIRECTIVE_IGNORED | TACTUS_DIRECTIVE_YAML_ONLY;
  if (directive == nullptr || (flags_of(*directive) & without_record) != 0) {
    return error_status(TACTUS_E_INVALID, "Invalid directive {}", name);
  }
  LineResult result =
      parse_directive_line(*directive, name, skip_space(std::string_view{words}.substr(name.size())), "", 0, resolve);
  if (!result.error.empty()) return error_status(TACTUS_E_INVALID, "{}", result.error);
  return std::move(result.record);
}

}  // namespace tactus::config

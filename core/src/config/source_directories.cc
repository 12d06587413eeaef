// SPDX-License-Identifier: Apache-2.0
// The *.sources files of the `sourcedir` directives (configuration specification, section 2.3): their errors never end
// the daemon, a bad line is skipped with a warning.
#include "config/chrony_line.hpp"
#include "config/chrony_reader.hpp"
#include "config/files.hpp"
#include "config/loader.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

// A directive with more directories, or with none, reads nothing.
constexpr std::uint32_t most_directories = 10;

class SourceFileReader {
 public:
  SourceFileReader(const Declarations& declarations, std::vector<Problem>* warnings)
      : declarations_(declarations), warnings_(warnings) {}

  void read(const std::string& path) {
    const auto content = read_whole_file(path);
    if (!content) {
      warn(path, 0, fmt::format("Could not open {} : {}", path, content.failure().text), "");
      return;
    }
    std::string_view rest = *content;
    for (unsigned line = 1; !rest.empty(); ++line) {
      const std::size_t newline = rest.find('\n');
      if (newline == std::string_view::npos || newline > longest_line) {
        const char* why = newline == std::string_view::npos ? "the last line has no newline" : "the line is too long";
        warn(path, line, fmt::format("Ignored the rest of {} from line {}", path, line), why);
        return;
      }
      read_line(rest.substr(0, newline), path, line);
      rest.remove_prefix(newline + 1);
    }
  }

  std::vector<RecordPtr> take() { return std::move(records_); }

 private:
  void read_line(std::string_view text, const std::string& path, unsigned line) {
    const std::string words = normalised(text.substr(0, text.find('\0')));
    if (words.empty() || std::string_view{"!;#%"}.find(words.front()) != std::string_view::npos) return;
    const std::string_view name = first_word(words);
    const tactus_directive* directive = declarations_.find(name);
    const bool source =
        directive != nullptr && (same_word(name, "server") || same_word(name, "pool") || same_word(name, "peer"));
    if (!source) {
      warn(path, line, fmt::format("Ignored {} directive{}", name, position(path, line)),
           "such a file may have server, pool and peer lines");
      return;
    }
    LineResult result = parse_directive_line(*directive, name, skip_space(std::string_view{words}.substr(name.size())),
                                             path, line, resolve_with_system);
    if (!result.error.empty()) {
      warn(path, line, result.error + position(path, line), result.hint);
      return;
    }
    records_.push_back(std::move(result.record));
  }

  void warn(const std::string& path, unsigned line, std::string text, std::string hint) {
    if (warnings_ != nullptr) warnings_->push_back(Problem{std::move(text), std::move(hint), path, line});
  }

  const Declarations& declarations_;
  std::vector<Problem>* warnings_;
  std::vector<RecordPtr> records_;
};

}  // namespace

std::vector<RecordPtr> read_source_directories(const Model& model, std::vector<Problem>* warnings) {
  SourceFileReader reader{model.declarations(), warnings};
  for (const tactus_record* record : model.all("sourcedir")) {
    const tactus_value& value = record->values[0];
    if (value.count > most_directories) {
      if (warnings != nullptr) {
        warnings->push_back(Problem{fmt::format("Ignored sourcedir directive{}", position(record->file, record->line)),
                                    "it may name 10 directories", record->file, record->line});
      }
      continue;
    }
    const std::vector<std::string> directories(value.words, value.words + value.count);
    for (const std::string& path : files_in_directories(directories, ".sources")) reader.read(path);
  }
  return reader.take();
}

}  // namespace tactus::config

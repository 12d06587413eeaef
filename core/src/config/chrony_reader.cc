// SPDX-License-Identifier: Apache-2.0
// Reader of chrony.conf (configuration specification, sections 1.2 and 2).
#include "config/chrony_reader.hpp"

#include "config/chrony_line.hpp"
#include "config/declarations.hpp"
#include "config/words.hpp"

namespace tactus::config {

namespace {

bool is_comment(std::string_view text) {
  return text.front() == '!' || text.front() == ';' || text.front() == '#' || text.front() == '%';
}

}  // namespace

void ChronyReader::read(std::string_view content, const std::string& file) {
  unsigned line = 0;
  while (!content.empty() && !loader_.stopped()) {
    ++line;
    const std::size_t newline = content.find('\n');
    const bool ended = newline != std::string_view::npos;
    const std::string_view text = content.substr(0, newline);
    content.remove_prefix(ended ? newline + 1 : content.size());
    if (text.size() > longest_line + (ended ? 0 : 1)) {
      loader_.fail("String too long", file, line, "a line may have 2046 bytes");
      continue;
    }
    read_line(text, file, line);
  }
}

void ChronyReader::read_line(std::string_view text, const std::string& file, unsigned line) {
  if (text.size() > longest_line + 1) {
    loader_.fail("String too long", file, line, "a line may have 2046 bytes");
    return;
  }
  const std::string words = normalised(text.substr(0, text.find('\0')));
  if (words.empty() || is_comment(words)) return;
  const std::string_view name = first_word(words);
  const std::string_view rest = skip_space(std::string_view{words}.substr(name.size()));

  const bool pulls_in = same_word(name, "include") || same_word(name, "confdir");
  if (loader_.options_.print && !pulls_in) loader_.options_.print(words);
  if (loader_.options_.restart && same_word(name, "initstepslew")) return;

  const tactus_directive* directive = loader_.declared(name);
  if (directive == nullptr || (flags_of(*directive) & TACTUS_DIRECTIVE_YAML_ONLY) != 0) {
    loader_.fail_unknown(name, file, line);
    return;
  }
  const std::uint32_t flags = flags_of(*directive);
  if ((flags & TACTUS_DIRECTIVE_OBSOLETE) != 0) {
    loader_.warn(fmt::format("{} directive is no longer supported", name), file, line);
    return;
  }
  if ((flags & TACTUS_DIRECTIVE_IGNORED) != 0) return;

  LineResult result = parse_directive_line(*directive, name, rest, file, line, loader_.options_.resolve);
  for (const std::string& warning : result.warnings) loader_.warn(warning, file, line);
  if (!result.error.empty()) {
    loader_.fail(result.error, file, line, std::move(result.hint));
    return;
  }
  loader_.accept(std::move(result.record), name);
}

}  // namespace tactus::config

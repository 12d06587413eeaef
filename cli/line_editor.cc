// SPDX-License-Identifier: Apache-2.0
#include "line_editor.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

#include <editline/readline.h>

#include "context.hpp"

namespace tactus::cli {

namespace {

// The names under which distributions have the same interface.
constexpr const char* libraries[] = {"libedit.so.2", "libedit.so.0", "libedit.so"};

// What is used of the library. It has one editor per process, with global variables of its own, and its callbacks have
// no user pointer; so this is the one place of tctl with state outside objects.
struct Library {
  decltype(&::readline) readline = nullptr;
  decltype(&::add_history) add_history = nullptr;
  decltype(&::rl_completion_matches) matches = nullptr;
  decltype(&::rl_line_buffer) line_buffer = nullptr;
  decltype(&::rl_point) point = nullptr;
  decltype(&::rl_attempted_completion_over) completion_over = nullptr;
  LineEditor::Completions completions = nullptr;
};
Library editor;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables): see above

template <class Pointer>
bool find(void* handle, const char* name, Pointer& out) {
  out = reinterpret_cast<Pointer>(::dlsym(handle, name));
  return out != nullptr;
}

// Whole words of `candidates` that begin with `start`; libedit asks for the n-th of them.
char* nth_candidate(const std::string& candidates, const char* start, int n) {
  std::string rest = candidates;
  while (!rest.empty()) {
    const std::string word = take_word(rest);
    if (word.starts_with(start) && n-- == 0) return ::strdup(word.c_str());
  }
  return nullptr;
}

char* generate(const char* start, int state) {
  const std::string line(*editor.line_buffer, static_cast<std::size_t>(*editor.point));
  const std::size_t length = std::min(std::strlen(start), line.size());
  return nth_candidate(editor.completions(std::string_view(line).substr(0, line.size() - length)), start, state);
}

char** complete(const char* text, int, int) {
  *editor.completion_over = 1;  // never file names
  return editor.matches(text, &generate);
}

}  // namespace

bool LineEditor::load(Completions completions) {
  void* handle = nullptr;
  for (const char* library : libraries) {
    if (handle == nullptr) handle = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == nullptr) return false;
  static char separators[] = " \t\r\n";
  decltype(&::rl_basic_word_break_characters) word_breaks = nullptr;
  decltype(&::rl_attempted_completion_function) completion_function = nullptr;
  if (!find(handle, "readline", editor.readline) || !find(handle, "add_history", editor.add_history) ||
      !find(handle, "rl_completion_matches", editor.matches) || !find(handle, "rl_line_buffer", editor.line_buffer) ||
      !find(handle, "rl_point", editor.point) ||
      !find(handle, "rl_attempted_completion_over", editor.completion_over) ||
      !find(handle, "rl_basic_word_break_characters", word_breaks) ||
      !find(handle, "rl_attempted_completion_function", completion_function)) {
    return false;
  }
  *word_breaks = separators;
  *completion_function = &complete;
  editor.completions = completions;
  return true;
}

std::optional<std::string> LineEditor::read(const std::string& prompt) {
  char* line = editor.readline(prompt.c_str());
  if (line == nullptr) return std::nullopt;
  std::string out(line);
  std::free(line);
  if (!normalize(out).empty()) editor.add_history(out.c_str());
  return out;
}

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
// What stdout is.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "terminal_text.hpp"

namespace tactus::cli {

namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// The locale's character set, without setlocale(): reports are in the C locale always.
bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    if (!is_set(name)) continue;
    const char* value = std::getenv(name);
    return ::strcasestr(value, "utf-8") != nullptr || ::strcasestr(value, "utf8") != nullptr;
  }
  return false;
}

}  // namespace

TerminalState look_at_terminal() {
  TerminalState out;
  out.terminal = ::isatty(STDOUT_FILENO) != 0;
  const char* type = std::getenv("TERM");
  const bool dumb = type == nullptr || std::strcmp(type, "dumb") == 0 || *type == '\0';
  out.colour = out.terminal && !dumb && !is_set("NO_COLOR");
  out.unicode = locale_is_utf8();
  winsize size{};
  if (out.terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
    if (size.ws_col > 0) out.columns = size.ws_col;
    if (size.ws_row > 0) out.rows = size.ws_row;
  }
  return out;
}

}  // namespace tactus::cli

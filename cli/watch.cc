// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <poll.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction is POSIX
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>

#include "clock_view.hpp"
#include "signals.hpp"
#include "terminal_text.hpp"
#include "watch_screen.hpp"

namespace tactus::cli {

namespace {

constexpr double usual_interval_s = 1.0;
constexpr double shortest_interval_s = 0.1;
constexpr double longest_interval_s = 3600.0;
constexpr char control_c = '\x03';

// Written by signal handlers.
volatile sig_atomic_t resized = 0;    // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
volatile sig_atomic_t suspended = 0;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool write_whole(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The terminal as long as the screen is shown; as it was before afterwards, whatever happens.
class ScreenTerminal {
 public:
  ScreenTerminal() {
    valid_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    enter();
  }
  ScreenTerminal(const ScreenTerminal&) = delete;
  ScreenTerminal& operator=(const ScreenTerminal&) = delete;
  ~ScreenTerminal() { leave(); }

  void enter() {
    if (valid_) {
      termios raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      raw.c_cc[VMIN] = 0;
      raw.c_cc[VTIME] = 0;
      (void)::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    write_whole("\x1b[?1049h\x1b[?25l\x1b[2J");
  }
  void leave() {
    write_whole("\x1b[?25h\x1b[?1049l");
    if (valid_) (void)::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }

 private:
  termios before_{};
  bool valid_ = false;
};

// Window changes and Ctrl-Z are taken notice of while waiting only.
class WatchSignals {
 public:
  WatchSignals() {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGWINCH);
    sigaddset(&mask, SIGTSTP);
    ::sigprocmask(SIG_BLOCK, &mask, &before_);
    struct sigaction action {};
    action.sa_handler = [](int signal) { (signal == SIGWINCH ? resized : suspended) = 1; };
    ::sigaction(SIGWINCH, &action, &winch_before_);
    ::sigaction(SIGTSTP, &action, &stop_before_);
  }
  WatchSignals(const WatchSignals&) = delete;
  WatchSignals& operator=(const WatchSignals&) = delete;
  ~WatchSignals() {
    ::sigaction(SIGWINCH, &winch_before_, nullptr);
    ::sigaction(SIGTSTP, &stop_before_, nullptr);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
  }
  // Waits for a key; false when the time is over or a signal came.
  bool wait_for_key(double seconds) const {
    pollfd entry{STDIN_FILENO, POLLIN, 0};
    timespec timeout{};
    timeout.tv_sec = static_cast<time_t>(seconds);
    timeout.tv_nsec = static_cast<long>((seconds - std::floor(seconds)) * 1e9);
    return ::ppoll(&entry, 1, &timeout, &before_) > 0;
  }

 private:
  sigset_t before_{};
  struct sigaction winch_before_ {};
  struct sigaction stop_before_ {};
};

bool show(const WatchScreen& screen) {
  const TerminalState terminal = look_at_terminal();
  std::string out = "\x1b[H";
  const auto lines = screen.draw({terminal.columns, terminal.rows, terminal.colour, terminal.unicode});
  for (std::size_t i = 0; i < lines.size(); ++i) out += (i > 0 ? "\r\n" : "") + lines[i] + "\x1b[K";
  return write_whole(out + "\x1b[J");
}

enum class Key : unsigned char { none, quit, hung_up };

Key read_key() {
  char keys[64];
  const ssize_t count = ::read(STDIN_FILENO, keys, sizeof keys);
  if (count < 0) return errno == EINTR || errno == EAGAIN ? Key::none : Key::hung_up;
  if (count == 0) return Key::hung_up;
  for (ssize_t i = 0; i < count; ++i) {
    if (keys[i] == 'q' || keys[i] == 'Q' || keys[i] == control_c) return Key::quit;
  }
  return Key::none;
}

void suspend(ScreenTerminal& terminal) {
  terminal.leave();
  (void)::raise(SIGSTOP);
  suspended = 0;
  terminal.enter();
}

// Until a key, a signal or the end of the terminal. Waits `interval_s` between updates, by the monotonic clock.
void follow(Context& context, WatchScreen& screen, double interval_s) {
  Channel& channel = context.session.channel();
  const WatchSignals signals;
  ScreenTerminal terminal;
  const auto monotonic_s = [] {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  for (double next_s = monotonic_s();;) {
    if (const double now_s = monotonic_s(); now_s >= next_s) {
      const auto mark = context.output.mark();
      ClockView view;
      if (read_clock_view(context, Detail::screen, view)) {
        screen.update(view);
      } else {
        screen.lost(std::llround(channel.now_s() * 1e9));
      }
      context.output.rewind(mark);
      next_s = std::max(next_s + interval_s, now_s);
    }
    if (signal_received() || !show(screen)) return;
    const bool key = signals.wait_for_key(std::max(0.0, next_s - monotonic_s()));
    if (signal_received()) return;
    if (suspended != 0) suspend(terminal);
    resized = 0;
    if (!key) continue;
    if (read_key() != Key::none) return;
  }
}

}  // namespace

bool command_watch(Context& context, const std::string& rest) {
  double interval_s = usual_interval_s;
  if (!rest.empty()) {
    char* end = nullptr;
    interval_s = std::strtod(rest.c_str(), &end);
    if (*end != '\0' || !(interval_s >= shortest_interval_s && interval_s <= longest_interval_s)) {
      context.output.complain("Invalid syntax for watch command: watch [SECONDS], {} to {:g}", shortest_interval_s,
                              longest_interval_s);
      return false;
    }
  }
  if (context.settings.json || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDOUT_FILENO) == 0) {
    context.output.complain("watch needs a terminal: tctl explain and tctl --json tracking do without");
    return false;
  }
  // One look before the screen is taken: without a daemon the reason stays readable.
  ClockView view;
  if (!read_clock_view(context, Detail::screen, view)) return false;
  context.output.flush();
  WatchScreen screen(interval_s);
  screen.update(view);
  context.session.set_advice({});
  const int retries = context.session.retries();
  context.session.set_retries(0);  // the next look is soon anyway, and keys shall not wait
  follow(context, screen, interval_s);
  context.session.set_retries(retries);
  return true;
}

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
// A signal handler that only makes system calls: it prints a message that was prepared before and lets the signal have
// its usual end (a core file where those are kept).
#include "host/crash_guard.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>

#include <fmt/core.h>

namespace tactus {

namespace {

constexpr std::array caught = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
constexpr std::size_t stack_bytes = 65536;

// A signal handler finds what it needs in no other way: what is guarded now, nullptr outside. Written with the handlers
// not installed, read in the handler.
struct Message {
  std::array<char, 256> text;
  std::size_t number_at;  // where the two digits of the signal go
  std::size_t length;
  bool to_system_log;
};
Message* guarded_now = nullptr;

void send_to_system_log(const Message& message) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, "/dev/log", sizeof "/dev/log");
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM, 0);
  if (fd < 0) return;
  // 26: facility daemon, severity critical (RFC 5424 section 6.2.1).
  std::array<char, 300> packet{};
  std::memcpy(packet.data(), "<26>", 4);
  std::memcpy(packet.data() + 4, message.text.data(), message.length);
  ::sendto(fd, packet.data(), message.length + 4, MSG_DONTWAIT, reinterpret_cast<const sockaddr*>(&address),
           sizeof address);
  ::close(fd);
}

extern "C" void report_crash(int number) {
  if (Message* message = guarded_now) {
    message->text[message->number_at] = static_cast<char>('0' + number / 10 % 10);
    message->text[message->number_at + 1] = static_cast<char>('0' + number % 10);
    if (message->to_system_log) {
      send_to_system_log(*message);
    } else if (::write(2, message->text.data(), message->length) < 0) {
      send_to_system_log(*message);
    }
  }
  // Comes again after this handler has returned, with the usual effect.
  std::signal(number, SIG_DFL);
  ::raise(number);
}

// Whether what is written to stderr reaches nobody.
bool stderr_is_lost() {
  struct stat status {};
  if (::fstat(2, &status) != 0) return true;
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
}

}  // namespace

struct CrashGuard::Saved {
  Message message;
  std::array<struct sigaction, caught.size()> actions;
  stack_t stack;
  std::unique_ptr<char[]> memory;
};

CrashGuard::CrashGuard(std::string_view plugin, std::string_view what) {
  if (guarded_now != nullptr) return;
  saved_ = std::make_unique<Saved>();
  constexpr std::string_view digits = "00";
  const std::string before = fmt::format("Fatal error : Plugin {} crashed in {} (signal ", plugin, what);
  const std::string text = fmt::format("{}{})\n", before, digits);
  Message& message = saved_->message;
  message.length = std::min(text.size(), message.text.size());
  message.number_at = std::min(before.size(), message.text.size() - digits.size());
  std::memcpy(message.text.data(), text.data(), message.length);
  message.to_system_log = stderr_is_lost();
  guarded_now = &message;
  // A stack of its own: the crash may be an overflow.
  saved_->memory = std::make_unique<char[]>(stack_bytes);
  stack_t stack{};
  stack.ss_sp = saved_->memory.get();
  stack.ss_size = stack_bytes;
  ::sigaltstack(&stack, &saved_->stack);
  struct sigaction action {};
  action.sa_handler = &report_crash;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (std::size_t i = 0; i < caught.size(); ++i) ::sigaction(caught[i], &action, &saved_->actions[i]);
}

CrashGuard::~CrashGuard() {
  if (!saved_) return;
  for (std::size_t i = 0; i < caught.size(); ++i) ::sigaction(caught[i], &saved_->actions[i], nullptr);
  ::sigaltstack(&saved_->stack, nullptr);
  guarded_now = nullptr;
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Signal handlers of the loop; see signals.hpp for why nothing is lost.
#include "loop/signals.hpp"

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>

#include <pthread.h>

namespace tactus {
namespace {

constexpr int signal_limit = 65;        // Linux: 1..64
constexpr int no_descriptor = INT_MAX;  // above every limit of open files

// What handlers may touch. A signal belongs to the process, hence the one place with static state.
volatile std::sig_atomic_t came[signal_limit];
volatile std::sig_atomic_t any_came = 0;
pollfd* volatile armed = nullptr;
pthread_t owner_thread;
std::atomic<bool> owned{false};

extern "C" void on_signal_received(int number) {
  const int saved_errno = errno;
  if (pthread_equal(pthread_self(), owner_thread) == 0) {
    // Another thread was chosen: only in the loop's does the signal interrupt the wait.
    pthread_kill(owner_thread, number);
  } else {
    came[number] = 1;
    any_came = 1;
    pollfd* const first = armed;
    if (first != nullptr) first->fd = no_descriptor;
  }
  errno = saved_errno;
}

}  // namespace

Loop::Signals::~Signals() {
  for (auto& [number, entry] : entries) ::sigaction(number, &entry.previous, nullptr);
  if (owner) owned.store(false);
}

Result<void> Loop::Signals::add(int number, std::function<void()> call) {
  if (number <= 0 || number >= signal_limit) return error_status(TACTUS_E_INVALID, "no such signal: {}", number);
  if (!owner) {
    if (owned.exchange(true)) return error_status(TACTUS_E_EXISTS, "another loop of this process handles signals");
    owner = true;
    owner_thread = ::pthread_self();
    for (auto& flag : came) flag = 0;
    any_came = 0;
  }
  struct sigaction action {};
  struct sigaction previous {};
  if (call) {
    action.sa_handler = on_signal_received;  // no SA_RESTART: the wait has to end
  } else {
    action.sa_handler = SIG_IGN;
  }
  ::sigfillset(&action.sa_mask);
  if (::sigaction(number, &action, &previous) != 0) {
    return error("sigaction({}) failed : {}", number, std::strerror(errno));
  }
  const auto [entry, added] = entries.try_emplace(number, Entry{{}, previous});
  entry->second.call = std::move(call);
  return {};
}

bool Loop::Signals::arm(pollfd* first) noexcept {
  armed = first;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  return any_came != 0;
}

void Loop::Signals::disarm() noexcept {
  armed = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void Loop::Signals::dispatch(const bool& stopping) {
  if (any_came == 0) return;
  any_came = 0;  // before the flags are read: a signal from here on is seen in the next turn
  for (int number = 1; number < signal_limit && !stopping; ++number) {
    if (came[number] == 0) continue;
    came[number] = 0;
    const auto found = entries.find(number);
    if (found == entries.end() || !found->second.call) continue;
    const auto call = found->second.call;  // a copy: the call may replace its own handler
    call();
  }
}

}  // namespace tactus

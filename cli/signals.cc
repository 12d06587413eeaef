// SPDX-License-Identifier: Apache-2.0
// A signal handler can reach nothing but an object of static storage: this flag is the program's only one.
#include "signals.hpp"

#include <csignal>
#include <initializer_list>

namespace tactus::cli {

namespace {
volatile std::sig_atomic_t received = 0;
void on_signal(int) { received = 1; }
}  // namespace

void catch_signals() {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGPIPE}) (void)::sigaction(signal, &action, nullptr);
}

bool signal_received() { return received != 0; }

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
// The helper's side: one blocking getaddrinfo(3) after the other. It uses read(2) and write(2) only, which a network
// simulator leaves alone.
#include "loop/resolver_helper.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <netdb.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <tactus/sockaddr.hpp>

namespace tactus::resolver {
namespace {

tactus_status to_status(int failure) {
  switch (failure) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return TACTUS_E_NOT_FOUND;
    default:
      return TACTUS_E_ABSENT;
  }
}

void look_up(const Question& question, Reply& reply) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;  // one entry per address
  hints.ai_family = question.family == TACTUS_FAMILY_IPV4   ? AF_INET
                    : question.family == TACTUS_FAMILY_IPV6 ? AF_INET6
                                                            : AF_UNSPEC;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(question.name.data(), nullptr, &hints, &found);
  if (failure != 0) {
    reply.status = to_status(failure);
    return;
  }
  for (const addrinfo* one = found; one != nullptr && reply.count < TACTUS_RESOLVE_MAX; one = one->ai_next) {
    const tactus_address address = from_sockaddr(one->ai_addr, one->ai_addrlen);
    const auto end = reply.addresses.begin() + reply.count;
    const auto same = [&](const tactus_address& other) { return same_address(other, address); };
    if (is_ip(address) && std::none_of(reply.addresses.begin(), end, same)) reply.addresses[reply.count++] = address;
  }
  ::freeaddrinfo(found);
  reply.status = reply.count > 0 ? TACTUS_OK : TACTUS_E_NOT_FOUND;
}

ssize_t read_message(int fd, void* to, std::size_t size) {
  ssize_t got = 0;
  do got = ::read(fd, to, size);
  while (got < 0 && errno == EINTR);
  return got;
}

[[noreturn]] void serve(int fd) {
  for (;;) {
    Question question{};
    if (read_message(fd, &question, sizeof(question)) != ssize_t{sizeof(question)}) ::_exit(0);
    question.name.back() = '\0';
    Reply reply{};
    reply.id = question.id;
    look_up(question, reply);
    if (::write(fd, &reply, sizeof(reply)) != ssize_t{sizeof(reply)}) ::_exit(0);
  }
}

// The helper keeps nothing of the daemon's: no sockets, no key files, no handlers.
void leave_parent(int keep, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
  ::prctl(PR_SET_NAME, "tactus-resolve");
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const auto low = static_cast<unsigned>(keep);
  const bool closed = (low <= 3 || ::close_range(3, low - 1, 0) == 0) && ::close_range(low + 1, ~0u, 0) == 0;
  if (closed) return;
  const long limit = std::min(::sysconf(_SC_OPEN_MAX), 65536L);
  for (int fd = 3; fd < limit; ++fd) {
    if (fd != keep) ::close(fd);
  }
}

}  // namespace

bool plausible(const Reply& reply) noexcept {
  if (reply.count > TACTUS_RESOLVE_MAX || (reply.status == TACTUS_OK) != (reply.count > 0)) return false;
  if (reply.status != TACTUS_OK && reply.status != TACTUS_E_NOT_FOUND && reply.status != TACTUS_E_ABSENT) return false;
  return std::all_of(reply.addresses.begin(), reply.addresses.begin() + reply.count,
                     [](const tactus_address& address) { return is_ip(address) && address.port == 0; });
}

Result<Child> start(const std::function<void()>& setup) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
    return error("socketpair() failed : {}", std::strerror(errno));
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  // A helper that died must not take the daemon along when it is written to.
  struct sigaction pipe {};
  if (::sigaction(SIGPIPE, nullptr, &pipe) == 0 && pipe.sa_handler == SIG_DFL) ::signal(SIGPIPE, SIG_IGN);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int why = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    return error("fork() failed : {}", std::strerror(why));
  }
  if (pid == 0) {
    leave_parent(ends[1], parent);
    if (setup) setup();
    serve(ends[1]);
  }
  ::close(ends[1]);
  return Child{pid, ends[0]};
}

}  // namespace tactus::resolver

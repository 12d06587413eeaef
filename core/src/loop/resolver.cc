// SPDX-License-Identifier: Apache-2.0
// Requests, and who works on them.
#include "loop/resolver.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

#include <tactus/sockaddr.hpp>

#include "loop/resolver_helper.hpp"

namespace tactus {
namespace {

constexpr std::size_t helper_limit = 4;
constexpr Duration idle_limit = std::chrono::seconds(30);

// What getaddrinfo may be asked: no control characters, no white space.
bool can_be_a_name(std::string_view name) {
  return !name.empty() && name.size() <= resolver::name_max &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return c > ' ' && c != 0x7f; });
}

}  // namespace

struct Resolver::Request {
  std::uint64_t id;
  std::string name;
  std::uint32_t family;
  Answer answer;
  Helper* helper = nullptr;  // works on it
  TimerId timer = 0;         // will be answered without a helper
};

struct Resolver::Helper {
  int pid;
  int fd;
  bool permanent;
  std::uint64_t request = 0;  // 0: idle
  WatchId watch = 0;          // only while it works: elsewhere its socket would always look ready
};

Resolver::Resolver(Loop& loop, Logger& logger, HelperSetup setup)
    : loop_(loop), logger_(logger), setup_(std::move(setup)) {}

Resolver::~Resolver() {
  loop_.stop_timer(idle_timer_);
  for (const Request& request : requests_) loop_.stop_timer(request.timer);
  while (!helpers_.empty()) close_helper(helpers_.front());
}

std::uint64_t Resolver::resolve(std::string name, std::uint32_t family, Answer answer) {
  const std::uint64_t id = next_id_++;
  requests_.push_back({id, std::move(name), family, std::move(answer)});
  const std::string& text = requests_.back().name;
  if (!can_be_a_name(text)) {
    finish_later(id, TACTUS_E_NOT_FOUND, {});
  } else if (const auto literal = parse_scoped_address(text)) {
    if (family == TACTUS_FAMILY_NONE || family == literal->family) {
      finish_later(id, TACTUS_OK, {*literal});
    } else {
      finish_later(id, TACTUS_E_NOT_FOUND, {});
    }
  } else if (lookup_) {
    std::vector<tactus_address> found;
    const tactus_status status = lookup_(text, family, found);
    finish_later(id, status, std::move(found));
  } else {
    pump();
  }
  return id;
}

void Resolver::cancel(std::uint64_t id) {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) { return r.id == id; });
  if (found == requests_.end()) return;
  Helper* const helper = found->helper;
  loop_.stop_timer(found->timer);
  requests_.erase(found);
  // A helper in the middle of a look-up that nobody waits for would only block its place.
  if (helper != nullptr && !helper->permanent) {
    close_helper(*helper);
    pump();
  }
}

Result<void> Resolver::start_helper() {
  const auto added = add_helper(true);
  return added ? Result<void>{} : Result<void>{added.failure()};
}

std::vector<int> Resolver::helpers() const {
  std::vector<int> out;
  for (const Helper& helper : helpers_) out.push_back(helper.pid);
  return out;
}

Resolver::Request* Resolver::find(std::uint64_t id) {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) { return r.id == id; });
  return found == requests_.end() ? nullptr : &*found;
}

// Gives waiting requests to helpers, as long as there is one that is idle or may be started.
void Resolver::pump() {
  for (Request& request : requests_) {
    if (request.helper != nullptr || request.timer != 0) continue;
    while (request.helper == nullptr && request.timer == 0) {
      const auto idle = std::find_if(helpers_.begin(), helpers_.end(), [](const Helper& h) { return h.request == 0; });
      if (idle != helpers_.end()) {
        if (!submit(*idle, request)) close_helper(*idle);  // it died while idle: the next one
        continue;
      }
      if (may_fork_ && helpers_.size() < helper_limit) {
        if (const auto added = add_helper(false); !added)
          logger_.error("Could not start resolver : {}", added.failure().text);
      }
      if (std::any_of(helpers_.begin(), helpers_.end(), [](const Helper& h) { return h.request == 0; })) continue;
      if (!helpers_.empty()) return;  // all work: one of them will take it
      finish_later(request.id, TACTUS_E_ABSENT, {});
    }
  }
}

Result<Resolver::Helper*> Resolver::add_helper(bool permanent) {
  const auto child = resolver::start(setup_);
  if (!child) return child.failure();
  helpers_.push_back({child->pid, child->fd, permanent});
  return &helpers_.back();
}

void Resolver::close_helper(Helper& helper) {
  loop_.unwatch(helper.watch);
  ::close(helper.fd);
  ::kill(helper.pid, SIGKILL);
  while (::waitpid(helper.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  helpers_.remove_if([&](const Helper& other) { return &other == &helper; });
}

void Resolver::reap_idle() {
  idle_timer_ = 0;
  for (auto it = helpers_.begin(); it != helpers_.end();) {
    Helper& helper = *it++;
    if (helper.request == 0 && !helper.permanent) close_helper(helper);
  }
}

bool Resolver::submit(Helper& helper, Request& request) {
  resolver::Question question{};
  question.id = request.id;
  question.family = request.family;
  question.name_length = static_cast<std::uint32_t>(request.name.size());
  std::copy(request.name.begin(), request.name.end(), question.name.begin());
  ssize_t written = 0;
  do written = ::write(helper.fd, &question, sizeof(question));
  while (written < 0 && errno == EINTR);
  if (written != ssize_t{sizeof(question)}) return false;
  helper.request = request.id;
  request.helper = &helper;
  helper.watch = loop_.watch(helper.fd, Events::read, [this, &helper](Events) { on_readable(helper); });
  return true;
}

void Resolver::on_readable(Helper& helper) {
  resolver::Reply reply{};
  const ssize_t got = ::read(helper.fd, &reply, sizeof(reply));
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;  // a simulator reports every descriptor as ready
  const std::uint64_t id = helper.request;
  if (got != ssize_t{sizeof(reply)} || reply.id != id || !resolver::plausible(reply)) {
    // A reset is the end of a helper that had not read its question.
    const bool ended = got == 0 || (got < 0 && errno == ECONNRESET);
    logger_.warning("Resolver helper failed : {}", ended     ? "it ended"
                                                   : got < 0 ? std::strerror(errno)
                                                             : "malformed answer");
    close_helper(helper);
    finish(id, TACTUS_E_ABSENT, {});
  } else {
    loop_.unwatch(std::exchange(helper.watch, 0));
    helper.request = 0;
    loop_.stop_timer(idle_timer_);
    idle_timer_ = loop_.start_timer_after(idle_limit, [this] { reap_idle(); });
    finish(id, reply.status, {reply.addresses.data(), reply.count});
  }
  pump();
}

void Resolver::finish(std::uint64_t id, tactus_status status, std::span<const tactus_address> addresses) {
  const auto found = std::find_if(requests_.begin(), requests_.end(), [&](const Request& r) { return r.id == id; });
  if (found == requests_.end()) return;  // cancelled
  const Answer answer = std::move(found->answer);
  requests_.erase(found);
  answer(status, addresses);
}

void Resolver::finish_later(std::uint64_t id, tactus_status status, std::vector<tactus_address> addresses) {
  find(id)->timer =
      loop_.start_timer(loop_.now(), [this, id, status, found = std::move(addresses)] { finish(id, status, found); });
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Names to addresses without blocking the loop. Literal addresses are answered at the loop's next turn by themselves;
// names go to helper processes (at most four, one request in each), which are started when a name has to be resolved
// and end when nothing has been asked for a while. Only messages of bounded length cross.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <tactus/host.h>
#include <tactus/result.hpp>

#include "log/logger.hpp"
#include "loop/loop.hpp"

namespace tactus {

class Resolver {
 public:
  // TACTUS_OK with 1..TACTUS_RESOLVE_MAX addresses (port 0) in the resolver's order; TACTUS_E_NOT_FOUND: there is no
  // such name, or it has no address of that family; TACTUS_E_ABSENT: no answer now, ask again later.
  using Answer = std::function<void(tactus_status, std::span<const tactus_address>)>;
  // Runs in a new helper before it serves, to give up rights there. Must not throw.
  using HelperSetup = std::function<void()>;

  // Answers names in place of the helpers: TACTUS_OK with at most TACTUS_RESOLVE_MAX addresses, or an error as above.
  using Lookup =
      std::function<tactus_status(const std::string& name, std::uint32_t family, std::vector<tactus_address>& found)>;

  // Neither loop nor logger is owned.
  Resolver(Loop& loop, Logger& logger, HelperSetup setup = {});
  ~Resolver();  // outstanding requests are not answered
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // name: a host name (at most 253 octets) or literal address. family: TACTUS_FAMILY_NONE (either), _IPV4, _IPV6. The
  // answer comes from the loop, never from inside this call. Returns the id for cancel(), never 0.
  std::uint64_t resolve(std::string name, std::uint32_t family, Answer answer);
  // The answer will not be called. Unknown ids and 0 are ignored; allowed inside an answer.
  void cancel(std::uint64_t id);

  // Starts one helper that stays until the end, for a process that will lose the right to fork. Error: fork or
  // socketpair failed.
  Result<void> start_helper();
  // From now on no helper is started; a name without a helper is answered TACTUS_E_ABSENT.
  void forbid_fork() noexcept { may_fork_ = false; }
  // From now on names are looked up here, without any process (simulation); literal addresses are as before.
  void set_lookup(Lookup lookup) { lookup_ = std::move(lookup); }

  // Process ids of the helpers that run, for tests.
  [[nodiscard]] std::vector<int> helpers() const;

 private:
  struct Request;
  struct Helper;

  void pump();
  Result<Helper*> add_helper(bool permanent);
  void close_helper(Helper& helper);
  void reap_idle();
  bool submit(Helper& helper, Request& request);
  void on_readable(Helper& helper);
  void finish(std::uint64_t id, tactus_status status, std::span<const tactus_address> addresses);
  void finish_later(std::uint64_t id, tactus_status status, std::vector<tactus_address> addresses);
  Request* find(std::uint64_t id);

  Loop& loop_;
  Logger& logger_;
  HelperSetup setup_;
  Lookup lookup_;
  std::list<Request> requests_;  // oldest first
  std::list<Helper> helpers_;
  std::uint64_t next_id_ = 1;
  TimerId idle_timer_ = 0;
  bool may_fork_ = true;
};

}  // namespace tactus

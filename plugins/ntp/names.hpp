// SPDX-License-Identifier: Apache-2.0
// Names on their way to addresses: one lookup at a time, rounds over the unresolved ones with growing pauses, single
// lookups for replacement and refresh. NTP specification sections 14.2, 14.4 and 14.5.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <tactus/sdk.hpp>

namespace tactus::ntp {

// What one lookup is for: the placeholders of a pool, one source, or another address for a source.
struct NameTask {
  enum class Kind : std::uint8_t { pool, source, replace, refresh };
  Kind kind = Kind::source;
  std::uint32_t id = 0;  // of the pool, or number of the source
  std::string name;
  std::uint16_t family = TACTUS_FAMILY_NONE;
};

class NamesOwner {
 public:
  virtual ~NamesOwner() = default;
  // Addresses of a name that could be looked up, none when it could not. True: the task is done; false: it stays in
  // the rounds (pool, source) or is given up (replace, refresh).
  virtual bool on_addresses(const NameTask& task, const std::vector<tactus_address>& addresses) = 0;
};

class Names {
 public:
  Names(Host host, NamesOwner& owner) : host_(host), owner_(owner) {}
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;
  ~Names();

  // Adds a name to the rounds; begin() starts one.
  void add(NameTask task);
  // Nobody waits for it any more.
  void forget(NameTask::Kind kind, std::uint32_t id);
  // Starts a round now, or another one after the one that runs.
  void begin();
  // One lookup, tried once.
  void once(NameTask task);
  [[nodiscard]] bool waits_for(NameTask::Kind kind, std::uint32_t id) const noexcept;

 private:
  static void answered(void* user, tactus_status status, const tactus_address* addresses, std::uint32_t count);
  void on_answer(const std::vector<tactus_address>& addresses);
  void next();
  bool look_up(const NameTask& task);
  void end_round();

  Host host_;
  NamesOwner& owner_;
  std::vector<NameTask> waiting_;  // unresolved, in the order in which they are tried
  std::deque<NameTask> singles_;
  std::size_t position_ = 0;  // in waiting_, of this round
  bool round_ = false;
  bool again_ = false;      // another round follows
  bool lookup_ = false;     // one is under way
  bool in_round_ = false;   // it is one of the round
  bool forgotten_ = false;  // nobody waits for its answer
  NameTask current_;
  std::uint64_t lookup_id_ = 0;
  int pause_log2_ = 1;  // of the last pause: 7 * 2^this seconds
  Timer timer_;
};

}  // namespace tactus::ntp

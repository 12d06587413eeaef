// SPDX-License-Identifier: Apache-2.0
// The schedule of lookups: NTP specification section 14.2.
#include "names.hpp"

#include <algorithm>
#include <utility>

namespace tactus::ntp {
namespace {

constexpr std::int64_t pause_unit_s = 7;
constexpr int pause_first_log2 = 2;  // 28 s
constexpr int pause_last_log2 = 9;   // 3584 s

bool same(const NameTask& task, NameTask::Kind kind, std::uint32_t id) { return task.kind == kind && task.id == id; }

}  // namespace

Names::~Names() {
  if (lookup_) host_.raw()->resolve_cancel(host_.raw(), lookup_id_);
}

void Names::add(NameTask task) { waiting_.push_back(std::move(task)); }

void Names::once(NameTask task) {
  singles_.push_back(std::move(task));
  next();
}

void Names::forget(NameTask::Kind kind, std::uint32_t id) {
  for (std::size_t i = 0; i < waiting_.size();) {
    if (!same(waiting_[i], kind, id)) {
      ++i;
      continue;
    }
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    if (i < position_) --position_;
  }
  std::erase_if(singles_, [&](const NameTask& task) { return same(task, kind, id); });
  if (lookup_ && same(current_, kind, id)) forgotten_ = true;
  if (waiting_.empty() && timer_.running()) timer_.stop();
}

bool Names::waits_for(NameTask::Kind kind, std::uint32_t id) const noexcept {
  return std::ranges::any_of(waiting_, [&](const NameTask& task) { return same(task, kind, id); });
}

void Names::begin() {
  if (round_) {
    again_ = true;
    return;
  }
  if (waiting_.empty()) return;
  if (timer_.running()) {
    timer_.stop();
    pause_log2_ = std::max(pause_log2_ - 1, pause_first_log2 - 1);
  }
  round_ = true;
  position_ = 0;
  next();
}

bool Names::look_up(const NameTask& task) {
  current_ = task;
  forgotten_ = false;
  lookup_ = true;
  const tactus_status status =
      host_.raw()->resolve(host_.raw(), current_.name.c_str(), current_.family, &Names::answered, this, &lookup_id_);
  if (status != TACTUS_OK) lookup_ = false;
  return lookup_;
}

// Starts the next lookup when none is under way: single ones first, then the round.
void Names::next() {
  while (!lookup_) {
    if (!singles_.empty()) {
      const NameTask task = std::move(singles_.front());
      singles_.pop_front();
      in_round_ = false;
      look_up(task);
    } else if (round_ && position_ < waiting_.size()) {
      in_round_ = true;
      if (!look_up(waiting_[position_])) ++position_;
    } else if (round_) {
      end_round();
      if (!round_) return;
    } else {
      return;
    }
  }
}

void Names::end_round() {
  round_ = false;
  if (again_ && !waiting_.empty()) {
    again_ = false;
    round_ = true;
    position_ = 0;
    return;
  }
  again_ = false;
  if (waiting_.empty()) return;
  pause_log2_ = std::min(pause_log2_ + 1, pause_last_log2);
  const Duration pause = std::chrono::seconds(pause_unit_s << pause_log2_);
  timer_.start(host_, host_.now().monotonic + pause, [this] {
    if (round_) return;
    round_ = true;
    position_ = 0;
    next();
  });
}

void Names::answered(void* user, tactus_status status, const tactus_address* addresses, std::uint32_t count) {
  auto* self = static_cast<Names*>(user);
  std::vector<tactus_address> list;
  if (status == TACTUS_OK && addresses != nullptr) list.assign(addresses, addresses + count);
  tactus_error error{};
  error.struct_size = sizeof error;
  if (guarded(&error, [&] { self->on_answer(list); }) != TACTUS_OK) self->host_.error("{}", error.text);
}

void Names::on_answer(const std::vector<tactus_address>& addresses) {
  lookup_ = false;
  lookup_id_ = 0;
  const NameTask task = current_;
  const bool in_round = in_round_;
  const bool forgotten = forgotten_;
  const bool done = forgotten || owner_.on_addresses(task, addresses);
  if (in_round && !forgotten) {
    // The list may have changed under the call.
    const auto at =
        std::ranges::find_if(waiting_, [&](const NameTask& each) { return same(each, task.kind, task.id); });
    if (at != waiting_.end()) {
      position_ = static_cast<std::size_t>(at - waiting_.begin());
      if (done) {
        waiting_.erase(at);
      } else {
        ++position_;
      }
    }
  }
  next();
}

}  // namespace tactus::ntp

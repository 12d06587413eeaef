// SPDX-License-Identifier: Apache-2.0
// See initial_correction.hpp.
#include "daemon/initial_correction.hpp"

#include <utility>

#include "config/catalogue.hpp"

namespace tactus {
namespace {

// So long nothing may happen before the first request (names that are not resolved), and between two (which are up to
// 64 s apart).
constexpr double first_limit_s = 30.0;
constexpr double idle_limit_s = 150.0;

}  // namespace

InitialCorrection::InitialCorrection(PluginHost& host, const config::Declarations& declarations, Discipline& discipline,
                                     Loop& loop, Logger& logger)
    : host_(host), declarations_(declarations), discipline_(discipline), loop_(loop), logger_(logger) {}

InitialCorrection::~InitialCorrection() {
  loop_.stop_timer(timer_);
  loop_.stop_timer(idle_timer_);
}

void InitialCorrection::start(const std::vector<std::string>& hosts, std::function<void()> done) {
  done_ = std::move(done);
  // The end is not inside a call of a source, because it removes them.
  discipline_.set_one_shot(OneShot::initial,
                           [this](bool) { timer_ = loop_.start_timer(loop_.now(), [this] { end(); }); });
  for (const std::string& host : hosts) add(host);
  if (records_.empty()) {
    end();
  } else {
    watch();
    discipline_.check_one_shot();
  }
}

// The configured sources are not to wait for a server that never answers because its name is never resolved.
void InitialCorrection::watch() {
  const double limit_s = polls_ == 0 ? first_limit_s : idle_limit_s;
  idle_timer_ = loop_.start_timer(loop_.now() + from_seconds(limit_s), [this] {
    idle_timer_ = 0;
    int polls = 0;
    for (std::size_t i = 0; i < discipline_.source_count(); ++i) polls += discipline_.source_at(i)->reach_size();
    if (polls == polls_) return discipline_.fail_one_shot();
    polls_ = polls;
    watch();
  });
}

void InitialCorrection::add(const std::string& host) {
  static constexpr std::string_view keyword = "server";
  std::string why;
  if (declarations_.find(keyword) == nullptr && !host_.on_unknown(keyword, config::catalogue_find(keyword), &why)) {
    logger_.warning("Could not use {} for initstepslew: {}", host, why);
    return;
  }
  const Quiet quiet(logger_);
  auto record = config::parse_line(declarations_, fmt::format("{} {} iburst", keyword, host));
  const Result<void> added = record ? host_.add_source((*record)->get()) : Result<void>{record.failure()};
  if (!added) {
    logger_.warning("Could not use {} for initstepslew: {}", host, added.failure().text);
    return;
  }
  records_.push_back(std::move(*record));
}

void InitialCorrection::end() {
  timer_ = 0;
  loop_.stop_timer(std::exchange(idle_timer_, 0));
  {
    const Quiet quiet(logger_);
    for (const config::RecordPtr& record : records_) {
      if (auto removed = host_.remove_source(record->get()); !removed) logger_.debug("{}", removed.failure().text);
    }
  }
  records_.clear();
  discipline_.end_one_shot();
  if (const auto done = std::exchange(done_, {})) done();
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// See initial_correction.hpp.
#include "daemon/initial_correction.hpp"

#include <utility>

#include "config/catalogue.hpp"

namespace tactus {

InitialCorrection::InitialCorrection(PluginHost& host, const config::Declarations& declarations, Discipline& discipline,
                                     Loop& loop, Logger& logger)
    : host_(host), declarations_(declarations), discipline_(discipline), loop_(loop), logger_(logger) {}

InitialCorrection::~InitialCorrection() { loop_.stop_timer(timer_); }

void InitialCorrection::start(const std::vector<std::string>& hosts, std::function<void()> done) {
  done_ = std::move(done);
  // The end is not inside a call of a source, because it removes them.
  discipline_.set_one_shot(OneShot::initial,
                           [this](bool) { timer_ = loop_.start_timer(loop_.now(), [this] { end(); }); });
  for (const std::string& host : hosts) add(host);
  if (records_.empty()) {
    end();
  } else {
    discipline_.check_one_shot();
  }
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

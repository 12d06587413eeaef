// SPDX-License-Identifier: Apache-2.0
// The list of sources: NTP specification sections 13.2 and 14.
#include "sources.hpp"

#include <algorithm>
#include <utility>

namespace tactus::ntp {
namespace {

// Equal under the mask; a mask of another family is ignored (command protocol specification, section 12).
bool matches(const tactus_address& source, const tactus_address& address, const tactus_address& mask) {
  if (address.family == TACTUS_FAMILY_NONE) return true;
  if (source.family != address.family) return false;
  if (mask.family != address.family || address.family == TACTUS_FAMILY_ID) return same_address(source, address);
  for (std::size_t i = 0; i < address_length(address); ++i) {
    if (((source.bytes[i] ^ address.bytes[i]) & mask.bytes[i]) != 0) return false;
  }
  return true;
}

}  // namespace

Sources::Sources(Environment& environment) : environment_(environment), names_(environment.host, *this) {
  last_refresh_ = now();
}

Sources::~Sources() {
  for (const auto& source : sources_) source->retire();
}

tactus_address Sources::key(tactus_address address) noexcept {
  address.port = 0;
  return address;
}

tactus_address Sources::next_id() {
  ++last_id_;
  tactus_address id{};
  id.family = TACTUS_FAMILY_ID;
  for (std::uint32_t i = 0; i < 4; ++i) id.bytes[i] = static_cast<std::uint8_t>(last_id_ >> (24 - 8 * i));
  return id;
}

Result<void> Sources::check_name(const std::string& name) {
  const bool printable = !name.empty() && name.size() < TACTUS_NAME_SIZE &&
                         std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
  if (printable) return {};
  return error_status(TACTUS_E_NAME, "Invalid name");
}

Source& Sources::make(const SourceOptions& options, const tactus_address& address, std::uint32_t pool) {
  sources_.push_back(
      std::make_unique<Source>(environment_, static_cast<SourceOwner&>(*this), options, last_number_ + 1, address));
  ++last_number_;
  Source& source = *sources_.back();
  source.pool = pool;
  by_number_[source.number()] = &source;
  by_address_[key(address)] = &source;
  return source;
}

Result<void> Sources::add(SourceOptions options, LogLevel level) {
  auto literal = parse_address(options.name);
  if (literal && literal->scope != 0 && literal->family == TACTUS_FAMILY_IPV4) literal.reset();
  if (literal) {
    if (options.family != TACTUS_FAMILY_NONE && options.family != literal->family) {
      return error_status(TACTUS_E_FAMILY, "Invalid address");
    }
    if (in_use(*literal)) return error_status(TACTUS_E_EXISTS, "Already in use");
    if (sources_.size() >= sources_max) return error_status(TACTUS_E_LIMIT, "Too many sources");
    // A pool that is one address is an ordinary source.
    if (options.type == SourceType::pool) options.type = SourceType::server;
    literal->port = options.port;
    Source& source = make(options, *literal, 0);
    environment_.host.log(level, "Added source {}", source.label());
    if (started_) source.start();
    return {};
  }
  if (auto named = check_name(options.name); !named) return named;
  const bool is_pool = options.type == SourceType::pool;
  const std::uint32_t count = is_pool ? std::min(2 * options.max_sources, pool_sources_max) : 1;
  if (sources_.size() + count > sources_max) return error_status(TACTUS_E_LIMIT, "Too many sources");
  std::uint32_t pool = 0;
  if (is_pool) {
    pool = ++last_pool_;
    pools_[pool] = {options.name, options.port, options.family, options.max_sources, options.record};
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    Source& source = make(options, next_id(), pool);
    if (is_pool) continue;
    environment_.host.log(level, "Added source {}", source.label());
    names_.add({NameTask::Kind::source, source.number(), options.name, options.family});
  }
  if (is_pool) {
    environment_.host.log(level, "Added pool {}", options.name);
    names_.add({NameTask::Kind::pool, pool, options.name, options.family});
  }
  if (started_) names_.begin();
  return {};
}

void Sources::start() {
  started_ = true;
  for (const auto& source : sources_) source->start();
  names_.begin();
}

void Sources::drop(Source& source) {
  by_number_.erase(source.number());
  by_address_.erase(key(source.address()));
  names_.forget(NameTask::Kind::source, source.number());
  names_.forget(NameTask::Kind::replace, source.number());
  names_.forget(NameTask::Kind::refresh, source.number());
  const auto at = std::ranges::find(sources_, &source, &std::unique_ptr<Source>::get);
  TACTUS_ASSERT(at != sources_.end());
  source.retire();
  graveyard_.push_back(std::move(*at));
  sources_.erase(at);
  // It may be in the middle of a call; it goes when the loop is back.
  if (!burial_.running()) burial_.start(environment_.host, now(), [this] { graveyard_.clear(); });
}

Result<void> Sources::remove(const tactus_address& address) {
  Source* source = find(address);
  if (source == nullptr) return error_status(TACTUS_E_NOT_FOUND, "no such source");
  environment_.host.info("Removed source {}", source->label());
  const std::uint32_t pool = source->pool;
  drop(*source);
  if (pool != 0) {
    const auto left = static_cast<std::uint32_t>(members(pool).size());
    Pool& entry = pools_.at(pool);
    entry.wanted = std::min(entry.wanted, left);
    if (left == 0) {
      names_.forget(NameTask::Kind::pool, pool);
      pools_.erase(pool);
    }
  }
  return {};
}

Result<void> Sources::remove_record(const tactus_record* record) {
  std::vector<Source*> found;
  for (const auto& source : sources_) {
    if (source->options().record == record) found.push_back(source.get());
  }
  if (found.empty()) return error_status(TACTUS_E_NOT_FOUND, "no such source");
  for (Source* source : found) {
    if (source->pool == 0) environment_.host.info("Removed source {}", source->label());
    drop(*source);
  }
  for (auto pool = pools_.begin(); pool != pools_.end();) {
    if (pool->second.record != record) {
      ++pool;
      continue;
    }
    environment_.host.info("Removed pool {}", pool->second.name);
    names_.forget(NameTask::Kind::pool, pool->first);
    pool = pools_.erase(pool);
  }
  return {};
}

Source* Sources::find(const tactus_address& address) const {
  const auto at = by_address_.find(key(address));
  return at == by_address_.end() ? nullptr : at->second;
}

Source* Sources::find_endpoint(const tactus_address& address) const {
  Source* source = find(address);
  return source != nullptr && source->address().port == address.port ? source : nullptr;
}

Source* Sources::find_number(std::uint32_t number) const {
  const auto at = by_number_.find(number);
  return at == by_number_.end() ? nullptr : at->second;
}

std::vector<Source*> Sources::members(std::uint32_t pool) const {
  std::vector<Source*> found;
  for (const auto& source : sources_) {
    if (source->pool == pool) found.push_back(source.get());
  }
  return found;
}

std::vector<Source*> Sources::matching(const tactus_address& address, const tactus_address& mask) const {
  std::vector<Source*> found;
  for (const auto& source : sources_) {
    if (matches(source->address(), address, mask)) found.push_back(source.get());
  }
  // The selected source is changed last, so that losing it does not select one that is about to change as well.
  std::stable_partition(found.begin(), found.end(), [](Source* source) { return !source->selected(); });
  return found;
}

void Sources::on_clock_change(const tactus_clock_change& change) {
  for (std::size_t i = 0; i < sources_.size(); ++i) sources_[i]->on_clock_change(change);
}

}  // namespace tactus::ntp

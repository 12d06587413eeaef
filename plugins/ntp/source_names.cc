// SPDX-License-Identifier: Apache-2.0
// Sources and names: addresses for placeholders, pools, replacement, refresh. NTP specification sections 14.2 to 14.5.
#include <algorithm>

#include "sources.hpp"

namespace tactus::ntp {
namespace {

constexpr double replacement_interval_s = 3584;

bool of_family(const tactus_address& address, std::uint16_t family) {
  return is_ip(address) && (family == TACTUS_FAMILY_NONE || address.family == family);
}

}  // namespace

bool Sources::usable(const tactus_address& address) const {
  return !in_use(address) && routable(environment_.transport, environment_.settings, address);
}

void Sources::give_address(Source& source, tactus_address address) {
  by_address_.erase(key(source.address()));
  address.port = source.options().port;
  by_address_[key(address)] = &source;
  source.resolved_at = now();
  source.set_address(address);
}

bool Sources::on_addresses(const NameTask& task, const std::vector<tactus_address>& addresses) {
  // Any failure of the resolver means to try again.
  if (addresses.empty()) return false;
  std::vector<tactus_address> list;
  for (const tactus_address& address : addresses) {
    // A zone is lost on its way through the resolver's callers; such an address could not be reached.
    if (!of_family(address, task.family) || !environment_.family_enabled(address.family)) continue;
    if (address.scope != 0 || list.size() >= TACTUS_RESOLVE_MAX) continue;
    tactus_address with_port = address;
    with_port.port = 123;
    list.push_back(with_port);
  }
  if (task.kind == NameTask::Kind::replace || task.kind == NameTask::Kind::refresh) {
    Source* source = find_number(task.id);
    if (source != nullptr) replace(*source, task, list);
    return true;
  }
  if (list.empty()) {
    environment_.host.warning("Invalid host {}", task.name);
    return true;
  }
  return fill_placeholders(task, list);
}

// True when no placeholder of the name is left.
bool Sources::fill_placeholders(const NameTask& task, const std::vector<tactus_address>& addresses) {
  std::vector<Source*> open;
  if (task.kind == NameTask::Kind::pool) {
    for (Source* source : members(task.id)) {
      if (!source->resolved()) open.push_back(source);
    }
  } else if (Source* source = find_number(task.id); source != nullptr && !source->resolved()) {
    open.push_back(source);
  }
  auto next = open.begin();
  for (const tactus_address& address : addresses) {
    if (next == open.end()) break;
    if (!usable(address)) continue;
    give_address(**next, address);
    ++next;
  }
  return next == open.end();
}

void Sources::replace(Source& source, const NameTask& task, const std::vector<tactus_address>& addresses) {
  if (!source.resolved() || addresses.empty()) return;
  if (task.kind == NameTask::Kind::refresh) {
    source.resolved_at = now();
    if (std::ranges::any_of(addresses, [&](const auto& each) { return same_address(each, source.address()); })) {
      environment_.host.debug("resolved_name: {} still fresh", to_text(source.address()));
      return;
    }
  }
  const auto first = static_cast<std::size_t>(environment_.random.bits32() % addresses.size());
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const tactus_address& address = addresses[(first + i) % addresses.size()];
    if (!usable(address)) continue;
    environment_.host.info("Source {} replaced with {} ({})", to_text(source.address()), to_text(address),
                           source.options().name);
    give_address(source, address);
    return;
  }
}

void Sources::on_bad(Source& source) {
  if (!source.named() || !source.resolved()) return;
  const MonoTime time = now();
  if (time < next_replacement_) return;
  next_replacement_ = time + from_seconds(environment_.random.uniform() * replacement_interval_s);
  names_.once({NameTask::Kind::replace, source.number(), source.options().name, source.options().family});
}

void Sources::on_good_sample(Source& source) {
  if (!source.confirmed) confirm(source);
  refresh_if_due();
}

// The first good answers of a pool decide which of its sources stay.
void Sources::confirm(Source& source) {
  source.confirmed = true;
  const auto pool = pools_.find(source.pool);
  if (pool == pools_.end()) return;
  std::vector<Source*> others;
  std::uint32_t confirmed = 0;
  for (Source* member : members(source.pool)) {
    if (member->confirmed) {
      ++confirmed;
    } else {
      others.push_back(member);
    }
  }
  if (confirmed < pool->second.wanted) return;
  names_.forget(NameTask::Kind::pool, source.pool);
  for (Source* other : others) {
    environment_.host.debug("Removed source {}", other->label());
    drop(*other);
  }
}

void Sources::refresh_if_due() {
  const std::int64_t interval_s = environment_.settings.refresh_s;
  if (interval_s <= 0) return;
  const Duration interval = std::chrono::seconds(std::min<std::int64_t>(interval_s, 1'000'000'000));
  const MonoTime time = now();
  if (time - last_refresh_ < interval) return;
  last_refresh_ = time;
  Source* oldest = nullptr;
  for (const auto& source : sources_) {
    if (!source->named() || !source->resolved()) continue;
    if (oldest == nullptr || source->resolved_at < oldest->resolved_at) oldest = source.get();
  }
  if (oldest == nullptr || time - oldest->resolved_at < interval) return;
  refresh(*oldest);
}

void Sources::refresh(Source& source) {
  environment_.host.debug("refreshing {}", source.label());
  names_.once({NameTask::Kind::refresh, source.number(), source.options().name, source.options().family});
}

void Sources::refresh_all() {
  names_.begin();
  for (const auto& source : sources_) {
    if (!source->named() || !source->resolved()) continue;
    refresh(*source);
  }
}

}  // namespace tactus::ntp

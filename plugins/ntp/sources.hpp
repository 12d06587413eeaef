// SPDX-License-Identifier: Apache-2.0
// All sources of an instance: adding and removing, pools, names, replacement, refresh. NTP specification section 14.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <tactus/address.hpp>
#include <tactus/sdk.hpp>

#include "environment.hpp"
#include "names.hpp"
#include "source.hpp"

namespace tactus::ntp {

inline constexpr std::size_t sources_max = 65536;

class Sources final : private SourceOwner, private NamesOwner {
 public:
  explicit Sources(Environment& environment);
  ~Sources() override;
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;

  // Adds what a line or command says; announced at `level`. When start() was called already, it begins at once.
  // TACTUS_E_EXISTS, _LIMIT, _NAME, _FAMILY, with the specification's reason as text.
  Result<void> add(SourceOptions options, LogLevel level);
  void start();
  // By address (port does not matter) or id.
  Result<void> remove(const tactus_address& address);
  // All that came from a record.
  Result<void> remove_record(const tactus_record* record);

  // Null when there is none.
  [[nodiscard]] Source* find(const tactus_address& address) const;
  [[nodiscard]] Source* find_endpoint(const tactus_address& address) const;
  [[nodiscard]] Source* find_number(std::uint32_t number) const;
  // In the order in which they were added.
  [[nodiscard]] const std::vector<std::unique_ptr<Source>>& all() const noexcept { return sources_; }
  // Calls for each source whose address matches; the selected one last. False when there was none.
  template <class Call>
  bool each_matching(const tactus_address& address, const tactus_address& mask, Call call);

  void resolve_now() { names_.begin(); }
  // Command refresh: all names are looked up again.
  void refresh_all();
  void on_clock_change(const tactus_clock_change& change);

 private:
  struct Pool {
    std::string name;
    std::uint16_t port = 0;
    std::uint16_t family = TACTUS_FAMILY_NONE;
    std::uint32_t wanted = 0;
    const tactus_record* record = nullptr;
  };

  // SourceOwner
  void on_good_sample(Source& source) override;
  void on_bad(Source& source) override;
  // NamesOwner
  bool on_addresses(const NameTask& task, const std::vector<tactus_address>& addresses) override;

  Source& make(const SourceOptions& options, const tactus_address& address, std::uint32_t pool);
  void drop(Source& source);
  [[nodiscard]] bool in_use(const tactus_address& address) const { return by_address_.contains(key(address)); }
  [[nodiscard]] bool usable(const tactus_address& address) const;
  void give_address(Source& source, tactus_address address);
  bool fill_placeholders(const NameTask& task, const std::vector<tactus_address>& addresses);
  void replace(Source& source, const NameTask& task, const std::vector<tactus_address>& addresses);
  void confirm(Source& source);
  void refresh_if_due();
  void refresh(Source& source);
  [[nodiscard]] std::vector<Source*> members(std::uint32_t pool) const;
  [[nodiscard]] std::vector<Source*> matching(const tactus_address& address, const tactus_address& mask) const;
  [[nodiscard]] tactus_address next_id();
  [[nodiscard]] MonoTime now() const { return environment_.host.now().monotonic; }
  static tactus_address key(tactus_address address) noexcept;
  [[nodiscard]] static Result<void> check_name(const std::string& name);

  Environment& environment_;
  Names names_;
  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<std::unique_ptr<Source>> graveyard_;  // retired inside their own callbacks
  Timer burial_;
  std::map<tactus_address, Source*, EndpointLess> by_address_;  // port 0
  std::map<std::uint32_t, Source*> by_number_;
  std::map<std::uint32_t, Pool> pools_;
  std::uint32_t last_number_ = 0;
  std::uint32_t last_pool_ = 0;
  std::uint32_t last_id_ = 0;
  bool started_ = false;
  MonoTime next_replacement_{};
  MonoTime last_refresh_{};
};

template <class Call>
bool Sources::each_matching(const tactus_address& address, const tactus_address& mask, Call call) {
  const std::vector<Source*> found = matching(address, mask);
  for (Source* source : found) call(*source);
  return !found.empty();
}

}  // namespace tactus::ntp

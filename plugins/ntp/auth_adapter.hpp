// SPDX-License-Identifier: Apache-2.0
// The bridge from the engines to the authentication schemes, which are plugins of their own and are looked up through
// the host by name. Authentication specification section 4.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tactus/reports.h>
#include <tactus/sdk.hpp>

#include "authenticator.hpp"
#include "server_engine.hpp"
#include "settings.hpp"

namespace tactus::ntp {

// A scheme that was found.
struct Scheme {
  const tactus_auth_ops* ops = nullptr;
  void* instance = nullptr;
  explicit operator bool() const noexcept { return ops != nullptr; }
};

// Finds schemes once and remembers them.
class Schemes {
 public:
  explicit Schemes(Host host) : host_(host) {}
  // Empty when there is no such scheme; `why` then tells. A failure is remembered too.
  Scheme find(const std::string& name, std::string* why = nullptr);
  // Empty when it was not looked for, or not found.
  [[nodiscard]] Scheme loaded(const std::string& name) const;
  // Command rekey: all schemes in use read their keys again.
  void reload();

 private:
  struct Entry {
    std::string name;
    Scheme scheme;
    std::string why;
  };
  Host host_;
  std::vector<Entry> entries_;
};

// Authentication of one source.
class SourceAuth final : public Authenticator {
 public:
  SourceAuth(Scheme scheme, void* client, AuthMode mode) : scheme_(scheme), client_(client), mode_(mode) {}
  SourceAuth(const SourceAuth&) = delete;
  SourceAuth& operator=(const SourceAuth&) = delete;
  ~SourceAuth() override;

  [[nodiscard]] AuthMode mode() const override { return mode_; }
  [[nodiscard]] std::uint8_t default_version() const override;
  Readiness prepare() override;
  bool sign(MutableBytes buffer, std::size_t& length, const Packet& packet) override;
  bool check(Bytes datagram, const Packet& packet) override;
  void set_address(const tactus_address& remote);
  void report(tactus_authdata_row& row) const;

 private:
  Scheme scheme_;  // none: nothing can be sent or accepted
  void* client_;
  AuthMode mode_;
};

// Null when the source has no authentication. What is missing is logged; such a source then sends nothing.
std::unique_ptr<SourceAuth> make_source_auth(Host host, Schemes& schemes, const SourceOptions& options,
                                             const tactus_address& remote);

// Authentication of requests to our server.
class RequestAuth final : public ServerAuth {
 public:
  explicit RequestAuth(Schemes& schemes) : schemes_(schemes) {}
  tactus_status check(AuthMode kind, const tactus_packet& request, std::uint64_t* token) override;
  tactus_status sign(AuthMode kind, const tactus_packet& request, std::uint64_t token,
                     tactus_packet* response) override;

 private:
  [[nodiscard]] Scheme scheme_for(AuthMode kind) const;
  Schemes& schemes_;
};

}  // namespace tactus::ntp

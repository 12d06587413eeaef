// SPDX-License-Identifier: Apache-2.0
// Packets handed to authentication schemes and back.
#include "auth_adapter.hpp"

#include <algorithm>

namespace tactus::ntp {
namespace {

constexpr const char* symmetric_scheme = "symkey";
constexpr const char* nts_scheme = "nts";

tactus_packet view_of(Bytes bytes, std::size_t auth_offset, const Header& header) {
  tactus_packet view{};
  view.struct_size = sizeof view;
  view.length = static_cast<std::uint32_t>(bytes.size());
  view.data = const_cast<std::uint8_t*>(bytes.data());  // NOLINT: client_check only reads
  view.capacity = view.length;
  view.auth_offset = static_cast<std::uint32_t>(auth_offset);
  view.version = header.version;
  view.mode = static_cast<std::uint32_t>(header.mode);
  return view;
}

}  // namespace

Scheme Schemes::find(const std::string& name, std::string* why) {
  auto entry = std::ranges::find(entries_, name, &Entry::name);
  if (entry == entries_.end()) {
    Entry fresh;
    fresh.name = name;
    tactus_error error{};
    error.struct_size = sizeof error;
    const tactus_status status =
        host_.raw()->auth(host_.raw(), name.c_str(), &fresh.scheme.ops, &fresh.scheme.instance, &error);
    if (status != TACTUS_OK) {
      fresh.scheme = {};
      fresh.why = error.text;
    }
    entries_.push_back(std::move(fresh));
    entry = std::prev(entries_.end());
  }
  if (why != nullptr) *why = entry->why;
  return entry->scheme;
}

Scheme Schemes::loaded(const std::string& name) const {
  const auto entry = std::ranges::find(entries_, name, &Entry::name);
  return entry == entries_.end() ? Scheme{} : entry->scheme;
}

void Schemes::reload() {
  for (const Entry& entry : entries_) {
    if (!entry.scheme || entry.scheme.ops->reload == nullptr) continue;
    tactus_error error{};
    error.struct_size = sizeof error;
    if (entry.scheme.ops->reload(entry.scheme.instance, &error) != TACTUS_OK && error.text[0] != '\0') {
      host_.error("{}", error.text);
    }
  }
}

SourceAuth::~SourceAuth() {
  if (scheme_ && client_ != nullptr) scheme_.ops->client_free(scheme_.instance, client_);
}

std::uint8_t SourceAuth::default_version() const {
  if (!scheme_) return version_max;
  return static_cast<std::uint8_t>(std::clamp(scheme_.ops->client_version(scheme_.instance, client_), 1U, 4U));
}

Readiness SourceAuth::prepare() {
  if (!scheme_) return Readiness::not_yet;
  switch (scheme_.ops->client_prepare(scheme_.instance, client_)) {
    case TACTUS_OK:
      return Readiness::ready;
    case TACTUS_E_NOT_FOUND:
      return Readiness::no_key;
    default:
      return Readiness::not_yet;
  }
}

bool SourceAuth::sign(MutableBytes buffer, std::size_t& length, const Packet& packet) {
  if (!scheme_) return false;
  tactus_packet view = view_of(Bytes{buffer}.first(length), length, packet.header);
  view.data = buffer.data();
  view.capacity = static_cast<std::uint32_t>(buffer.size());
  if (scheme_.ops->client_sign(scheme_.instance, client_, &view) != TACTUS_OK) return false;
  TACTUS_ASSERT(view.length >= length && view.length <= buffer.size());
  length = view.length;
  return true;
}

bool SourceAuth::check(Bytes datagram, const Packet& packet) {
  if (!scheme_) return false;
  const tactus_packet view = view_of(datagram, packet.auth_offset, packet.header);
  return scheme_.ops->client_check(scheme_.instance, client_, &view) == TACTUS_OK;
}

void SourceAuth::set_address(const tactus_address& remote) {
  if (scheme_ && scheme_.ops->client_address != nullptr) {
    scheme_.ops->client_address(scheme_.instance, client_, &remote);
  }
}

void SourceAuth::report(tactus_authdata_row& row) const {
  row.mode = mode_ == AuthMode::nts ? 2 : 1;
  if (scheme_) scheme_.ops->client_report(scheme_.instance, client_, &row);
}

std::unique_ptr<SourceAuth> make_source_auth(Host host, Schemes& schemes, const SourceOptions& options,
                                             const tactus_address& remote) {
  if (!options.nts && options.key_id == 0) return nullptr;
  const AuthMode mode = options.nts ? AuthMode::nts : AuthMode::symmetric;
  Scheme scheme;
  if (options.nts && options.type == SourceType::peer) {
    host.warning("NTS not supported with peers");
  } else {
    std::string why;
    scheme = schemes.find(options.nts ? nts_scheme : symmetric_scheme, &why);
    if (!scheme)
      host.warning("{}{}{}", options.nts ? "Missing NTS support" : "Missing symmetric key support",
                   why.empty() ? "" : ": ", why);
  }
  void* client = nullptr;
  if (scheme) {
    tactus_auth_params params{};
    params.struct_size = sizeof params;
    params.key_id = options.key_id;
    params.remote = remote;
    params.name = options.name.c_str();
    params.record = options.record;
    tactus_error error{};
    error.struct_size = sizeof error;
    if (scheme.ops->client_new(scheme.instance, &params, nullptr, nullptr, &client, &error) != TACTUS_OK) {
      host.warning("{}", error.text);
      scheme = {};
    }
  }
  return std::make_unique<SourceAuth>(scheme, client, mode);
}

Scheme RequestAuth::scheme_for(AuthMode kind) const {
  switch (kind) {
    case AuthMode::symmetric:
      return schemes_.loaded(symmetric_scheme);
    case AuthMode::nts:
      return schemes_.loaded(nts_scheme);
    default:
      return {};
  }
}

tactus_status RequestAuth::check(AuthMode kind, const tactus_packet& request, std::uint64_t* token) {
  const Scheme scheme = scheme_for(kind);
  if (!scheme || scheme.ops->server_check == nullptr) return TACTUS_E_UNSUPPORTED;
  return scheme.ops->server_check(scheme.instance, &request, token);
}

tactus_status RequestAuth::sign(AuthMode kind, const tactus_packet& request, std::uint64_t token,
                                tactus_packet* response) {
  const Scheme scheme = scheme_for(kind);
  if (!scheme || scheme.ops->server_sign == nullptr) return TACTUS_E_UNSUPPORTED;
  return scheme.ops->server_sign(scheme.instance, &request, token, response);
}

}  // namespace tactus::ntp

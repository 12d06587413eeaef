// SPDX-License-Identifier: Apache-2.0
// Authentication scheme "symkey": the key file and the operations that the NTP plugin calls.
#include <cerrno>
#include <cstring>
#include <string>

#include <sys/stat.h>

#include <tactus/sdk.hpp>

#include "options.hpp"
#include "scheme.hpp"

namespace tactus::symkey {
namespace {

constexpr std::size_t max_file_size = 4U << 20;

// One association's use of a key.
struct Client {
  std::uint32_t key_id;
};

class Symkey {
 public:
  Symkey(Host host, const Options& options) : host_(host), path_(options.text("keyfile")) {
    if (!path_.empty()) load();
  }

  void reload() {
    keys_ = KeyRing{};
    if (!path_.empty()) load();
  }

  tactus_status client_new(const tactus_auth_params& params, void** client) {
    const Key* key = keys_.find(params.key_id);
    if (key == nullptr) {
      host_.warning("Key {} is missing", params.key_id);
    } else if (8 * key->secret.size() < short_key_bits) {
      host_.warning("Key {} is too short", params.key_id);
    }
    *client = new Client{params.key_id};
    return TACTUS_OK;
  }

  void report(const Client& client, tactus_authdata_row& row) const {
    row.mode = 1;
    row.key_id = client.key_id;
    const Key* key = keys_.find(client.key_id);
    row.key_type = key != nullptr ? static_cast<std::uint32_t>(key->algorithm) : 0;
    row.key_length_bits = key != nullptr ? static_cast<std::uint32_t>(8 * key->secret.size()) : 0;
    row.last_ke_ago_s = TACTUS_AGO_NEVER;
  }

  [[nodiscard]] const KeyRing& keys() const noexcept { return keys_; }

 private:
  void load() {
    warn_of_permissions();
    std::string text(max_file_size, '\0');
    auto length = static_cast<std::uint32_t>(text.size());
    tactus_error error{sizeof(tactus_error), 0, {}};
    const auto* raw = host_.raw();
    if (raw->state_read(raw, path_.c_str(), text.data(), &length, &error) != TACTUS_OK) {
      host_.warning("Could not open keyfile {}", path_);
      return;
    }
    std::vector<Message> messages;
    keys_ = KeyRing::parse(std::string_view{text}.substr(0, length), path_, messages);
    std::fill(text.begin(), text.end(), '\0');
    for (const Message& message : messages)
      host_.log(message.warning ? LogLevel::warning : LogLevel::info, "{}", message.text);
  }

  // A key that others can read is no secret; the file is used anyway.
  void warn_of_permissions() const {
    struct stat status {};
    if (::stat(path_.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    if ((status.st_mode & S_IROTH) != 0) {
      host_.warning("World-readable permissions on {}", path_);
    } else if ((status.st_mode & S_IWOTH) != 0) {
      host_.warning("World-writable permissions on {}", path_);
    }
  }

  Host host_;
  std::string path_;
  KeyRing keys_;
};

Symkey& scheme(void* instance) { return *static_cast<Symkey*>(instance); }
Client& association(void* client) { return *static_cast<Client*>(client); }

tactus_status client_new(void* instance, const tactus_auth_params* params, tactus_auth_redirect_fn, void*,
                         void** client, tactus_error* error) {
  return guarded(error, [&] { return scheme(instance).client_new(*params, client); });
}
void client_free(void*, void* client) { delete static_cast<Client*>(client); }
std::uint32_t client_version(void* instance, void* client) {
  return request_version(scheme(instance).keys(), association(client).key_id);
}
tactus_status client_prepare(void* instance, void* client) {
  return scheme(instance).keys().find(association(client).key_id) != nullptr ? TACTUS_OK : TACTUS_E_NOT_FOUND;
}
tactus_status client_sign(void* instance, void* client, tactus_packet* packet) {
  return sign(scheme(instance).keys(), association(client).key_id, *packet);
}
tactus_status client_check(void* instance, void* client, const tactus_packet* packet) {
  return check(scheme(instance).keys(), association(client).key_id, *packet);
}
void client_address(void*, void*, const tactus_address*) {}
void client_report(void* instance, void* client, tactus_authdata_row* row) {
  scheme(instance).report(association(client), *row);
}
// Any key of the file may sign a request; the answer is signed with the same one.
tactus_status server_check(void* instance, const tactus_packet* request, std::uint64_t* token) {
  const std::uint32_t key_id = mac_key_id(*request);
  *token = key_id;
  return check(scheme(instance).keys(), key_id, *request);
}
tactus_status server_sign(void* instance, const tactus_packet*, std::uint64_t token, tactus_packet* response) {
  return sign(scheme(instance).keys(), static_cast<std::uint32_t>(token), *response);
}
tactus_status reload(void* instance, tactus_error* error) {
  return guarded(error, [&] { scheme(instance).reload(); });
}

constexpr tactus_auth_ops ops{sizeof(tactus_auth_ops),
                              0,
                              instance_create<Symkey>,
                              instance_start<Symkey>,
                              instance_destroy<Symkey>,
                              &client_new,
                              &client_free,
                              &client_version,
                              &client_prepare,
                              &client_sign,
                              &client_check,
                              &client_address,
                              &client_report,
                              &server_check,
                              &server_sign,
                              &reload};

}  // namespace
}  // namespace tactus::symkey

TACTUS_PLUGIN_NEEDS("symkey", "0.1.0", "NTP authentication with symmetric keys", "Apache-2.0", TACTUS_NEEDS_FILES,
                    tactus::auth("symkey", &tactus::symkey::ops, tactus::symkey::directives(), "symmetric keys"))

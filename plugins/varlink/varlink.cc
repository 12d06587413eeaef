// SPDX-License-Identifier: Apache-2.0
// Endpoint "varlink": reports and commands as the Varlink interface io.tactus on a Unix stream socket. This file wires
// the sessions to the socket and to the host.
#include <charconv>
#include <map>
#include <memory>

#include <tactus/sdk.hpp>
#include <tactus/sdk/run_directory.hpp>
#include <tactus/sdk/streams.hpp>

#include "options.hpp"
#include "session.hpp"
#include "unix_listener.hpp"

namespace tactus::varlink {
namespace {

constexpr const char* socket_path = "/run/tactus/io.tactus";
constexpr const char* socket_path_as_chrony = "/run/chrony/io.tactus";
constexpr const char* stage = "varlink";

class HostBackend final : public Backend {
 public:
  explicit HostBackend(Host host) : host_(host.raw()) {}
  const tactus_report* report_at(std::uint32_t index) override { return host_->report_at(host_, index); }
  const tactus_command* command_at(std::uint32_t index) override { return host_->command_at(host_, index); }
  tactus_status read(const char* name, std::uint32_t access, const tactus_query& query, tactus_row_sink sink,
                     void* user) override {
    return host_->report_read(host_, name, access, &query, sink, user);
  }
  tactus_status run(const char* name, std::uint32_t access, const void* args, std::uint32_t size, void* result,
                    tactus_error& error) override {
    return host_->command_run(host_, name, access, args, size, result, &error);
  }
  // The host keeps each record that it makes: one for each line is enough.
  const tactus_record* parse_line(const std::string& line) override {
    if (const auto known = lines_.find(line); known != lines_.end()) return known->second;
    const tactus_record* record = nullptr;
    tactus_error error{sizeof(tactus_error), 0, {}};
    if (host_->config_parse(host_, line.c_str(), &record, &error) != TACTUS_OK) record = nullptr;
    return lines_[line] = record;
  }

 private:
  const tactus_host* host_;
  std::map<std::string, const tactus_record*> lines_;
};

mode_t read_mode(const Options& options) {
  const std::string_view text = options.text("varlinkmode", "0660");
  mode_t mode = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || mode > 0777) {
    const Record record = *options.last("varlinkmode");
    fail(TACTUS_E_INVALID,
         "varlinkmode {} at line {} in file {} is no set of permission bits: write it in octal, as 0660", text,
         record.line(), record.file());
  }
  return mode;
}

class Varlink final {
 public:
  Varlink(Host host, const Options& options)
      : host_(host), backend_(host), service_{backend_, TACTUS_OWN_VERSION, {}}, mode_(read_mode(options)) {
    const bool as_chrony = (host_.run_flags() & TACTUS_RUN_CHRONY) != 0;
    path_ = options.text("varlinksocket", as_chrony ? socket_path_as_chrony : socket_path);
    if (!path_.starts_with('/')) {
      const Record record = *options.last("varlinksocket");
      fail(TACTUS_E_INVALID, "varlinksocket {} at line {} in file {}: the path has to begin with /", path_,
           record.line(), record.file());
    }
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      service_.drops[i] = &host_.drop_counter(stage, drop_name(static_cast<Drop>(i)));
    }
    // As long as there are the rights for it.
    if (auto made = create_run_directory(directory_of(path_), daemon_user(host_)); !made) {
      host_.error("{}", made.failure().text);
    }
  }
  Varlink(const Varlink&) = delete;
  Varlink& operator=(const Varlink&) = delete;

  void start() {
    auto listening = listener_.open(path_, mode_);
    if (!listening) {
      host_.error("Could not open Varlink socket {} : {}", path_, listening.failure().text);
      return;
    }
    server_.listen(std::move(*listening));
  }

 private:
  Host host_;
  HostBackend backend_;
  Service service_;
  mode_t mode_;
  std::string path_;
  UnixListener listener_;
  StreamServer server_{host_, StreamLimits{}, stage, [this](int fd, const sockaddr_storage&, socklen_t) {
                         return std::make_unique<Session>(service_, access_of_peer(fd, mode_));
                       }};
};

}  // namespace
}  // namespace tactus::varlink

TACTUS_PLUGIN_NEEDS("varlink", TACTUS_OWN_VERSION, "Reports and commands as the Varlink interface io.tactus",
                    "Apache-2.0", TACTUS_NEEDS_UNIX,
                    tactus::endpoint<tactus::varlink::Varlink>("varlink", tactus::varlink::directives(),
                                                               "Varlink interface io.tactus"))

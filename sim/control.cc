// SPDX-License-Identifier: Apache-2.0
#include "control.hpp"

#include <array>
#include <cstring>
#include <optional>

#include <tactus/sdk.hpp>

#include "channel.hpp"
#include "context.hpp"
#include "engine.hpp"
#include "host_backend.hpp"
#include "machine.hpp"
#include "private_reports.hpp"
#include "world.hpp"

namespace tactus::sim {
namespace {

// One request in, its reply out.
class EngineChannel final : public cli::Channel {
 public:
  EngineChannel(Host host, Machine& machine, cmdmon::Engine& engine, cmdmon::Backend& backend)
      : host_(host), machine_(machine), engine_(engine), backend_(backend) {}
  [[nodiscard]] bool is_open() const override { return true; }
  bool open_next() override { return true; }
  void close() override {}
  bool send(Bytes datagram) override {
    if (cmdmon::is_private_request(datagram)) {
      const std::string text = cmdmon::answer_private(datagram, backend_);
      reply_.assign(text.begin(), text.end());
      return true;
    }
    std::array<std::uint8_t, cmdmon::reply_max_size> reply{};
    const std::size_t length = engine_.answer({true, {}}, datagram, false, host_.event().monotonic, reply);
    reply_.assign(reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(length));
    return true;
  }
  std::ptrdiff_t receive(MutableBytes buffer, double) override {
    if (reply_.empty()) return timed_out;
    const std::size_t length = std::min(buffer.size(), reply_.size());
    std::memcpy(buffer.data(), reply_.data(), length);
    reply_.clear();
    return static_cast<std::ptrdiff_t>(length);
  }
  [[nodiscard]] bool is_local() const override { return true; }
  double now_s() override { return static_cast<double>(machine_.world().utc_ns()) * 1e-9; }
  std::uint32_t random() override { return host_.random<std::uint32_t>(); }
  bool sleep(double) override { return false; }  // nothing may wait here
  [[nodiscard]] bool interrupted() const override { return false; }

 private:
  Host host_;
  Machine& machine_;
  cmdmon::Engine& engine_;
  cmdmon::Backend& backend_;
  std::vector<std::uint8_t> reply_;
};

// Machines by name, addresses as they are written.
class WorldResolver final : public cli::Resolver {
 public:
  explicit WorldResolver(World& world) : world_(world) {}
  std::optional<tactus_address> lookup(const std::string& name, cli::Family family) override {
    const auto fits = [family](const tactus_address& address) {
      return family == cli::Family::any || (address.family == TACTUS_FAMILY_IPV4) == (family == cli::Family::ipv4);
    };
    if (const auto literal = cli::parse_literal(name)) return fits(*literal) ? literal : std::nullopt;
    if (const Machine* machine = world_.find(name)) {
      for (const tactus_address& address : machine->addresses()) {
        if (fits(address)) return address;
      }
    }
    return std::nullopt;
  }
  std::string reverse(const tactus_address& address) override {
    const Machine* machine = world_.owner(address);
    return machine != nullptr ? machine->name() : std::string{};
  }

 private:
  World& world_;
};

class Control {
 public:
  Control(Host host, const Options&)
      : host_(host),
        machine_(*static_cast<Machine*>(host.raw()->embedder(host.raw()))),
        backend_(host),
        engine_({}, backend_) {
    machine_.set_command([this](const std::string& line) { return run(line); });
  }
  ~Control() { machine_.set_command({}); }
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  std::string run(const std::string& line) {
    cli::Output output;
    EngineChannel channel(host_, machine_, engine_, backend_);
    cli::Session session(channel, output);
    WorldResolver resolver(machine_.world());
    cli::Settings settings;
    cli::Context context{settings, session, resolver, output};
    cli::run_line(context, line);
    return output.out() + output.err();
  }

  Host host_;
  Machine& machine_;
  cmdmon::HostBackend backend_;
  cmdmon::Engine engine_;
};

constexpr tactus_provider providers[] = {endpoint<Control>("sim-control", {}, "the command line, without a socket")};
constexpr tactus_plugin descriptor{sizeof(tactus_plugin),
                                   TACTUS_ABI_MAJOR,
                                   0,
                                   0,
                                   "sim-control",
                                   "1.0.0",
                                   "Apache-2.0",
                                   "The command line of a simulated machine",
                                   providers,
                                   1,
                                   0,
                                   nullptr};

}  // namespace

const tactus_plugin* control_plugin() noexcept { return &descriptor; }

}  // namespace tactus::sim

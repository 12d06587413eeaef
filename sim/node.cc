// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"

#include <sys/stat.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "control.hpp"
#include "daemon/command_line.hpp"
#include "daemon/identity.hpp"
#include "plugin.hpp"

namespace tactus::sim {
namespace {

constexpr std::size_t log_limit = 20000;  // messages kept

// Never waits: the world calls when there is something to do.
class WorldWaiter final : public Waiter {
 public:
  explicit WorldWaiter(Machine& machine) : machine_(machine) {}
  int wait(std::span<pollfd>, Duration) override { return 0; }
  MonoTime monotonic() override { return from_ns<MonoTime>(machine_.read_monotonic_ns()); }

 private:
  Machine& machine_;
};

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

}  // namespace

RunningNode::RunningNode(const NodeSetting& setting, const Node& plan, Machine& machine, std::string folder)
    : setting_(setting),
      plan_(plan),
      machine_(machine),
      folder_(std::move(folder)),
      random_(setting.world.stream("daemon " + plan.name)) {}

RunningNode::~RunningNode() { stop(false); }

Result<void> RunningNode::write_configuration() {
  const std::string path = folder_ + (plan_.yaml ? "/tactus.yaml" : "/chrony.conf");
  std::ofstream file(path, std::ios::trunc);
  file << replaced(plan_.config, "${dir}", folder_);
  file.close();
  if (!file) return error_status(TACTUS_E_SYSTEM, "could not write {}", path);
  std::vector<std::string_view> words(plan_.options.begin(), plan_.options.end());
  words.emplace_back("-f");
  words.emplace_back(path);
  command_line_ = parse_command_line("tactusd", words);
  if (command_line_.action != Action::run) {
    return error_status(TACTUS_E_INVALID, "options: {}", command_line_.complaint);
  }
  return {};
}

DaemonEnvironment RunningNode::environment() {
  DaemonEnvironment out;
  out.waiter = std::make_unique<WorldWaiter>(machine_);
  out.plugin_folders = {setting_.plugin_folder};
  out.module_folder = setting_.module_folder;
  out.clock_provider = "sim";
  out.random = [this] { return random_.uniform(); };
  out.embedded = {{std::string{plugin_name}, plugin()}, {std::string{control_plugin_name}, control_plugin()}};
  out.embedder = &machine_;
  out.stand_in = stand_in;
  out.random_bytes = [this](void* buffer, std::size_t length) { random_.fill(buffer, length); };
  out.lookup = setting_.lookup;
  return out;
}

// What the process around a daemon makes elsewhere.
void RunningNode::make_folders() const {
  for (const char* keyword : {"logdir", "dumpdir", "ntsdumpdir"}) {
    const config::Model& model = daemon_->model();
    if (model.declarations().find(keyword) == nullptr || !model.has(keyword)) continue;
    const std::string path = model.get_text(keyword);
    std::error_code ignored;
    if (path.starts_with(folder_ + "/")) std::filesystem::create_directories(path, ignored);
  }
}

Result<void> RunningNode::start() {
  if (daemon_) return {};
  if (auto written = write_configuration(); !written) return written;
  started_ns_ = setting_.world.now_ns();
  exit_status_.reset();
  identity_ = identity_for("tactusd");
  logger_ = std::make_unique<Logger>([this](Level level, std::string_view text) {
    if (log_.size() >= log_limit) return;
    const double at_s = static_cast<double>(setting_.world.now_ns() - setting_.world.start_ns()) * 1e-9;
    log_.push_back(fmt::format("{:.6f} {}{}", at_s, level == Level::fatal ? "Fatal error : " : "", text));
  });
  machine_.set_wake([this] { turn(); });
  daemon_ = std::make_unique<Daemon>(command_line_, identity_, *logger_, environment());
  const auto refused = [this](Result<void> result) {
    stop(false);
    return result;
  };
  in_turn_ = true;
  if (auto loaded = daemon_->load(); !loaded) return refused(loaded);
  make_folders();
  if (auto created = daemon_->create(); !created) return refused(created);
  if (auto started = daemon_->start(); !started) return refused(started);
  in_turn_ = false;
  if (daemon_->failed()) return refused(error("a plugin failed: {}", log_.empty() ? "" : log_.back()));
  schedule();
  return {};
}

void RunningNode::stop(bool orderly) {
  if (!daemon_) return;
  ++wake_generation_;
  if (orderly) daemon_->finish();
  daemon_.reset();
  logger_.reset();
  machine_.reset();
  in_turn_ = false;
}

std::string RunningNode::command(const std::string& line) {
  if (!daemon_ || !machine_.command()) return "506 Cannot talk to daemon\n";
  std::string reply = machine_.command()(line);
  if (daemon_->loop().stopping()) turn();
  schedule();
  return reply;
}

void RunningNode::turn() {
  // A packet that the machine sends to itself arrives in the middle of a turn; its timer is looked at after that.
  if (!daemon_ || in_turn_) return;
  in_turn_ = true;
  if (!daemon_->loop().stopping()) daemon_->loop().run_once(Duration::zero());
  in_turn_ = false;
  if (after_turn_) after_turn_(*this);
  if (daemon_->loop().stopping()) {
    const int status = daemon_->run();
    const bool failed = daemon_->failed();
    stop(!failed);
    exit_status_ = failed ? 1 : status;
    return;
  }
  schedule();
}

void RunningNode::schedule() {
  if (!daemon_) return;
  const std::uint64_t generation = ++wake_generation_;
  const auto next = daemon_->loop().next_timer();
  if (!next) return;
  const std::int64_t due_ns = machine_.clock().when_monotonic(to_ns(*next));
  const double late_s = draw(plan_.wakeup, random_);
  const std::int64_t late_ns = late_s > 0.0 ? std::llround(late_s * 1e9) : 0;
  setting_.world.at(due_ns + late_ns, [this, generation] {
    if (generation == wake_generation_ && !machine_.suspended()) turn();
  });
}

}  // namespace tactus::sim

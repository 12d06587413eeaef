// SPDX-License-Identifier: Apache-2.0
// Life of an instance, and the release of what it left behind.
#include "host/instance.hpp"

#include <exception>

#include "host/crash_guard.hpp"
#include "host/plugin_host.hpp"
#include "host/services.hpp"

namespace tactus {

namespace {

// create and destroy stand in the same place in the operations of every kind.
using CreateFn = tactus_status (*)(const tactus_host*, const tactus_config*, void**, tactus_error*);
using StartFn = tactus_status (*)(void*, tactus_error*);
using DestroyFn = void (*)(void*);

struct Life {
  std::uint32_t struct_size;
  std::uint32_t flags;
  CreateFn create;
  StartFn start;
  DestroyFn destroy;
};
#define TACTUS_SAME_LIFE(type)                                                                                        \
  static_assert(offsetof(type, create) == offsetof(Life, create) && offsetof(type, start) == offsetof(Life, start) && \
                    offsetof(type, destroy) == offsetof(Life, destroy),                                               \
                "operations of every kind begin alike")
TACTUS_SAME_LIFE(tactus_source_provider_ops);
TACTUS_SAME_LIFE(tactus_refclock_ops);
TACTUS_SAME_LIFE(tactus_transport_ops);
TACTUS_SAME_LIFE(tactus_auth_ops);
TACTUS_SAME_LIFE(tactus_clock_ops);
TACTUS_SAME_LIFE(tactus_endpoint_ops);
#undef TACTUS_SAME_LIFE

Life life_of(const tactus_provider& provider) {
  Life life;
  std::memcpy(&life, provider.ops, sizeof life);
  return life;
}

std::string text_of(const tactus_error& error, const tactus_status status, std::string_view label) {
  const std::size_t length = ::strnlen(error.text, sizeof error.text);
  if (length > 0) return std::string(error.text, length);
  return fmt::format("{} failed without saying why (status {})", label, status);
}

}  // namespace

Instance::Instance(PluginHost& host, const tactus_provider& provider, Identity identity)
    : host_(host), provider_(provider), identity_(std::move(identity)), services_(make_services(*this)) {}

Instance::~Instance() { destroy(); }

HostContext& Instance::context() noexcept { return host_.context(); }

void Instance::report_exception() noexcept {
  try {
    throw;
  } catch (const std::exception& failure) {
    services::report_host_exception(*this, failure.what());
  } catch (...) {
    services::report_host_exception(*this, "unknown exception");
  }
}

Result<void> Instance::run_create(const tactus_config& config) {
  tactus_error error{sizeof(tactus_error), 0, {}};
  tactus_status status = TACTUS_E_INTERNAL;
  {
    std::optional<CrashGuard> guard;
    if (!identity_.own) guard.emplace(identity_.plugin, "create");
    call_plugin([&] { status = life_of(provider_).create(&services_, &config, &instance_, &error); });
  }
  if (status == TACTUS_OK) return {};
  instance_ = nullptr;
  return Error{text_of(error, status, identity_.label), status < 0 ? status : TACTUS_E_INTERNAL};
}

Result<void> Instance::create(std::vector<const tactus_record*> records) {
  TACTUS_ASSERT(!created_);
  records_ = std::move(records);
  const tactus_config config{sizeof(tactus_config), static_cast<std::uint32_t>(records_.size()), records_.data()};
  if (auto done = run_create(config); !done) {
    release();
    return done;
  }
  created_ = true;
  if (port_) {
    const auto& driver = ops<tactus_refclock_ops>();
    std::function<void()> poll;
    if (driver.poll != nullptr) poll = [this, &driver] { call_plugin([&] { driver.poll(instance_); }); };
    port_->driver_created(driver.flags, std::move(poll));
  }
  return {};
}

Result<void> Instance::start() {
  if (started_ || !created_) return {};
  started_ = true;
  if (const StartFn begin = life_of(provider_).start) {
    tactus_error error{sizeof(tactus_error), 0, {}};
    tactus_status status = TACTUS_E_INTERNAL;
    {
      std::optional<CrashGuard> guard;
      if (!identity_.own) guard.emplace(identity_.plugin, "start");
      call_plugin([&] { status = begin(instance_, &error); });
    }
    if (status != TACTUS_OK) {
      return Error{text_of(error, status, identity_.label), status < 0 ? status : TACTUS_E_INTERNAL};
    }
  }
  return port_ ? port_->start() : Result<void>{};
}

void Instance::destroy() {
  if (created_) {
    created_ = false;
    call_plugin([&] { life_of(provider_).destroy(instance_); });
    instance_ = nullptr;
  }
  release();
}

void Instance::release() {
  HostContext& core = context();
  core.registry.remove_owner(identity_.owner);
  for (const auto& [id, timer] : held_.timers) core.loop.stop_timer(timer);
  for (const auto& [id, watch] : held_.watches) core.loop.unwatch(watch);
  for (const auto& [id, name] : held_.names) core.resolver.cancel(name);
  if (host_.clock() != nullptr) {
    for (const std::uint64_t handler : held_.clock_handlers) host_.clock()->remove_handler(handler);
  }
  if (host_.discipline() != nullptr) {
    for (const auto& [handle, owned] : held_.sources) host_.discipline()->free_source(handle->source);
  }
  port_.reset();
  held_ = Holdings{};
}

}  // namespace tactus

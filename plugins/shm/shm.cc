// SPDX-License-Identifier: Apache-2.0
// Reference clock driver "shm": reads a System V shared memory segment once per driver poll.
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <sys/ipc.h>
#include <sys/shm.h>

#include <tactus/sdk.hpp>

#include "options.hpp"
#include "segment.hpp"

namespace tactus::shm {
namespace {

constexpr int default_permissions = 0600;

class Shm final : public Refclock {
 public:
  Shm(RefclockHost host, const Options& options) : Refclock(host) {
    const std::string unit{options.parameter()};
    // The specification wants the unit read like atoi: what is no number counts as 0.
    const int number = static_cast<int>(std::strtol(unit.c_str(), nullptr, 10));
    int permissions = default_permissions;
    if (const auto driver = options.driver(); driver && driver->present("perm")) {
      permissions = static_cast<int>(std::strtol(std::string{driver->text("perm")}.c_str(), nullptr, 8)) & 0777;
    }
    const int id = shmget(segment_key_base + number, segment_size, IPC_CREAT | permissions);
    if (id < 0) fail(TACTUS_E_SYSTEM, "shmget() failed : {}", std::strerror(errno));
    void* attached = shmat(id, nullptr, 0);
    if (attached == reinterpret_cast<void*>(-1)) fail(TACTUS_E_SYSTEM, "shmat() failed : {}", std::strerror(errno));
    segment_ = static_cast<std::uint8_t*>(attached);
  }
  Shm(const Shm&) = delete;
  Shm& operator=(const Shm&) = delete;
  ~Shm() override { shmdt(segment_); }

  void poll() {
    std::uint8_t copy[segment_size];
    std::memcpy(copy, segment_, segment_size);
    std::atomic_thread_fence(std::memory_order_acquire);
    const Decoded decoded = decode(copy, *at(count_offset));
    switch (decoded.verdict) {
      case Verdict::not_ready:
        return;
      case Verdict::bad_mode:
        host().drop(Drop::malformed,
                    "SHM segment has an unknown mode, only 0 and 1 are known: is the writer of another program?");
        return;
      case Verdict::torn:
        host().drop(Drop::stale, "SHM segment changed while it was read");
        return;
      case Verdict::out_of_range:
        *at(valid_offset) = 0;
        host().drop(Drop::out_of_range, "SHM segment holds a time that no clock can have");
        return;
      case Verdict::good:
        *at(valid_offset) = 0;
        host().sample({.when = decoded.receive, .offset_s = decoded.offset_s, .leap = decoded.leap});
        return;
    }
  }

 private:
  volatile std::int32_t* at(std::size_t offset) const { return reinterpret_cast<std::int32_t*>(segment_ + offset); }
  std::uint8_t* segment_ = nullptr;
};

}  // namespace
}  // namespace tactus::shm

TACTUS_PLUGIN_NEEDS("shm", "0.1.0", "Reference clock over shared memory (gpsd, ntpd drivers)", "Apache-2.0",
                    TACTUS_NEEDS_SHM,
                    tactus::refclock<tactus::shm::Shm>("shm", tactus::shm::directives(),
                                                       "System V shared memory segment"))

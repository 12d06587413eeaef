// SPDX-License-Identifier: MIT
// A reference clock for Tactus: a time interval counter that prints, once a second, how far its reference is ahead of
// this machine's clock ("offset in ns" and a newline), on a serial line or a FIFO.
//   refclock COUNTER /dev/ttyUSB0 refid CTR
#include <fcntl.h>

#include <charconv>
#include <string>

#include <tactus/sdk.hpp>

class Counter final : public tactus::Refclock {
 public:
  Counter(tactus::RefclockHost host, const tactus::Options& options) : Refclock(host) {
    const std::string path{options.parameter()};
    port_ = tactus::Fd{::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};
    if (!port_) tactus::fail(TACTUS_E_SYSTEM, "Could not open {}", path);
  }
  void start() {
    watch_.start(host(), port_.get(), TACTUS_WATCH_READ, [this](std::uint32_t) { on_readable(); });
    host().present(true);
  }

 private:
  void on_readable() {
    char bytes[256];
    const auto length = ::read(port_.get(), bytes, sizeof bytes);
    for (ssize_t i = 0; i < length; ++i) {
      if (bytes[i] == '\n')
        on_line(std::exchange(line_, {}));
      else if (line_.size() < sizeof bytes)
        line_ += bytes[i];
    }
  }
  void on_line(const std::string& line) {
    double ns = 0.0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), ns);
    if (error == std::errc{} && end == line.data() + line.size()) {
      host().sample({.when = host().now().raw, .offset_s = ns * 1e-9, .dispersion_s = 1e-6});
    } else {
      host().drop(tactus::Drop::malformed, "not a number: '{}'", line);
    }
  }
  tactus::Fd port_;
  tactus::Watch watch_;
  std::string line_;
};

TACTUS_PLUGIN("counter", "1.0.0", "Time interval counter on a serial line", "MIT", tactus::refclock<Counter>("counter"))

// SPDX-License-Identifier: Apache-2.0
// Reference clock driver "sock": a Unix datagram socket to which programs such as gpsd send their measurements.
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <tactus/sdk.hpp>

#include "datagram.hpp"
#include "options.hpp"

namespace tactus::sock {
namespace {

constexpr int datagrams_per_wakeup = 16;  // leaves the loop to others when a writer floods

class Sock final : public Refclock {
 public:
  Sock(RefclockHost host, const Options& options) : Refclock(host), path_(options.parameter()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path_.empty() || path_.size() >= sizeof(address.sun_path)) {
      fail(TACTUS_E_INVALID, "Could not open socket {} : the path has to be 1 to {} characters long", path_,
           sizeof(address.sun_path) - 1);
    }
    std::memcpy(address.sun_path, path_.data(), path_.size());
    socket_ = Fd{::socket(AF_UNIX, SOCK_DGRAM, 0)};
    if (!socket_) fail(TACTUS_E_SYSTEM, "Could not open socket {} : {}", path_, std::strerror(errno));
    ::fcntl(socket_.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
    ::unlink(path_.c_str());
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
      fail(TACTUS_E_SYSTEM, "Could not open socket {} : {}", path_, std::strerror(errno));
    }
    bound_ = true;
    watch_.start(this->host(), socket_.get(), TACTUS_WATCH_READ, [this](std::uint32_t) { read_all(); });
  }
  Sock(const Sock&) = delete;
  Sock& operator=(const Sock&) = delete;
  ~Sock() override {
    watch_.stop();
    if (bound_) ::unlink(path_.c_str());
  }

 private:
  void read_all() {
    // One octet more than a message has: a longer one shows.
    std::array<std::uint8_t, datagram_size + 1> buffer{};
    for (int i = 0; i < datagrams_per_wakeup; ++i) {
      const ssize_t length = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
      if (length < 0) return;
      on_datagram(Bytes{buffer.data(), static_cast<std::size_t>(length)});
    }
  }
  void on_datagram(Bytes datagram) {
    const Message message = decode(datagram);
    if (const auto* time = std::get_if<TimeMessage>(&message)) {
      host().sample({.when = time->when, .offset_s = time->offset_s, .leap = time->leap});
    } else if (const auto* pulse = std::get_if<PulseMessage>(&message)) {
      host().pulse({.when = pulse->when, .second_s = pulse->second_s});
    } else {
      const Refusal refusal = std::get<Refusal>(message);
      host().drop(refusal == Refusal::bad_time ? Drop::out_of_range : Drop::malformed, "{}", refusal_text(refusal));
    }
  }

  std::string path_;
  bool bound_ = false;
  Fd socket_;
  Watch watch_;
};

}  // namespace
}  // namespace tactus::sock

TACTUS_PLUGIN_NEEDS("sock", "0.1.0", "Reference clock over a Unix datagram socket (gpsd)", "Apache-2.0",
                    TACTUS_NEEDS_UNIX,
                    tactus::refclock<tactus::sock::Sock>("sock", tactus::sock::directives(), "Unix datagram socket"))

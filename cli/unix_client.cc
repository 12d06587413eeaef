// SPDX-License-Identifier: Apache-2.0
// The client's end of the Unix socket (command protocol specification 4.3): a directory for this process beside the
// server's socket, a hidden one with a random name in it, and the socket in that.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "transport.hpp"

namespace tactus::cli {

namespace {

constexpr mode_t directory_mode = 0711;
constexpr mode_t socket_mode = 0666;
constexpr std::string_view name_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t name_length = 16;

bool fill(sockaddr_un& address, const std::string& path) {
  address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.data(), path.size());
  return true;
}

Fd datagram_socket() {
  Fd fd{::socket(AF_UNIX, SOCK_DGRAM, 0)};
  if (fd) (void)::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

bool connect_to(int fd, const sockaddr_un& server) {
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0;
}

std::string random_name(std::uint64_t random) {
  std::string out;
  for (std::size_t i = 0; i < name_length; ++i) {
    out += name_letters[random % name_letters.size()];
    random = random / name_letters.size() + random * 0x9e3779b97f4a7c15u;
  }
  return out;
}

}  // namespace

bool UnixClient::make_directories(const std::string& path, std::uint64_t random, Output& output) {
  const std::size_t slash = path.rfind('/');
  const std::string parent = slash == 0 ? "/" : path.substr(0, slash);
  const std::string directory = fmt::format("{}{}chronyc.{}", parent, slash == 0 ? "" : "/", ::getpid());
  const std::string name = random_name(random);
  sockaddr_un address;
  if (!fill(address, directory + "/" + name + "/sock")) {
    output.complain("Server socket path {} is too long", path);
    return false;
  }
  if (::mkdir(directory.c_str(), directory_mode) != 0 && errno != EEXIST) {
    output.complain("Could not create {} : {}", directory, std::strerror(errno));
    return false;
  }
  directory_ = directory;
  const Fd opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat info {};
  if (!opened || ::fstat(opened.get(), &info) != 0) {
    output.complain("Could not open/stat {} : {}", directory, std::strerror(errno));
    return false;
  }
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 0777 & ~directory_mode) != 0) {
    output.complain("Unexpected mode/owner of {}", directory);
    return false;
  }
  if (::mkdirat(opened.get(), name.c_str(), directory_mode) != 0) {
    output.complain("Could not create {}/{} : {}", directory, name, std::strerror(errno));
    return false;
  }
  inner_ = directory + "/" + name;
  return true;
}

Fd UnixClient::open(const std::string& path, std::uint64_t random, Output& output) {
  close();
  sockaddr_un server;
  // Is anybody there at all? If not, nothing is said and nothing is created.
  if (!fill(server, path)) {
    output.complain("Server socket path {} is too long", path);
    return Fd{};
  }
  {
    const Fd probe = datagram_socket();
    if (!probe || !connect_to(probe.get(), server)) return Fd{};
  }
  if (!make_directories(path, random, output)) {
    close();
    return Fd{};
  }
  Fd fd = datagram_socket();
  sockaddr_un own;
  const std::string socket = inner_ + "/sock";
  if (!fd || !fill(own, socket) || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) {
    output.complain("Could not bind/connect client Unix socket");
    close();
    return Fd{};
  }
  socket_ = socket;
  if (!connect_to(fd.get(), server)) {
    output.complain("Could not bind/connect client Unix socket");
    close();
    return Fd{};
  }
  // The daemon, which may run as another user, has to be able to answer.
  if (::chmod(socket_.c_str(), socket_mode) != 0 || ::chmod(inner_.c_str(), directory_mode) != 0 ||
      ::chmod(directory_.c_str(), directory_mode) != 0) {
    output.complain("Could not change socket or directory permissions : {}", std::strerror(errno));
    close();
    return Fd{};
  }
  return fd;
}

void UnixClient::close() {
  if (!socket_.empty()) ::unlink(socket_.c_str());
  if (!inner_.empty()) ::rmdir(inner_.c_str());
  if (!directory_.empty()) ::rmdir(directory_.c_str());
  socket_.clear();
  inner_.clear();
  directory_.clear();
}

}  // namespace tactus::cli

// SPDX-License-Identifier: Apache-2.0
#include "program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tactus::test {
namespace {

constexpr unsigned longest_run_s = 60;

std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

void redirect(int fd, const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::dup2(file, fd);
  ::close(file);
}

}  // namespace

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "tactus-daemon-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}
Folder::~Folder() { std::filesystem::remove_all(path_); }

std::string daemon_as_chronyd(const Folder& folder) {
  const std::string link = folder.file("chronyd");
  std::filesystem::create_symlink(TACTUS_TEST_BUILD "/bin/tactusd", link);
  return link;
}

Output run_program(const std::string& path, const std::string& argv0, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment) {
  const Folder folder;
  const pid_t pid = ::fork();
  if (pid == 0) {
    redirect(STDOUT_FILENO, folder.file("out"));
    redirect(STDERR_FILENO, folder.file("err"));
    for (const std::string& variable : environment) ::putenv(const_cast<char*>(variable.c_str()));
    std::vector<char*> argv{const_cast<char*>(argv0.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::alarm(longest_run_s);
    ::execv(path.c_str(), argv.data());
    ::_exit(127);
  }
  Output output;
  int status = 0;
  if (::waitpid(pid, &status, 0) == pid && WIFEXITED(status)) output.exit_status = WEXITSTATUS(status);
  output.out = read_file(folder.file("out"));
  output.err = read_file(folder.file("err"));
  return output;
}

}  // namespace tactus::test

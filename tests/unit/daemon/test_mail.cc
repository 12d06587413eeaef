// SPDX-License-Identifier: Apache-2.0
// The mail of `mailonchange`: its text, and a program that gets it on its standard input. Configuration specification,
// section 12.10.
#include <gtest/gtest.h>

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "daemon/mail.hpp"

namespace tactus {
namespace {

namespace fs = std::filesystem;

TEST(Mail, says_when_and_how_much) {
  const std::string text =
      mail_text("root@example.net", "node1", from_ns<Instant>(1'700'000'000'000'000'000), 1.5, 0.5);
  EXPECT_TRUE(
      text.starts_with("To: root@example.net\nSubject: chronyd reports change to system clock on node [node1]\n\n"))
      << text;
  EXPECT_NE(text.find("Tue 14 Nov 2023 at 22:13:20 UTC"), std::string::npos) << text;
  EXPECT_NE(text.find("-1.500 seconds"), std::string::npos) << text;
  EXPECT_NE(text.find("0.500 seconds"), std::string::npos) << text;
}

TEST(Mail, the_program_gets_the_text_and_nobody_waits_for_it) {
  char pattern[] = "/tmp/tactus-mail-XXXXXX";
  const fs::path folder = ::mkdtemp(pattern);
  const fs::path program = folder / "sendmail";
  std::ofstream(program) << "#!/bin/sh\n[ \"$1\" = -t ] && cat > " << folder.string() << "/new && mv "
                         << folder.string() << "/new " << folder.string() << "/mail\n";
  fs::permissions(program, fs::perms::owner_all);
  ASSERT_TRUE(send_mail(program.string(), "To: x\n\ntext\n"));
  for (int i = 0; i < 3000 && !fs::exists(folder / "mail"); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::stringstream got;
  got << std::ifstream(folder / "mail").rdbuf();
  EXPECT_EQ(got.str(), "To: x\n\ntext\n");
  EXPECT_FALSE(send_mail((folder / "nothing").string(), "text"));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace tactus

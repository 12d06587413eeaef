// SPDX-License-Identifier: Apache-2.0
// Plugins that are missing, foreign, too new, too old, truncated or crashing: each gives one clear message.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "host/descriptor.hpp"
#include "host/inspect.hpp"
#include "host/loader.hpp"
#include "host/probe.hpp"

namespace tactus {
namespace {

// A folder of its own for each test, removed at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = "/tmp/tactus-abi-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    for (const std::string& name : list()) ::unlink(file(name).c_str());
    ::rmdir(path_.c_str());
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name + ".so"; }
  [[nodiscard]] std::vector<std::string> list() const { return list_plugins({path_}); }
  void write(const std::string& name, const std::string& content) const {
    ::unlink(file(name).c_str());  // never into a file that may still be mapped
    std::ofstream(file(name), std::ios::binary) << content;
    ::chmod(file(name).c_str(), 0644);
  }

 private:
  std::string path_;
};

std::string content_of(const std::string& name) {
  std::ifstream in(std::string{ABI_PLUGINS} + "/" + name + ".so", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

LoaderSettings settings_for(const std::string& folder) {
  LoaderSettings settings;
  settings.folders = {folder};
  settings.probe_limit_s = 2;
  return settings;
}

// The message of a plugin that must not load, with the folder's name replaced by DIR.
std::string refusal(const std::string& name, const std::string& folder = ABI_PLUGINS, tactus_status* status = nullptr) {
  PluginLoader loader{settings_for(folder)};
  const auto loaded = loader.load(name);
  if (loaded) return "loaded";
  if (status != nullptr) *status = loaded.failure().status;
  EXPECT_TRUE(loader.loaded().empty());
  std::string text = loaded.failure().text;
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.replace(at, folder.size(), "DIR");
  }
  return text;
}

TEST(Loading, a_good_plugin_loads_once) {
  PluginLoader loader{settings_for(ABI_PLUGINS)};
  const auto loaded = loader.load("good");
  ASSERT_TRUE(loaded.ok()) << loaded.failure().text;
  EXPECT_STREQ((*loaded)->name, "good");
  const auto again = loader.load("good");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *loaded);
  EXPECT_EQ(loader.loaded().size(), 1u);
}

TEST(Loading, the_oldest_plugin_loads_for_ever) {
  PluginLoader loader{settings_for(ABI_PLUGINS)};
  const auto loaded = loader.load("oldest");
  ASSERT_TRUE(loaded.ok()) << loaded.failure().text;
  EXPECT_EQ((*loaded)->abi_major, 1u);
  EXPECT_EQ((*loaded)->abi_minor, 0u);
}

TEST(Loading, a_plugin_of_a_later_minor_that_can_live_with_this_one_is_read_by_its_own_sizes) {
  PluginLoader loader{settings_for(ABI_PLUGINS)};
  const auto loaded = loader.load("newer");
  ASSERT_TRUE(loaded.ok()) << loaded.failure().text;
  EXPECT_STREQ(provider_at(**loaded, 1).name, "newer_too");
  const auto options = inspect_options(loader);
  ASSERT_EQ(options.size(), 4u);
  EXPECT_STREQ(options[1].option, "second");
  EXPECT_STREQ(options[2].directive, "newer_too");
  EXPECT_STREQ(options[3].doc, "second option");
}

TEST(Loading, a_missing_plugin_says_where_it_was_looked_for) {
  tactus_status status = TACTUS_OK;
  EXPECT_EQ(refusal("gpsdo", ABI_PLUGINS, &status), "Could not load plugin gpsdo: there is no gpsdo.so in DIR");
  EXPECT_EQ(status, TACTUS_E_NOT_FOUND);
  EXPECT_EQ(refusal("nts"), "Could not load plugin nts: there is no nts.so in DIR (install the package tactus-nts)");
  EXPECT_EQ(refusal("../good"), "Could not load plugin ../good: '../good' cannot be the name of a plugin");
  EXPECT_EQ(refusal(""), "Could not load plugin : '' cannot be the name of a plugin");
}

TEST(Loading, another_major_and_a_newer_minor_say_what_to_install) {
  tactus_status status = TACTUS_OK;
  EXPECT_EQ(refusal("wrong_major", ABI_PLUGINS, &status),
            "Could not load plugin wrong_major: DIR/wrong_major.so is built for plugin ABI 2.0, this Tactus has 1.0: "
            "install a build of it for ABI 1");
  EXPECT_EQ(status, TACTUS_E_UNSUPPORTED);
  EXPECT_EQ(refusal("newer_minor"),
            "Could not load plugin newer_minor: DIR/newer_minor.so needs plugin ABI 1.7 or newer, this Tactus has 1.0: "
            "install a newer Tactus");
}

TEST(Loading, what_is_no_plugin_is_told_so) {
  EXPECT_EQ(refusal("no_entry"),
            "Could not load plugin no_entry: DIR/no_entry.so is not a Tactus plugin: it does not export "
            "tactus_plugin_entry");
  EXPECT_EQ(refusal("null_descriptor"),
            "Could not load plugin null_descriptor: DIR/null_descriptor.so gives no descriptor");
  const Folder folder;
  folder.write("text",
               "This is not a plugin, but it is long enough to hold an ELF header, if it were one. Is it not?\n");
  EXPECT_EQ(refusal("text", folder.path()), "Could not load plugin text: DIR/text.so is not a shared object");
  folder.write("empty", "");
  EXPECT_EQ(refusal("empty", folder.path()), "Could not load plugin empty: DIR/empty.so is not a shared object");
  ASSERT_EQ(::mkdir(folder.file("folder").c_str(), 0755), 0);
  EXPECT_EQ(refusal("folder", folder.path()), "Could not load plugin folder: DIR/folder.so is not a regular file");
  ::rmdir(folder.file("folder").c_str());
  ASSERT_EQ(::mkfifo(folder.file("fifo").c_str(), 0644), 0);
  EXPECT_EQ(refusal("fifo", folder.path()), "Could not load plugin fifo: DIR/fifo.so is not a regular file");
  ASSERT_EQ(::symlink("nowhere", folder.file("link").c_str()), 0);
  EXPECT_EQ(refusal("link", folder.path()),
            "Could not load plugin link: DIR/link.so cannot be opened: No such file or directory");
}

TEST(Loading, a_plugin_for_another_machine_is_told_so) {
  const Folder folder;
  std::string content = content_of("good");
  content[18] = 0x15;  // e_machine: EM_PPC64
  content[19] = 0;
  folder.write("good", content);
  EXPECT_EQ(refusal("good", folder.path()),
            "Could not load plugin good: DIR/good.so is built for another machine (ELF machine 21)");
}

TEST(Loading, a_crash_while_loading_costs_a_message_only) {
  tactus_status status = TACTUS_OK;
#if !defined(__SANITIZE_ADDRESS__)
  EXPECT_EQ(refusal("crash_constructor", ABI_PLUGINS, &status),
            "Could not load plugin crash_constructor: DIR/crash_constructor.so crashed while it was loaded "
            "(signal 11: Segmentation fault)");
  EXPECT_EQ(status, TACTUS_E_INTERNAL);
#else
  EXPECT_NE(refusal("crash_constructor", ABI_PLUGINS, &status), "loaded");
#endif
  EXPECT_EQ(refusal("crash_entry"),
            "Could not load plugin crash_entry: DIR/crash_entry.so crashed while it was loaded (signal 6: Aborted)");
  EXPECT_EQ(refusal("exit_constructor"),
            "Could not load plugin exit_constructor: DIR/exit_constructor.so ended the process while it was loaded "
            "(status 0)");
  EXPECT_EQ(refusal("hang_constructor"),
            "Could not load plugin hang_constructor: DIR/hang_constructor.so did not finish loading within 2 s");
}

TEST(Loading, a_broken_descriptor_is_named) {
  const std::string broken = " has a broken descriptor: ";
  const auto reason = [&](const std::string& name) {
    const std::string text = refusal(name);
    const std::string head = "Could not load plugin " + name + ": DIR/" + name + ".so" + broken;
    return text.starts_with(head) ? text.substr(head.size()) : "unexpected: " + text;
  };
  EXPECT_EQ(reason("no_providers"), "it has no proper list of providers");
  EXPECT_EQ(reason("too_many"), "it has no proper list of providers");
  EXPECT_EQ(reason("no_create"), "provider 'no_create' lacks the function create");
  EXPECT_EQ(reason("no_ops"), "provider 'no_ops' has no operations");
  EXPECT_EQ(reason("odd_kind"), "provider 'odd_kind' is of a kind that is not known (77)");
  EXPECT_EQ(reason("other_name"), "none of its providers is named 'other_name' as the file is");
  EXPECT_EQ(reason("upper_name"), "a provider has no proper name");
  EXPECT_EQ(reason("empty_range"), "field 1 of the directive 'empty_range' is incomplete");
}

TEST(Loading, a_truncated_plugin_never_crashes) {
  const Folder folder;
  const std::string whole = content_of("good");
  ASSERT_GT(whole.size(), 4096u);
  std::size_t cut_short = 0;
  for (std::size_t length = 0; length < whole.size(); length += length < 256 ? 1 : 97) {
    folder.write("good", whole.substr(0, length));
    const std::string text = refusal("good", folder.path());
    ASSERT_NE(text, "loaded") << length << " of " << whole.size();
    ASSERT_TRUE(text.starts_with("Could not load plugin good: DIR/good.so ")) << text;
    ASSERT_EQ(text.find("signal"), std::string::npos) << "the child crashed at " << length << ": " << text;
    if (text.find("is cut short: its headers speak of ") != std::string::npos) ++cut_short;
  }
  EXPECT_GT(cut_short, 40u);
  folder.write("good", whole.substr(0, whole.size() - 1));
  EXPECT_EQ(
      refusal("good", folder.path()),
      fmt::format("Could not load plugin good: DIR/good.so is cut short: its headers speak of {} bytes, it has {}: "
                  "install it again",
                  whole.size(), whole.size() - 1));
  folder.write("good", whole);
  EXPECT_EQ(refusal("good", folder.path()), "loaded");
}

TEST(Loading, damaged_headers_cost_a_message_only) {
  const Folder folder;
  const std::string whole = content_of("good");
  // Every byte of the ELF header and of the program headers, set to what hurts most.
  for (std::size_t at = 4; at < 64 + 56 * 4; ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    folder.write("good", damaged);
    const std::string text = refusal("good", folder.path());
    ASSERT_TRUE(text == "loaded" || text.starts_with("Could not load plugin good: ")) << at << ": " << text;
  }
}

TEST(Loading, a_file_that_others_may_write_is_refused) {
  const Folder folder;
  folder.write("good", content_of("good"));
  tactus_status status = TACTUS_OK;
  ::chmod(folder.file("good").c_str(), 0666);
  EXPECT_EQ(refusal("good", folder.path(), &status),
            "Could not load plugin good: DIR/good.so is writable by others (mode 0666): chmod go-w DIR/good.so");
  EXPECT_EQ(status, TACTUS_E_DENIED);
  ::chmod(folder.file("good").c_str(), 0644);
  ::chmod(folder.path().c_str(), 0777);
  EXPECT_EQ(refusal("good", folder.path()),
            "Could not load plugin good: DIR is writable by others (mode 0777): chmod go-w DIR");
  ::chmod(folder.path().c_str(), 0700);
  EXPECT_EQ(refusal("good", folder.path()), "loaded");
}

TEST(Loading, group_write_is_accepted_only_of_ones_own_group_and_never_by_root) {
  const Folder folder;
  folder.write("good", content_of("good"));
  ::chmod(folder.file("good").c_str(), 0664);
  struct stat status {};
  ASSERT_EQ(::stat(folder.file("good").c_str(), &status), 0);
  const std::string path = folder.file("good");
  // Owned by whoever runs this test; a daemon without root under the same user, then under another.
  if (status.st_uid == 0) {
    EXPECT_FALSE(check_plugin_file(path, {0, status.st_gid}, "").ok());
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    EXPECT_TRUE(check_plugin_file(path, {12345, 12345}, "").ok());
    EXPECT_FALSE(check_plugin_file(path, {12345, 54321}, "").ok());
  } else {
    EXPECT_TRUE(check_plugin_file(path, {status.st_uid, status.st_gid}, "").ok());
    EXPECT_FALSE(check_plugin_file(path, {status.st_uid, status.st_gid + 1}, "").ok());
  }
}

TEST(Loading, a_file_of_a_stranger_is_refused) {
  const Folder folder;
  folder.write("good", content_of("good"));
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(folder.file("good").c_str(), 12345, 12345), 0);
    EXPECT_EQ(refusal("good", folder.path()),
              "Could not load plugin good: DIR/good.so belongs to user 12345: it must belong to root");
  } else {
    const auto checked = check_plugin_file(folder.file("good"), {::geteuid() + 1, ::getegid()}, "");
    ASSERT_FALSE(checked.ok());
    EXPECT_EQ(checked.failure().status, TACTUS_E_DENIED);
  }
}

TEST(Loading, a_disabled_plugin_stays_out) {
  PluginLoader loader{settings_for(ABI_PLUGINS)};
  loader.set_disabled({"good"});
  const auto loaded = loader.load("good");
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.failure().status, TACTUS_E_DISABLED);
  EXPECT_EQ(loaded.failure().text, "Could not load plugin good: it is disabled in the configuration");
}

TEST(Loading, the_first_folder_that_has_the_file_counts) {
  const Folder folder;
  folder.write("good", content_of("wrong_major"));
  LoaderSettings settings = settings_for(ABI_PLUGINS);
  settings.folders.insert(settings.folders.begin(), folder.path());
  PluginLoader loader{settings};
  EXPECT_FALSE(loader.load("good").ok());
  EXPECT_TRUE(loader.load("oldest").ok());
}

TEST(Inspecting, lists_what_is_loaded_and_what_could_be_without_loading_it) {
  const Folder folder;
  for (const char* name : {"good", "oldest", "wrong_major", "crash_constructor"}) folder.write(name, content_of(name));
  PluginLoader loader{settings_for(folder.path())};
  ASSERT_TRUE(loader.load("oldest").ok());
  const auto rows = inspect_plugins(loader);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_STREQ(rows[0].plugin, "crash_constructor");
  EXPECT_NE(std::string(rows[0].problem).find("crash_constructor.so "), std::string::npos) << rows[0].problem;
  EXPECT_NE(std::string(rows[0].problem).find(" while it was loaded"), std::string::npos) << rows[0].problem;
  EXPECT_STREQ(rows[1].plugin, "good");
  EXPECT_STREQ(rows[1].problem, "");
  EXPECT_EQ(rows[1].loaded, 0u);
  EXPECT_EQ(rows[1].kind, TACTUS_KIND_REFCLOCK);
  EXPECT_EQ(rows[1].options, 1u);
  EXPECT_STREQ(rows[2].plugin, "oldest");
  EXPECT_EQ(rows[2].loaded, 1u);
  EXPECT_NE(std::string(rows[3].problem).find("is built for plugin ABI 2.0"), std::string::npos);
  EXPECT_EQ(loader.loaded().size(), 1u);
  std::ifstream maps("/proc/self/maps");
  const std::string mapped{std::istreambuf_iterator<char>(maps), {}};
  EXPECT_EQ(mapped.find(folder.file("good")), std::string::npos) << "it was mapped in a child only";
  EXPECT_NE(mapped.find(folder.file("oldest")), std::string::npos);
}

// Asked over an endpoint behind the system call filter, a child or a mapping would be the daemon's end.
TEST(Inspecting, a_sealed_loader_names_what_it_does_not_examine) {
  const Folder folder;
  for (const char* name : {"good", "oldest"}) folder.write(name, content_of(name));
  PluginLoader loader{settings_for(folder.path())};
  ASSERT_TRUE(loader.load("oldest").ok());
  loader.seal();
  const auto rows = inspect_plugins(loader);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_STREQ(rows[0].plugin, "good");
  EXPECT_STREQ(rows[0].problem, "not examined: the system call filter is on");
  EXPECT_EQ(rows[1].loaded, 1u);
}

}  // namespace
}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Loads one plugin as the daemon does and prints what it is, or the one message why it cannot be loaded (exit status
// 1). Used by the test of the out-of-tree example: abi_load FOLDER NAME.
#include <cstdio>

#include "host/descriptor.hpp"
#include "host/loader.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  tactus::LoaderSettings settings;
  settings.folders = {argv[1]};
  tactus::PluginLoader loader{settings};
  const auto plugin = loader.load(argv[2]);
  if (!plugin) {
    std::printf("%s\n", plugin.failure().text.c_str());
    return 1;
  }
  const auto& provider = tactus::provider_at(**plugin, 0);
  std::printf("loaded %s %s: %s %s\n", (*plugin)->name, (*plugin)->version,
              std::string(tactus::kind_name(provider.kind)).c_str(), provider.name);
  return 0;
}

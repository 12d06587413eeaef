// SPDX-License-Identifier: Apache-2.0
// Fuzz target of both configuration readers. The first byte chooses: even chrony.conf, odd YAML (with the build tree's
// tactus-yaml.so; without it that half only sees that the module is missing).
// links: tactus_config ntp_engine cmdmon_engine symkey_engine shm_engine sock_engine
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "build_config.hpp"
#include "config/checks.hpp"
#include "config/loader.hpp"

// The declarations of the plugins (their options.hpp; the headers of all have the same name).
namespace tactus::ntp {
std::span<const tactus_directive> directives();
}
namespace tactus::cmdmon {
std::span<const tactus_directive> directives();
}
namespace tactus::symkey {
std::span<const tactus_directive> directives();
}
namespace tactus::shm {
std::span<const tactus_directive> directives();
}
namespace tactus::sock {
std::span<const tactus_directive> directives();
}

namespace {

using namespace tactus::config;

// Lines that would make the reader open files of the machine are left out.
bool opens_files(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower.find("include") != std::string::npos || lower.find("confdir") != std::string::npos;
}

void run(std::string_view text, bool yaml) {
  Declarations declarations;
  for (const auto table : {tactus::ntp::directives(), tactus::cmdmon::directives(), tactus::symkey::directives(),
                           tactus::shm::directives(), tactus::sock::directives()}) {
    for (const tactus_directive& directive : table) {
      if (!declarations.add(&directive, "plugin")) __builtin_trap();
    }
  }
  Model model{&declarations};
  LoadOptions options;
  options.stop_at_first = false;
  options.resolve = [](const std::string&) { return std::nullopt; };
  options.module_directory = tactus::build_tree_module_dir;
  Loader loader{declarations, model, options};
  loader.read_text(text, yaml ? "fuzz.yaml" : "fuzz.conf");
  check_configuration(model, {});
  configuration_warnings(model);
  for (const tactus_record* record : model.records()) to_chrony_line(*record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text{reinterpret_cast<const char*>(data) + 1, size - 1};
  if (!opens_files(text)) run(text, (data[0] & 1) != 0);
  return 0;
}

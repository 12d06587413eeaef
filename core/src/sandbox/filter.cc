// SPDX-License-Identifier: Apache-2.0
// The core's side of the module tactus-seccomp.so (filter_module.h).
#include "sandbox/filter.hpp"

#include <dlfcn.h>

namespace tactus {
namespace {

constexpr int highest_filter_level = 2;

}  // namespace

Result<void> check_filter_level(int level) {
  if (level >= -highest_filter_level && level <= highest_filter_level) return {};
  return error_status(TACTUS_E_INVALID, "Unsupported filter level");
}

void FilterModule::Close::operator()(void* module) const { ::dlclose(module); }

Result<FilterModule> FilterModule::open(const std::string& folder) {
  const std::string path = folder + "/tactus-seccomp.so";
  void* const module = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (module == nullptr) {
    const char* const why = ::dlerror();
    return error_status(TACTUS_E_UNSUPPORTED, "system call filter not supported : {}", why != nullptr ? why : path);
  }
  const auto load = reinterpret_cast<tactus_filter_load_fn>(::dlsym(module, TACTUS_FILTER_LOAD));
  FilterModule opened(module, load);
  if (load == nullptr) {
    return error_status(TACTUS_E_UNSUPPORTED, "system call filter not supported : {} has no {}", path,
                        TACTUS_FILTER_LOAD);
  }
  return opened;
}

Result<void> FilterModule::load(std::uint32_t otherwise, const std::vector<tactus_filter_rule>& rules) const {
  const tactus_filter filter{sizeof(tactus_filter), otherwise, rules.data(), static_cast<std::uint32_t>(rules.size()),
                             0};
  tactus_filter_error wrong{};
  if (load_(&filter, &wrong) == 0) return {};
  return error("Could not load seccomp filter : {}", wrong.text);
}

}  // namespace tactus

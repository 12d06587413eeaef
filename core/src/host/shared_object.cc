// SPDX-License-Identifier: Apache-2.0
// Maps a plugin and asks for its descriptor. Nothing that its code throws goes further.
#include "host/shared_object.hpp"

#include <dlfcn.h>

#include <cstring>

#include "host/descriptor.hpp"

namespace tactus {

namespace {

// A sanitizer's report needs the code that it speaks of until the end of the process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool keep_mapped = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool keep_mapped = true;
#else
constexpr bool keep_mapped = false;
#endif
#else
constexpr bool keep_mapped = false;
#endif

// The dynamic linker's reason, without the path that it begins with.
std::string linker_reason(const std::string& path) {
  const char* text = ::dlerror();
  std::string reason = text != nullptr ? text : "unknown reason";
  if (reason.starts_with(path + ": ")) reason.erase(0, path.size() + 2);
  return reason;
}

}  // namespace

Result<SharedObject> SharedObject::open(const std::string& path, std::string_view file_name) {
  void* handle = nullptr;
  try {
    handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  } catch (...) {  // a constructor threw through the dynamic linker: what it left behind stays mapped
    return error_status(TACTUS_E_INTERNAL, "threw an exception while it was loaded");
  }
  if (handle == nullptr) return error_status(TACTUS_E_INVALID, "cannot be loaded: {}", linker_reason(path));
  SharedObject object{handle, nullptr};
  void* symbol = ::dlsym(handle, TACTUS_PLUGIN_ENTRY);
  if (symbol == nullptr) {
    return error_status(TACTUS_E_INVALID, "is not a Tactus plugin: it does not export {}", TACTUS_PLUGIN_ENTRY);
  }
  tactus_plugin_entry_fn entry = nullptr;
  static_assert(sizeof entry == sizeof symbol);
  std::memcpy(&entry, &symbol, sizeof entry);
  try {
    object.plugin_ = entry();
  } catch (...) {
    return error_status(TACTUS_E_INTERNAL, "threw an exception while it was loaded");
  }
  if (auto sound = check_descriptor(object.plugin_, file_name); !sound) return sound.failure();
  return object;
}

void SharedObject::unmap() noexcept {
  if (handle_ != nullptr) ::dlclose(std::exchange(handle_, nullptr));
  plugin_ = nullptr;
}

SharedObject::~SharedObject() {
  if (!keep_mapped) unmap();
}

}  // namespace tactus

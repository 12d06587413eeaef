// SPDX-License-Identifier: Apache-2.0
// A plugin's shared object in this process: mapping, the one symbol, the descriptor.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tactus/plugin.h>
#include <tactus/result.hpp>

namespace tactus {

// Unmaps with its last owner; the instances of its providers must be destroyed before.
class SharedObject {
 public:
  // RTLD_NOW | RTLD_LOCAL. The descriptor is checked. file_name: without ".so". Error: without the path.
  static Result<SharedObject> open(const std::string& path, std::string_view file_name);

  SharedObject(SharedObject&& other) noexcept
      : handle_(std::exchange(other.handle_, nullptr)), plugin_(std::exchange(other.plugin_, nullptr)) {}
  SharedObject& operator=(SharedObject&&) = delete;
  SharedObject(const SharedObject&) = delete;
  SharedObject& operator=(const SharedObject&) = delete;
  ~SharedObject();

  // Unmaps now, in a sanitizer's build too; the descriptor is gone.
  void unmap() noexcept;

  [[nodiscard]] const tactus_plugin& plugin() const noexcept { return *plugin_; }

 private:
  SharedObject(void* handle, const tactus_plugin* plugin) noexcept : handle_(handle), plugin_(plugin) {}
  void* handle_;
  const tactus_plugin* plugin_;
};

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Whether a plugin's descriptor can be used: ABI version, sizes, names, counts, and the operations that its kind
// requires.
#pragma once

#include <cstdint>
#include <string_view>

#include <tactus/plugin.h>
#include <tactus/result.hpp>

namespace tactus {

inline constexpr std::uint32_t provider_limit = 32;
inline constexpr std::uint32_t directive_limit = 256;
inline constexpr std::uint32_t field_limit = 256;
inline constexpr std::uint32_t path_limit = 64;
inline constexpr std::size_t text_limit = 1024;  // of any text in a descriptor, bytes

// Name of a TACTUS_KIND_*, "unknown kind" otherwise.
std::string_view kind_name(std::uint32_t kind) noexcept;

// The version alone; structure sizes of another major mean nothing. TACTUS_E_UNSUPPORTED with what to install.
Result<void> check_abi(const tactus_plugin* plugin);

// All of it. file_name: the file's name without ".so"; one provider must have it. TACTUS_E_INVALID,
// TACTUS_E_UNSUPPORTED.
Result<void> check_descriptor(const tactus_plugin* plugin, std::string_view file_name);

inline const tactus_provider& provider_at(const tactus_plugin& plugin, std::uint32_t index) {
  return *TACTUS_AT(tactus_provider, plugin.providers, index);
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// The system call filter (-F). Configuration specification, sections 10.1 and 12.1 step 12.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <tactus/result.hpp>

#include "sandbox/filter_module.h"

namespace tactus {

// The level of the filter: 0 off; 1 allows what is needed, 2 refuses what never is; their negatives send a signal
// instead of ending the process. TACTUS_E_INVALID: `Unsupported filter level`.
Result<void> check_filter_level(int level);

// The module that loads filters, mapped as long as this object lives.
class FilterModule {
 public:
  // `folder` holds tactus-seccomp.so. TACTUS_E_UNSUPPORTED: `system call filter not supported : WHY`.
  static Result<FilterModule> open(const std::string& folder);

  // For all threads of this process and for good. Calls that no rule holds for get the action `otherwise`
  // (TACTUS_FILTER_*). Error: `Could not load seccomp filter : WHY`; nothing has changed then.
  [[nodiscard]] Result<void> load(std::uint32_t otherwise, const std::vector<tactus_filter_rule>& rules) const;

 private:
  struct Close {
    void operator()(void* module) const;
  };
  FilterModule(void* module, tactus_filter_load_fn function) : module_(module), load_(function) {}

  std::unique_ptr<void, Close> module_;
  tactus_filter_load_fn load_;
};

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Finding and opening a PTP hardware clock. Reference clock specification, section 7.1; the kernel's documentation of
// PTP clocks and timestamping.
#pragma once

#include <string>

#include <tactus/sdk.hpp>

namespace tactus::phc {

// name: path of a device, or name of a network interface. A path that is no PTP clock is tried as an interface.
// Error: what kept each from being one.
Result<Fd> open_clock(const std::string& name);

}  // namespace tactus::phc

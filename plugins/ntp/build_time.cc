// SPDX-License-Identifier: Apache-2.0
// The one file that changes with the time of the build.
#include "build_time.hpp"

#ifndef TACTUS_BUILD_TIME
#error "TACTUS_BUILD_TIME is given by CMakeLists.txt: Unix seconds"
#endif

namespace tactus::ntp {

const std::int64_t build_time_s = TACTUS_BUILD_TIME;

}  // namespace tactus::ntp

// SPDX-License-Identifier: Apache-2.0
// From a recorded reply back to the rows of the registry that it was made of.
#pragma once

#include "support.hpp"

namespace tactus::test {

// False for replies without rows.
bool rows_from_reply(FakeBackend& backend, Bytes request, Bytes reply);

}  // namespace tactus::test

// SPDX-License-Identifier: Apache-2.0
// The port of a reference clock is defined on the refclock floor.
#pragma once

#include "refclock/port.hpp"

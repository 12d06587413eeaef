// SPDX-License-Identifier: Apache-2.0
// The command and monitoring protocol, version 6, as bytes: no I/O, no clock. Shared by the endpoint (plugins/cmdmon)
// and by tctl. Command protocol specification; the parts: types (5), messages and their tables (6, 8, 9, 11), payloads.
#pragma once

#include <tactus/cmdmon_protocol.hpp>
#include <tactus/cmdmon_replies.hpp>
#include <tactus/cmdmon_requests.hpp>
#include <tactus/cmdmon_types.hpp>

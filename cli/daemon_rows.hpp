// SPDX-License-Identifier: Apache-2.0
// Reports as the structures of <tactus/reports.h>: from tactusd in full, through its private requests; from any other
// daemon as far as the command protocol carries them. For whatever looks at numbers and not at chronyc's texts: --json,
// explain, watch, plot. Each function says what was wrong when it gives nothing.
#pragma once

#include <optional>
#include <vector>

#include <tactus/reports.h>

#include "context.hpp"

namespace tactus::cli {

template <class Row>
using Rows = std::optional<std::vector<Row>>;

Rows<tactus_tracking> read_tracking(Context& context);
// `state` is a letter of chronyc's `sources` (* + - ? x ~), whoever answers.
Rows<tactus_source_row> read_sources(Context& context);
Rows<tactus_sourcestats_row> read_sourcestats(Context& context);
Rows<tactus_selectdata_row> read_selectdata(Context& context);
// unresolved: also of sources that have no address yet.
Rows<tactus_authdata_row> read_authdata(Context& context, bool unresolved);
// Of one source, or of all that have an address. remote.port is filled. `older`: the counters of kernel and hardware
// timestamps are not known.
Rows<tactus_ntpdata_row> read_ntpdata(Context& context, const tactus_address* source, bool& older);
Rows<tactus_activity> read_activity(Context& context);
Rows<tactus_smoothing> read_smoothing(Context& context);
Rows<tactus_rtcdata> read_rtcdata(Context& context);
Rows<tactus_manual_row> read_manual_list(Context& context);

// The name that a source was configured with; empty when it is not known. Says nothing.
std::string configured_name(Context& context, const tactus_address& address);

}  // namespace tactus::cli

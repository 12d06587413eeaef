// SPDX-License-Identifier: Apache-2.0
#include "clock_view.hpp"

#include <cmath>

#include <tactus/report_members.hpp>

#include "daemon_rows.hpp"
#include "private_requests.hpp"
#include "terminal_text.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t few_sources = 16;  // of which everything may be asked each second

template <class Row, std::size_t N>
std::vector<Row> registry_rows(Context& context, const char* report, const tactus_member (&members)[N]) {
  std::vector<Row> rows;
  for (const Json& json : ask_private(context, report, false).rows) {
    Row row{};
    if (fill_row(json, members, &row)) rows.push_back(row);
  }
  return rows;
}

template <class Row>
void take(std::vector<Row>& out, Rows<Row> rows) {
  if (rows) out = std::move(*rows);
}

}  // namespace

bool read_clock_view(Context& context, Detail detail, ClockView& view) {
  view = ClockView{};
  view.now_ns = std::llround(context.session.channel().now_s() * 1e9);
  const auto tracking = read_tracking(context);
  if (!tracking || tracking->empty()) return false;
  view.tracking = tracking->front();
  // From here on a refusal is no failure: over UDP not all reports are open.
  const auto mark = context.output.mark();
  take(view.sources, read_sources(context));
  take(view.selections, read_selectdata(context));
  take(view.stats, read_sourcestats(context));
  if (detail == Detail::all || view.sources.size() <= few_sources) {
    bool older = false;
    take(view.ntpdata, read_ntpdata(context, nullptr, older));
    take(view.authdata, read_authdata(context, false));
    if (const auto activity = read_activity(context); activity && !activity->empty()) view.activity = activity->front();
    view.drops = registry_rows<tactus_drop_row>(context, "drops", members::drop_row);
    view.plugins = registry_rows<tactus_plugin_row>(context, "plugins", members::plugin_row);
  }
  context.output.rewind(mark);
  return true;
}

bool command_explain(Context& context, const std::string&) {
  ClockView view;
  if (!read_clock_view(context, Detail::all, view)) return false;
  const ClockExplanation explanation = explain(view);
  const TerminalState terminal = look_at_terminal();
  context.output.print(explanation_text(explanation, std::min<std::size_t>(terminal.columns, 100), terminal.colour));
  return explanation.synchronised;
}

bool json_explain(Context& context, const std::string&) {
  ClockView view;
  if (!read_clock_view(context, Detail::all, view)) return false;
  const ClockExplanation explanation = explain(view);
  context.json = explanation_json(explanation);
  return explanation.synchronised;
}

}  // namespace tactus::cli

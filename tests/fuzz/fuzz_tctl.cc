// SPDX-License-Identifier: Apache-2.0
// Fuzz target of what tctl reads (the first byte chooses): statistic logs and their picture; answers as JSON.
// links: tactus_cli
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <tactus/report_members.hpp>

#include "plot_data.hpp"
#include "private_requests.hpp"
#include "terminal_text.hpp"

using namespace tactus;

namespace {

void read_logs(std::string_view text) {
  cli::PlotData data;
  const cli::LogCount tracking = cli::read_tracking_log(text, data);
  TACTUS_ASSERT(tracking.entries == data.clock.size());
  (void)cli::read_statistics_log(text, data);
  const std::string svg = chart::to_svg(cli::plot_chart(data, std::string(text.substr(0, 100))));
  TACTUS_ASSERT(svg.ends_with("</svg>\n"));
  // Names cannot have a quotation mark: these would be coordinates.
  for (const char* wrong : {"=\"nan", "=\"-nan", "=\"inf", "=\"-inf", "=\"Mnan", "=\"M-nan", "=\"Minf", "=\"M-inf"}) {
    TACTUS_ASSERT(svg.find(wrong) == svg.npos);
  }
}

void read_json(std::string_view text) {
  const auto json = cli::parse_json(text);
  if (!json) return;
  tactus_source_row source{};
  (void)cli::fill_row(*json, members::source_row, &source);
  tactus_ntpdata_row ntpdata{};
  (void)cli::fill_row(*json, members::ntpdata_row, &ntpdata);
  tactus_plugin_row plugin{};
  (void)cli::fill_row(*json, members::plugin_row, &plugin);
  TACTUS_ASSERT(plugin.problem[sizeof plugin.problem - 1] == '\0');
  (void)cli::fitted(cli::printable(source.name), 24);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    read_logs(text);
  } else {
    read_json(text);
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "thin.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <utility>

namespace tactus::chart {

namespace {

constexpr double largest_x = 1e13;
constexpr double largest_y = 1e100;

// Calls use(begin, end) for each group of neighbours whose x lie in the same column.
template <class Use>
void for_each_column(const Run& run, double column, Use use) {
  for (std::size_t begin = 0; begin < run.size();) {
    const double number = std::floor(run[begin].x / column);
    std::size_t end = begin + 1;
    while (end < run.size() && std::floor(run[end].x / column) == number) ++end;
    use(begin, end);
    begin = end;
  }
}

bool lower_y(const Point& a, const Point& b) { return a.y < b.y; }

}  // namespace

bool is_shown(const Point& point) { return std::abs(point.x) <= largest_x && std::abs(point.y) <= largest_y; }

std::vector<Run> split_runs(const std::vector<Point>& points) {
  std::vector<Run> runs;
  bool open = false;
  for (const Point& point : points) {
    if (!is_shown(point)) {
      open = false;
      continue;
    }
    if (!open) runs.emplace_back();
    open = true;
    runs.back().push_back(point);
  }
  return runs;
}

Run thin_line(const Run& run, double column) {
  Run out;
  for_each_column(run, column, [&](std::size_t begin, std::size_t end) {
    const auto first = run.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = run.begin() + static_cast<std::ptrdiff_t>(end);
    const auto [low, high] = std::minmax_element(first, last, lower_y);
    std::size_t keep[] = {begin, static_cast<std::size_t>(low - run.begin()),
                          static_cast<std::size_t>(high - run.begin()), end - 1};
    std::sort(std::begin(keep), std::end(keep));
    const auto* const stop = std::unique(std::begin(keep), std::end(keep));
    for (const std::size_t* at = keep; at != stop; ++at) out.push_back(run[*at]);
  });
  return out;
}

Run thin_edge(const Run& run, double column, bool highest) {
  Run out;
  for_each_column(run, column, [&](std::size_t begin, std::size_t end) {
    const auto first = run.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = run.begin() + static_cast<std::ptrdiff_t>(end);
    const double y = (highest ? std::min_element(first, last, lower_y) : std::max_element(first, last, lower_y))->y;
    out.push_back({run[begin].x, y});
    // The last column keeps its right end, so that a band reaches as far as its data.
    if (end == run.size() && end - begin > 1) out.push_back({run[end - 1].x, y});
  });
  return out;
}

std::vector<Point> thin_dots(const std::vector<Run>& runs, double cell) {
  std::vector<Point> out;
  std::set<std::pair<std::int64_t, std::int64_t>> taken;
  for (const Run& run : runs) {
    for (const Point& point : run) {
      const std::pair at{static_cast<std::int64_t>(std::floor(point.x / cell)),
                         static_cast<std::int64_t>(std::floor(point.y / cell))};
      if (taken.insert(at).second) out.push_back(point);
    }
  }
  return out;
}

}  // namespace tactus::chart

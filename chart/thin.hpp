// SPDX-License-Identifier: Apache-2.0
// Series as runs of places on the picture, thinned to what can be seen.
#pragma once

#include <vector>

#include "chart.hpp"

namespace tactus::chart {

// Whether a point can be shown: numbers that arithmetic with doubles can still tell apart.
bool is_shown(const Point& point);

// Points that are joined; in picture units.
using Run = std::vector<Point>;

// Splits where a point cannot be shown; runs are never empty.
std::vector<Run> split_runs(const std::vector<Point>& points);

// Of each group of neighbouring points in one column of this width: the first, the lowest, the highest and the last.
// The outline of the line stays the same to within a column.
Run thin_line(const Run& run, double column);

// Of each column only the highest (or lowest) value, at the column's first x; y grows downward, so `highest` keeps the
// smallest y. For the edges of a band.
Run thin_edge(const Run& run, double column, bool highest);

// One dot for each cell of this size.
std::vector<Point> thin_dots(const std::vector<Run>& runs, double cell);

}  // namespace tactus::chart

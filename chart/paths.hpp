// SPDX-License-Identifier: Apache-2.0
// Data of SVG path elements, and text that is safe in XML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "thin.hpp"

namespace tactus::chart {

// A coordinate with at most one digit behind the point.
std::string coordinate(double value);

// The lines of a series; a run of one point becomes a dot.
std::string line_path(const std::vector<Run>& runs);
// Dots, as lines of no length with round ends.
std::string dot_path(const std::vector<Point>& points);
// The area between two runs that go in the same direction.
std::string area_path(const Run& upper, const Run& lower);

// Escapes what XML gives a meaning; control characters and bytes that are no UTF-8 become U+FFFD.
std::string escape(std::string_view text);

// Characters of a UTF-8 text.
std::size_t text_length(std::string_view text);
// At most that many characters, the last one `…` if some were cut off.
std::string shorten(const std::string& text, std::size_t characters);

// Rows of at most that many characters, broken at spaces; what does not fit in the last row is cut off.
std::vector<std::string> wrap(const std::string& text, std::size_t characters, std::size_t rows);

}  // namespace tactus::chart

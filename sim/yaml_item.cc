// SPDX-License-Identifier: Apache-2.0
#include "yaml_item.hpp"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/declarations.hpp"
#include "quantity.hpp"

namespace tactus::sim {

namespace {

unsigned line_of(const YAML::Node& node) { return static_cast<unsigned>(std::max(node.Mark().line, 0)) + 1; }

std::string format_ratio(double value) { return fmt::format("{:g}", value); }

}  // namespace

void Item::wrong(std::string_view text) const {
  context->problems.push_back(
      {line, fmt::format("{}:{}: {}: {}", context->file, line, path.empty() ? "scenario" : path, text)});
}

Item Item::at(const YAML::Node& key, const YAML::Node& value) const {
  const std::string name = key.IsScalar() ? key.Scalar() : "?";
  return Item{context, value, path.empty() ? name : path + '.' + name, line_of(key)};
}

Item Item::at(std::size_t index) const {
  const YAML::Node member = node[index];
  return Item{context, member, fmt::format("{}[{}]", path, index + 1), line_of(member)};
}

bool Item::is_block() const {
  std::size_t begin = 0;
  for (unsigned i = 1; i < line && begin != std::string::npos; ++i) {
    begin = context->text.find('\n', begin);
    if (begin != std::string::npos) ++begin;
  }
  if (!node.IsScalar() || begin >= context->text.size()) return false;
  std::string_view rest = std::string_view(context->text).substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  // Indicators of indentation and of the last line's end may follow, and a comment.
  if (const std::size_t comment = rest.find(" #"); comment != rest.npos) rest = rest.substr(0, comment);
  while (!rest.empty() && std::string_view(" \t\r+-0123456789").find(rest.back()) != rest.npos) rest.remove_suffix(1);
  return rest.ends_with('|');
}

std::vector<Item> Item::members() const {
  if (!node.IsSequence()) return {*this};
  std::vector<Item> out;
  for (std::size_t i = 0; i < node.size(); ++i) out.push_back(at(i));
  return out;
}

std::string Item::word(std::string_view wanted) const {
  if (node.IsScalar() && !node.Scalar().empty()) return node.Scalar();
  wrong(fmt::format("must be {}", wanted));
  return "";
}

double Item::quantity(std::optional<double> (*parse)(std::string_view), std::string (*format)(double), double least,
                      double most, std::string_view wanted) const {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  const std::optional<double> value = parse(text);
  if (!value) {
    wrong(fmt::format("`{}` is not {}", text, wanted));
    return 0.0;
  }
  if (*value < least || *value > most || !std::isfinite(*value)) {
    wrong(fmt::format("{} is out of range; from {} to {}", text, format(least), format(most)));
    return 0.0;
  }
  return *value;
}

double Item::time(double least, double most) const {
  return quantity(parse_time, format_time, least, most,
                  "a time; write a number and a unit (ns, us, ms, s, min, h, d, w, y), for example 20 us");
}
double Item::frequency(double least, double most) const {
  return quantity(parse_frequency, format_frequency, least, most,
                  "a frequency; write a number in ppm or ppb, or a plain ratio, for example 5 ppm or 1e-9");
}
double Item::fraction() const {
  return quantity(parse_fraction, format_ratio, 0.0, 1.0, "a share; write for example 5 % or 0.05");
}
double Item::number(double least, double most) const {
  return quantity(parse_number, format_ratio, least, most, "a number; write for example 2.5");
}
unsigned Item::count(unsigned least, unsigned most) const {
  const double value = number(least, most);
  if (value == std::floor(value)) return static_cast<unsigned>(std::max(value, static_cast<double>(least)));
  wrong("must be a whole number");
  return least;
}

bool Item::flag() const {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  if (text == "true" || text == "yes" || text == "on") return true;
  if (text != "false" && text != "no" && text != "off") wrong(fmt::format("`{}` must be true or false", text));
  return false;
}

int Item::choice(std::span<const std::string_view> known) const {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i] == text) return static_cast<int>(i);
  }
  wrong(fmt::format("`{}` is {}", text, unknown_text(text, known)));
  return -1;
}

std::string unknown_text(std::string_view word, std::span<const std::string_view> known) {
  const std::string near = config::nearest_word(word, known);
  if (!near.empty()) return fmt::format("unknown; did you mean `{}`?", near);
  return fmt::format("unknown; known are {}", fmt::join(known, ", "));
}

}  // namespace tactus::sim

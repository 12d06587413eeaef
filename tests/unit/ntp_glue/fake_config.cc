// SPDX-License-Identifier: Apache-2.0
// Lines of chrony.conf to records, just enough for these tests.
#include <sstream>

#include <tactus/sdk/declare.hpp>

#include "fake_world.hpp"
#include "options.hpp"

namespace tactus::ntp::test {
namespace {

// A directive of the transport netptp, which this plugin reads as well.
constexpr Simple ptp_port{field_integer("ptpport", "", 0, 65535, "0", "port of NTP over PTP"), "ptp"};
constexpr tactus_directive ptp_port_directive = directive(ptp_port);

const tactus_directive* find_directive(const std::string& keyword) {
  if (keyword == ptp_port_directive.keyword) return &ptp_port_directive;
  for (const tactus_directive& directive : directives()) {
    if (keyword == directive.keyword) return &directive;
  }
  return nullptr;
}

void set(tactus_value& value, const tactus_field& field, const std::string& word) {
  value.present = 1;
  value.text = word.c_str();
  if (field.type == TACTUS_TYPE_INTEGER) value.integer = std::stoll(word);
  if (field.type == TACTUS_TYPE_REAL) value.real = std::stod(word);
  if (field.type == TACTUS_TYPE_ADDRESS) value.subnet.address = parse_address(word).value();
}

void set_default(tactus_value& value, const tactus_field& field) {
  value.text = "";
  if (field.default_text == nullptr) return;
  if (field.type == TACTUS_TYPE_INTEGER) value.integer = std::stoll(field.default_text);
  if (field.type == TACTUS_TYPE_REAL) value.real = std::stod(field.default_text);
}

}  // namespace

FakeConfig::FakeConfig(const std::string& text) {
  std::istringstream stream(text);
  std::string line;
  while (std::getline(stream, line)) {
    if (!line.empty()) add_line(line);
  }
  config_ = {sizeof(tactus_config), static_cast<std::uint32_t>(pointers_.size()), pointers_.data()};
}

void FakeConfig::add_line(const std::string& line) {
  auto entry = std::make_unique<Line>();
  std::istringstream stream(line);
  std::string keyword;
  std::string word;
  stream >> keyword;
  while (stream >> word) entry->words.push_back(word);
  const tactus_directive* directive = find_directive(keyword);
  if (directive == nullptr) throw std::runtime_error(keyword);
  entry->values.resize(directive->field_count);
  for (std::uint32_t i = 0; i < directive->field_count; ++i) set_default(entry->values[i], directive->fields[i]);
  std::size_t used = 0;
  if (directive->shape == TACTUS_SHAPE_FLAG) {
    entry->values[0].present = 1;
    entry->values[0].integer = 1;
  } else if (directive->shape == TACTUS_SHAPE_ACCESS) {
    tactus_value& value = entry->values[0];
    if (used < entry->words.size() && entry->words[used] == "all") {
      value.integer = 1;
      ++used;
    }
    if (used < entry->words.size()) {
      const std::string& subnet = entry->words[used];
      const auto slash = subnet.find('/');
      value.subnet.address = parse_address(subnet.substr(0, slash)).value();
      value.subnet.prefix = slash == std::string::npos
                                ? static_cast<std::uint32_t>(address_length(value.subnet.address) * 8)
                                : static_cast<std::uint32_t>(std::stoul(subnet.substr(slash + 1)));
    }
  } else if (directive->shape != TACTUS_SHAPE_OPTIONS) {
    set(entry->values[0], directive->fields[0], entry->words.at(used++));
  }
  if (directive->shape == TACTUS_SHAPE_POSITIONAL) {
    for (std::uint32_t i = 1; used < entry->words.size(); ++i) {
      set(entry->values.at(i), directive->fields[i], entry->words[used++]);
    }
  }
  const bool options = directive->shape == TACTUS_SHAPE_NAMED || directive->shape == TACTUS_SHAPE_OPTIONS;
  while (options && used < entry->words.size()) {
    const std::string& option = entry->words[used++];
    for (std::uint32_t i = 0; i < directive->field_count; ++i) {
      const tactus_field& field = directive->fields[i];
      if (option != field.name) continue;
      tactus_value& value = entry->values[i];
      value.present = 1;
      if (field.type == TACTUS_TYPE_FLAG) {
        value.integer = 1;
      } else if ((field.flags & TACTUS_FIELD_REPEATED) != 0) {
        auto list = std::make_unique<const char*[]>(1);
        list[0] = entry->words.at(used++).c_str();
        value.words = list.get();
        value.count = 1;
        entry->lists.push_back(std::move(list));
      } else {
        set(value, field, entry->words.at(used++));
      }
    }
  }
  entry->record = {sizeof(tactus_record),
                   static_cast<std::uint32_t>(lines_.size() + 1),
                   directive,
                   "test.conf",
                   entry->values.data(),
                   directive->field_count,
                   0};
  pointers_.push_back(&entry->record);
  lines_.push_back(std::move(entry));
}

}  // namespace tactus::ntp::test

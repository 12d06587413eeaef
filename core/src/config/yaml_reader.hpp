// SPDX-License-Identifier: Apache-2.0
// Reader of the YAML form (DESIGN.md, Configuration): groups of keys, made from the same declarations as chrony.conf.
//
//   FLAG          key: true                 VALUE     key: word                  WORDS   key: [word, word]
//   POSITIONAL    key: {field: value}       OPTIONS   key: true | {field: value} ACCESS  key: [network, ...] | true
//   NAMED         as POSITIONAL; in a list of a group: - keyword: value, field: value
// What accumulates may be a list. A directive with one required field takes that field's value alone.
#pragma once

#include <string>
#include <string_view>

#include "config/loader.hpp"
#include "config/yaml_tree.hpp"

namespace tactus::config {

class YamlReader {
 public:
  explicit YamlReader(Loader& loader) : loader_(loader) {}

  void read(std::string_view content, const std::string& file);

 private:
  void read_group(const YamlNode& key, const YamlNode& value);
  void read_item(const std::string& group, const YamlNode& item);
  void read_key(const std::string& group, const YamlNode& key, const YamlNode& value);
  void read_directive(const tactus_directive& directive, const YamlNode& value);
  void read_single(const tactus_directive& directive, const YamlNode& value);
  void read_words(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& value);
  // Sets the fields of a mapping, `except` being the item's own keyword. False when there was an error.
  bool read_fields(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& mapping,
                   const YamlNode* except);
  bool read_field(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& key,
                  const YamlNode& value);
  void read_refclock(const tactus_directive& directive, const YamlNode& item);
  bool read_driver_field(const tactus_directive& driver, const YamlNode& key, const YamlNode& value,
                         RecordBuilder& builder, std::string& options);
  void finish(RecordBuilder& builder, const YamlNode& place);

  const tactus_directive* find(const std::string& group, const std::string& key);
  bool check_keys(const YamlNode& mapping);
  void fail(const YamlNode& place, std::string_view text, std::string hint = "");
  void unknown_key(const std::string& group, const YamlNode& key);

  Loader& loader_;
  std::string file_;
};

}  // namespace tactus::config

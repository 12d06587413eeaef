// SPDX-License-Identifier: Apache-2.0
// Reader of the YAML form (DESIGN.md, Configuration): groups, items and keys. The values are in yaml_values.cc.
#include "config/yaml_reader.hpp"

#include <algorithm>

#include "build_config.hpp"
#include "config/catalogue.hpp"
#include "config/files.hpp"

namespace tactus::config {

namespace {

using Kind = YamlNode::Kind;

}  // namespace

void YamlReader::fail(const YamlNode& place, std::string_view text, std::string hint) {
  loader_.fail(text, file_, place.line, std::move(hint));
}

void YamlReader::read(std::string_view content, const std::string& file) {
  file_ = file;
  const std::string& own = loader_.options_.module_directory;
  const YamlResult document = parse_yaml(content, own.empty() ? build_module_dir : own);
  for (const YamlFault& fault : document.faults) {
    const std::string text = fault.line != 0 ? fault.text : fmt::format("{} in file {}", fault.text, file);
    loader_.fail(text, file, fault.line);
  }
  const YamlNode& root = document.root;
  if (!document.faults.empty() || root.is(Kind::null)) return;
  if (!root.is(Kind::mapping)) {
    fail(root, "Expected a mapping of groups", "begin with `sources:` and a list below it");
    return;
  }
  if (!check_keys(root)) return;
  for (std::size_t i = 0; i + 1 < root.items.size() && !loader_.stopped(); i += 2) {
    read_group(root.items[i], root.items[i + 1]);
  }
}

// Keys are words, and none is there twice.
bool YamlReader::check_keys(const YamlNode& mapping) {
  std::vector<std::string_view> seen;
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    const YamlNode& key = mapping.items[i];
    if (!key.is(Kind::scalar)) {
      fail(key.line != 0 ? key : mapping, "Expected a word as key");
      return false;
    }
    if (std::find(seen.begin(), seen.end(), key.text) != seen.end()) {
      fail(key, fmt::format("The key {} is given twice", key.text), "several values make a list");
      return false;
    }
    seen.push_back(key.text);
  }
  return true;
}

void YamlReader::read_group(const YamlNode& key, const YamlNode& value) {
  if (const tactus_directive* directive = loader_.declarations_.find_yaml("", key.text)) {
    read_directive(*directive, value);
    return;
  }
  const std::string& group = key.text;
  if (!group.empty() && (loader_.declarations_.has_group(group) || catalogue_has_group(group))) {
    if (value.is(Kind::null)) return;
    if (value.is(Kind::sequence)) {
      for (const YamlNode& item : value.items) {
        if (loader_.stopped()) return;
        read_item(group, item);
      }
      return;
    }
    if (!value.is(Kind::mapping)) {
      fail(value, fmt::format("The group {} needs a mapping or a list", group));
      return;
    }
    if (!check_keys(value)) return;
    for (std::size_t i = 0; i + 1 < value.items.size() && !loader_.stopped(); i += 2) {
      read_key(group, value.items[i], value.items[i + 1]);
    }
    return;
  }
  unknown_key("", key);
}

const tactus_directive* YamlReader::find(const std::string& group, const std::string& key) {
  const Declarations& declarations = loader_.declarations_;
  if (const tactus_directive* known = declarations.find_yaml(group, key)) return known;
  const CatalogueEntry* entry = catalogue_find(key);
  if (entry == nullptr || entry->group != group) return nullptr;
  loader_.declared(key);  // may load the plugin
  return declarations.find_yaml(group, key);
}

void YamlReader::unknown_key(const std::string& group, const YamlNode& key) {
  const Declarations& declarations = loader_.declarations_;
  const std::string where = group.empty() ? "" : fmt::format(" in the group {}", group);
  const CatalogueEntry* entry = catalogue_find(key.text);
  if (entry != nullptr && entry->group == group) {
    loader_.fail_unknown(key.text, file_, key.line);
    return;
  }
  const std::string text = fmt::format("Unknown key {}{}", key.text, where);
  const tactus_directive* elsewhere = declarations.find(key.text);
  const std::string_view home = elsewhere != nullptr ? std::string_view{elsewhere->group}
                                : entry != nullptr   ? entry->group
                                                     : std::string_view{};
  if (!home.empty() && home != group) {
    fail(key, text, fmt::format("it belongs in the group `{}`", home));
    return;
  }
  std::string near = group.empty() ? declarations.nearest_group(key.text) : "";
  if (near.empty()) near = declarations.nearest_keyword(key.text);
  fail(key, text, near.empty() ? "" : fmt::format("did you mean '{}'?", near));
}

void YamlReader::read_key(const std::string& group, const YamlNode& key, const YamlNode& value) {
  if (const tactus_directive* directive = find(group, key.text)) {
    read_directive(*directive, value);
    return;
  }
  // Any other word may belong to a plugin that the host knows.
  if (loader_.declared(key.text) != nullptr) {
    if (const tactus_directive* directive = loader_.declarations_.find_yaml(group, key.text)) {
      read_directive(*directive, value);
      return;
    }
  }
  unknown_key(group, key);
}

// An item of a group that is a list: `- pool: NAME` with the options beside it, or the options alone where the group
// has only one kind of item.
void YamlReader::read_item(const std::string& group, const YamlNode& item) {
  if (!item.is(Kind::mapping)) {
    fail(item, fmt::format("An item of {} needs keys, such as `- server: 192.0.2.1`", group));
    return;
  }
  if (!check_keys(item)) return;
  if (group == "refclocks") {
    if (const tactus_directive* refclock = loader_.declarations_.find_yaml(group, "refclock")) {
      read_refclock(*refclock, item);
    }
    return;
  }
  const tactus_directive* directive = nullptr;
  const YamlNode* main_key = nullptr;
  const YamlNode* main_value = nullptr;
  for (std::size_t i = 0; i + 1 < item.items.size(); i += 2) {
    const tactus_directive* found = find(group, item.items[i].text);
    if (found == nullptr) continue;
    if (directive != nullptr) {
      fail(item.items[i], fmt::format("An item cannot be {} and {}", directive->keyword, found->keyword),
           "begin another item with `-`");
      return;
    }
    directive = found;
    main_key = &item.items[i];
    main_value = &item.items[i + 1];
  }
  if (directive == nullptr) {
    if (item.items.empty()) {
      fail(item, fmt::format("An item of {} needs keys", group));
    } else {
      unknown_key(group, item.items.front());
    }
    return;
  }
  if (item.items.size() == 2 && (directive->shape != TACTUS_SHAPE_NAMED || !main_value->is(Kind::scalar))) {
    read_directive(*directive, *main_value);
    return;
  }
  RecordBuilder builder{directive, file_, main_key->line};
  if (!main_value->is(Kind::scalar)) {
    fail(*main_key, fmt::format("The key {} needs one word", main_key->text));
    return;
  }
  const auto set = builder.set(std::uint32_t{0}, main_value->text, loader_.options_.resolve);
  if (!set) {
    fail(*main_value, set.failure().text);
    return;
  }
  if (read_fields(*directive, builder, item, main_key)) finish(builder, *main_key);
}

void YamlReader::finish(RecordBuilder& builder, const YamlNode& place) {
  auto record = builder.finish();
  if (!record) {
    fail(place, record.failure().text);
    return;
  }
  const std::string_view name = (*record)->directive().keyword;
  const bool pulls_in = name == "include" || name == "confdir";
  if (loader_.options_.print && !pulls_in) loader_.options_.print(to_chrony_line(*(*record)->get()));
  if (loader_.options_.restart && name == "initstepslew") return;
  loader_.accept(std::move(*record), name);
}

}  // namespace tactus::config

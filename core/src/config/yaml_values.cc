// SPDX-License-Identifier: Apache-2.0
// Reader of the YAML form: the values of a directive, by the shape of its declaration.
#include "config/words.hpp"
#include "config/yaml_reader.hpp"

namespace tactus::config {

namespace {

using Kind = YamlNode::Kind;

bool is_false(const YamlNode& node) {
  return node.is(Kind::scalar) && !node.quoted &&
         (same_word(node.text, "false") || same_word(node.text, "no") || same_word(node.text, "off"));
}
bool is_true(const YamlNode& node) {
  return node.is(Kind::scalar) && !node.quoted &&
         (same_word(node.text, "true") || same_word(node.text, "yes") || same_word(node.text, "on"));
}

// The only REQUIRED field; field_count when there is none or more than one.
std::uint32_t only_required(const tactus_directive& directive) {
  std::uint32_t found = directive.field_count;
  for (std::uint32_t i = 0; i < directive.field_count; ++i) {
    if ((field_at(directive, i).flags & TACTUS_FIELD_REQUIRED) == 0) continue;
    if (found != directive.field_count) return directive.field_count;
    found = i;
  }
  return found;
}

std::string field_list(const tactus_directive& directive) {
  std::string out;
  for (std::uint32_t i = 0; i < directive.field_count; ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ", ", field_at(directive, i).name);
  }
  return out;
}

}  // namespace

void YamlReader::read_directive(const tactus_directive& directive, const YamlNode& value) {
  const bool several = directive.repeat == TACTUS_REPEAT_ACCUMULATE || directive.repeat == TACTUS_REPEAT_PER_FAMILY;
  if (value.is(Kind::sequence) && several && directive.shape != TACTUS_SHAPE_WORDS) {
    for (const YamlNode& item : value.items) {
      if (loader_.stopped()) return;
      read_single(directive, item);
    }
    return;
  }
  read_single(directive, value);
}

void YamlReader::read_single(const tactus_directive& directive, const YamlNode& value) {
  RecordBuilder builder{&directive, file_, value.line};
  const bool switchable = directive.shape == TACTUS_SHAPE_FLAG || directive.shape == TACTUS_SHAPE_OPTIONS ||
                          directive.shape == TACTUS_SHAPE_ACCESS;
  if (switchable && is_false(value)) return;
  if (switchable && is_true(value)) {
    if (directive.shape == TACTUS_SHAPE_FLAG && directive.field_count > 0) builder.set_flag(0, true);
    if (directive.shape == TACTUS_SHAPE_ACCESS) {
      std::size_t used = 0;
      builder.scan(0, "", &used, loader_.options_.resolve);
    }
    finish(builder, value);
    return;
  }
  if (directive.shape == TACTUS_SHAPE_FLAG) {
    fail(value, fmt::format("`{}` must be true or false", directive.keyword));
    return;
  }
  if (directive.shape == TACTUS_SHAPE_WORDS) return read_words(directive, builder, value);
  if (value.is(Kind::mapping) && directive.shape != TACTUS_SHAPE_VALUE && directive.shape != TACTUS_SHAPE_ACCESS) {
    if (check_keys(value) && read_fields(directive, builder, value, nullptr)) finish(builder, value);
    return;
  }
  if (value.is(Kind::scalar)) {
    const bool single = directive.shape == TACTUS_SHAPE_VALUE || directive.shape == TACTUS_SHAPE_ACCESS;
    const std::uint32_t index = single ? 0 : only_required(directive);
    if (index < directive.field_count) {
      const auto set = builder.set(index, value.text, loader_.options_.resolve);
      if (!set) return fail(value, set.failure().text);
      return finish(builder, value);
    }
  }
  if (directive.shape == TACTUS_SHAPE_VALUE || directive.shape == TACTUS_SHAPE_ACCESS) {
    fail(value, fmt::format("`{}` needs one word", directive.keyword), directive.doc);
    return;
  }
  fail(value, fmt::format("`{}` needs a mapping", directive.keyword), "its keys are " + field_list(directive));
}

void YamlReader::read_words(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& value) {
  const tactus_field& field = field_at(directive, 0);
  std::vector<const YamlNode*> words;
  if (value.is(Kind::scalar)) words.push_back(&value);
  for (const YamlNode& item : value.items) words.push_back(&item);
  const auto count = static_cast<double>(words.size());
  const bool limited = (field.flags & TACTUS_FIELD_NUMBERS) == 0;
  if (value.is(Kind::mapping) || (limited && (count < field.minimum || count > field.maximum))) {
    fail(value, fmt::format("`{}` needs a list of words", directive.keyword), directive.doc);
    return;
  }
  for (const YamlNode* word : words) {
    const auto set = word->is(Kind::scalar) ? builder.set(std::uint32_t{0}, word->text, loader_.options_.resolve)
                                            : Result<void>{error("`{}` needs words", directive.keyword)};
    if (!set) return fail(*word, set.failure().text);
  }
  if (words.empty()) builder.set_empty(0);
  finish(builder, value);
}

bool YamlReader::read_fields(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& mapping,
                             const YamlNode* except) {
  bool good = true;
  for (std::size_t i = 0; i + 1 < mapping.items.size(); i += 2) {
    if (loader_.stopped()) return false;
    if (&mapping.items[i] == except) continue;
    if (!read_field(directive, builder, mapping.items[i], mapping.items[i + 1])) good = false;
  }
  return good;
}

bool YamlReader::read_field(const tactus_directive& directive, RecordBuilder& builder, const YamlNode& key,
                            const YamlNode& value) {
  const std::uint32_t index = field_index(directive, key.text);
  if (index == directive.field_count) {
    const std::string near = nearest_field(directive, key.text);
    fail(key, fmt::format("Unknown key {} in {}", key.text, directive.keyword),
         near.empty() ? "its keys are " + field_list(directive) : fmt::format("did you mean '{}'?", near));
    return false;
  }
  const tactus_field& field = field_at(directive, index);
  const bool list = field.type == TACTUS_TYPE_WORDS || (field.flags & TACTUS_FIELD_REPEATED) != 0;
  std::vector<const YamlNode*> words;
  if (value.is(Kind::sequence) && list) {
    for (const YamlNode& item : value.items) words.push_back(&item);
  } else {
    words.push_back(&value);
  }
  for (const YamlNode* word : words) {
    if (!word->is(Kind::scalar)) {
      fail(word->line != 0 ? *word : key, fmt::format("`{}` of {} needs one word", key.text, directive.keyword),
           field.doc);
      return false;
    }
    const auto set = builder.set(index, word->text, loader_.options_.resolve);
    if (!set) {
      fail(*word, set.failure().text);
      return false;
    }
  }
  return true;
}

// Reference clocks: the common keys, and those of the driver, which become the parameter and the driver options of the
// line.
void YamlReader::read_refclock(const tactus_directive& directive, const YamlNode& item) {
  std::string name;
  for (std::size_t i = 0; i + 1 < item.items.size(); i += 2) {
    if (same_word(item.items[i].text, "driver")) name = item.items[i + 1].text;
  }
  if (name.empty()) {
    fail(item, "A reference clock needs the key driver", "such as `driver: shm`");
    return;
  }
  if (loader_.options_.on_driver) loader_.options_.on_driver(name);
  const tactus_directive* driver = loader_.declarations_.driver(name);
  RecordBuilder builder{&directive, file_, item.line};
  std::string options;
  bool good = true;
  for (std::size_t i = 0; i + 1 < item.items.size() && !loader_.stopped(); i += 2) {
    const YamlNode& key = item.items[i];
    const bool common = field_index(directive, key.text) < directive.field_count;
    const bool own = !common && driver != nullptr && field_index(*driver, key.text) < driver->field_count;
    const bool done = own ? read_driver_field(*driver, key, item.items[i + 1], builder, options)
                          : read_field(directive, builder, key, item.items[i + 1]);
    good = good && done;
  }
  if (!good || loader_.stopped()) return;
  const std::uint32_t parameter = field_index(directive, "parameter");
  if (!builder.given(parameter)) {
    const std::string wanted =
        driver != nullptr && driver->field_count > 0 && (field_at(*driver, 0).flags & TACTUS_FIELD_POSITIONAL) != 0
            ? field_at(*driver, 0).name
            : "parameter";
    fail(item, fmt::format("The reference clock {} needs the key {}", name, wanted));
    return;
  }
  if (!options.empty()) {
    const auto set = builder.set("driveroptions", options);
    if (!set) return fail(item, set.failure().text);
  }
  finish(builder, item);
}

bool YamlReader::read_driver_field(const tactus_directive& driver, const YamlNode& key, const YamlNode& value,
                                   RecordBuilder& builder, std::string& options) {
  const tactus_field& field = field_at(driver, field_index(driver, key.text));
  RecordBuilder trial{&driver, file_, key.line};
  const auto checked = value.is(Kind::scalar) ? trial.set(key.text, value.text, loader_.options_.resolve)
                                              : Result<void>{error("`{}` needs one word", key.text)};
  if (!checked) {
    fail(value.line != 0 ? value : key, checked.failure().text);
    return false;
  }
  if ((field.flags & TACTUS_FIELD_POSITIONAL) != 0) {
    const auto set = builder.set("parameter", value.text);
    if (!set) fail(value, set.failure().text);
    return set.ok();
  }
  if (value.text.find(':') != std::string::npos) {
    fail(value, fmt::format("`{}` cannot hold a ':'", key.text));
    return false;
  }
  if (field.type == TACTUS_TYPE_FLAG && is_false(value)) return true;
  if (!options.empty()) options += ':';
  options += field.name;
  if (field.type != TACTUS_TYPE_FLAG) options += '=' + value.text;
  return true;
}

}  // namespace tactus::config

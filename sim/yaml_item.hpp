// SPDX-License-Identifier: Apache-2.0
// A place in a scenario's YAML text with its path and line, tables of keys, and the list of what is wrong. Only the
// scenario reader's files include this.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace tactus::sim {

struct Problem {
  unsigned line;
  std::string text;  // "FILE:LINE: KEY: what is wrong; remedy"
};

// What the whole reading shares.
struct ReadContext {
  std::string file;
  std::string text;
  // Contents of a file beside the scenario; nothing: cannot be read.
  std::function<std::optional<std::string>(const std::string& name)> load;
  std::vector<Problem> problems;
};

struct Item {
  ReadContext* context;
  YAML::Node node;
  std::string path;   // "nodes.client.clock"
  unsigned line = 0;  // of the key, from 1

  void wrong(std::string_view text) const;                                      // "what is wrong; remedy"
  [[nodiscard]] Item at(const YAML::Node& key, const YAML::Node& value) const;  // of a mapping
  [[nodiscard]] Item at(std::size_t index) const;                               // of a list
  // Whether the value is a text whose lines are those below the key (`|`).
  [[nodiscard]] bool is_block() const;
  // The members of a list, or the only one.
  [[nodiscard]] std::vector<Item> members() const;
  // The word, "" when it is none (which is said).
  [[nodiscard]] std::string word(std::string_view wanted = "a word") const;

  // Each says what is wrong and gives 0 when the text is none, or out of the range.
  [[nodiscard]] double time(double least = -1e12, double most = 1e12) const;
  [[nodiscard]] double frequency(double least = -0.5, double most = 0.5) const;
  [[nodiscard]] double fraction() const;  // 0..1
  [[nodiscard]] double number(double least, double most) const;
  [[nodiscard]] unsigned count(unsigned least, unsigned most) const;
  [[nodiscard]] bool flag() const;
  // Number of the word among `known`; -1 when it is none of them, which is said.
  [[nodiscard]] int choice(std::span<const std::string_view> known) const;

 private:
  double quantity(std::optional<double> (*parse)(std::string_view), std::string (*format)(double), double least,
                  double most, std::string_view wanted) const;
};

struct KeyDoc {
  std::string_view name;
  std::string_view form;  // what may stand there
  std::string_view doc;
};

template <class T>
struct Key : KeyDoc {
  void (*read)(T& out, const Item& item);
};

// "unknown; did you mean NAME?" or the list of what is known.
std::string unknown_text(std::string_view word, std::span<const std::string_view> known);

// Reads a mapping by a table. `extra` keys are left to the caller. False: not a mapping, which was said.
template <class T>
bool read_mapping(const Item& item, std::span<const Key<T>> keys, T& out,
                  std::span<const std::string_view> extra = {}) {
  if (!item.node.IsMap()) {
    item.wrong("must be a mapping; write KEY: VALUE");
    return false;
  }
  std::set<std::string, std::less<>> seen;
  for (const auto& pair : item.node) {
    const Item at = item.at(pair.first, pair.second);
    const std::string name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    if (!seen.insert(name).second) {
      at.wrong("given twice; keep one");
      continue;
    }
    const Key<T>* found = nullptr;
    for (const Key<T>& key : keys) {
      if (key.name == name) found = &key;
    }
    if (found != nullptr) {
      if (found->read != nullptr) found->read(out, at);
      continue;
    }
    std::vector<std::string_view> known(extra.begin(), extra.end());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    for (const Key<T>& key : keys) known.push_back(key.name);
    at.wrong(unknown_text(name, known));
  }
  return true;
}

}  // namespace tactus::sim

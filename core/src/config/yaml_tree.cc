// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree, read through the module tactus-yaml.so (yaml_module.h).
#include "config/yaml_tree.hpp"

#include <dlfcn.h>

#include <memory>

#include "config/yaml_module.h"

namespace tactus::config {

namespace {

// More nodes are no configuration.
constexpr std::size_t most_nodes = 200'000;

// Puts the events together. The deepest open node is at the end of `open_`.
class TreeBuilder {
 public:
  std::int32_t take(const tactus_yaml_event& event) {
    if (++count_ > most_nodes) return stop(event, "more than 200000 nodes");
    YamlNode node;
    node.line = event.line;
    switch (event.kind) {
      case TACTUS_YAML_END:
        if (!open_.empty()) close();
        return 0;
      case TACTUS_YAML_ALIAS:
        return stop(event, "anchors and aliases are not used here: write the value out");
      case TACTUS_YAML_SCALAR:
        node.kind = YamlNode::Kind::scalar;
        node.quoted = event.quoted != 0;
        node.text.assign(event.text, event.length);
        return put(std::move(node));
      case TACTUS_YAML_NULL:
        return put(std::move(node));
      default:
        node.kind = event.kind == TACTUS_YAML_MAPPING ? YamlNode::Kind::mapping : YamlNode::Kind::sequence;
        open_.push_back(std::move(node));
        return 0;
    }
  }

  YamlResult result() { return std::move(result_); }

 private:
  std::int32_t stop(const tactus_yaml_event& event, const char* text) {
    result_.faults.push_back(YamlFault{text, event.line});
    return 1;
  }
  std::int32_t put(YamlNode node) {
    if (open_.empty()) {
      result_.root = std::move(node);
    } else {
      open_.back().items.push_back(std::move(node));
    }
    return 0;
  }
  void close() {
    YamlNode node = std::move(open_.back());
    open_.pop_back();
    put(std::move(node));
  }

  std::vector<YamlNode> open_;
  std::size_t count_ = 0;
  YamlResult result_;
};

std::int32_t take_event(void* user, const tactus_yaml_event* event) {
  return static_cast<TreeBuilder*>(user)->take(*event);
}

struct CloseModule {
  void operator()(void* module) const { dlclose(module); }
};

}  // namespace

YamlResult parse_yaml(std::string_view text, const std::string& directory) {
  const std::string path = directory + "/tactus-yaml.so";
  const std::unique_ptr<void, CloseModule> module{dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)};
  YamlResult failed;
  if (!module) {
    const char* why = dlerror();
    failed.faults.push_back(YamlFault{fmt::format("cannot read YAML: {}", why != nullptr ? why : path), 0});
    return failed;
  }
  const auto parse = reinterpret_cast<tactus_yaml_parse_fn>(dlsym(module.get(), TACTUS_YAML_PARSE));
  if (parse == nullptr) {
    failed.faults.push_back(YamlFault{fmt::format("cannot read YAML: {} has no {}", path, TACTUS_YAML_PARSE), 0});
    return failed;
  }
  TreeBuilder builder;
  tactus_yaml_error wrong{};
  const std::int32_t status = parse(text.data(), text.size(), take_event, &builder, &wrong);
  YamlResult result = builder.result();
  if (status < 0) result.faults.push_back(YamlFault{wrong.text, wrong.line});
  return result;
}

}  // namespace tactus::config

// SPDX-License-Identifier: Apache-2.0
#include "yaml_text.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace tactus::sim {

namespace {

bool plain(std::string_view text) {
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/-+:").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.front() != '-' && text.front() != ':' && text.back() != ':' &&
         std::all_of(text.begin(), text.end(), fine);
}

std::string scalar_text(const YAML::Node& node) {
  if (node.IsNull()) return "null";
  const std::string& text = node.Scalar();
  if (node.Tag() != "!" && plain(text)) return text;
  // A number may begin with a minus.
  const bool negative = text.size() > 1 && text.front() == '-' && plain(std::string_view(text).substr(1));
  if (node.Tag() != "!" && negative) return text;
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out += '\\';
        out += c;
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\x{:02x}", c);
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

void write(std::string& out, const YAML::Node& node, std::size_t indent);

// After "key:" or "-".
void write_value(std::string& out, const YAML::Node& node, std::size_t indent) {
  if (node.IsMap() && node.size() == 0) {
    out += " {}\n";
  } else if (node.IsSequence() && node.size() == 0) {
    out += " []\n";
  } else if (node.IsMap() || node.IsSequence()) {
    out += '\n';
    write(out, node, indent + 2);
  } else {
    out += ' ' + scalar_text(node) + '\n';
  }
}

void write(std::string& out, const YAML::Node& node, std::size_t indent) {
  if (node.IsMap()) {
    for (const auto& pair : node) {
      out += std::string(indent, ' ') + scalar_text(pair.first) + ':';
      write_value(out, pair.second, indent);
    }
  } else if (node.IsSequence()) {
    for (const auto& member : node) {
      out += std::string(indent, ' ') + '-';
      write_value(out, member, indent);
    }
  } else {
    out += std::string(indent, ' ') + scalar_text(node) + '\n';
  }
}

}  // namespace

std::string yaml_text(const YAML::Node& node) {
  std::string out;
  write(out, node, 0);
  return out;
}

}  // namespace tactus::sim

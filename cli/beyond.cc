// SPDX-License-Identifier: Apache-2.0
// plugins and drops: any report of the daemon by its members, as JSON over the Unix socket.
#include "beyond.hpp"

#include <algorithm>

#include "private_requests.hpp"
#include "text.hpp"

namespace tactus::cli {

namespace {

struct Column {
  std::string_view title;
  std::string_view member;
};

std::string cell(const Json& row, std::string_view member) {
  const Json& value = row.at(member);
  return value.kind == Json::Kind::boolean ? format_yes_no(value.boolean) : value.text;
}

// A table whose columns are as wide as their longest cell; in CSV mode one line per row.
void print_table(Context& context, std::span<const Column> columns, const std::vector<Json>& rows) {
  std::vector<std::size_t> widths;
  std::string header;
  for (const Column& column : columns) {
    std::size_t width = column.title.size();
    for (const Json& row : rows) width = std::max(width, cell(row, column.member).size());
    widths.push_back(width);
    header += (header.empty() ? "" : "  ") + pad_right(column.title, &column == &columns.back() ? 0 : width);
  }
  if (!context.settings.csv) print_header(context.output, header);
  for (const Json& row : rows) {
    Record record(context.output, context.settings.csv);
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) record.label("  ");
      record.field(padded(cell(row, columns[i].member), i + 1 < columns.size() ? widths[i] : 0));
    }
    record.end();
  }
}

bool plugin_info(Context& context, const std::string& name) {
  auto providers = read_rows(context, "plugins");
  if (!providers) return false;
  std::erase_if(*providers,
                [&](const Json& row) { return row.at("provider").text != name && row.at("plugin").text != name; });
  if (providers->empty()) {
    context.output.complain("No plugin or provider is called {}: `plugins` lists them", name);
    return false;
  }
  auto options = read_rows(context, "plugin_options");
  if (!options) return false;
  for (const Json& row : *providers) {
    Record record(context.output, context.settings.csv);
    record.label("Provider        : ").field(row.at("provider").text);
    record.label("\nKind            : ").field(row.at("kind").text);
    record.label("\nPlugin          : ").field(row.at("plugin").text).label(" ").field(row.at("version").text);
    record.label("\nABI             : ");
    record.field(row.at("abi_major").text).label(".").field(row.at("abi_minor").text);
    record.label("\nLoaded          : ").field(format_yes_no(row.at("loaded").boolean));
    record.label("\nSummary         : ").field(row.at("summary").text);
    if (!row.at("problem").text.empty()) record.label("\nProblem         : ").field(row.at("problem").text);
    record.end();
    std::vector<Json> own;
    for (const Json& option : *options) {
      if (option.at("provider").text == row.at("provider").text) own.push_back(option);
    }
    if (own.empty()) {
      if (!row.at("loaded").boolean && !context.settings.csv) {
        context.output.print_line("Options         : are told when it is loaded");
      }
      continue;
    }
    static constexpr Column columns[] = {{"Directive", "directive"}, {"Option", "option"},   {"Type", "type"},
                                         {"Unit", "unit"},           {"Default", "default"}, {"Meaning", "doc"}};
    print_table(context, columns, own);
  }
  return true;
}

}  // namespace

bool report_plugins(Context& context, const std::string& rest) {
  std::string words = rest;
  const std::string verb = take_word(words);
  if (verb == "info" && !words.empty()) return plugin_info(context, words);
  if (!verb.empty()) {
    context.output.complain("Invalid syntax for plugins command: plugins [info NAME]");
    return false;
  }
  const auto rows = read_rows(context, "plugins");
  if (!rows) return false;
  static constexpr Column columns[] = {{"Provider", "provider"}, {"Kind", "kind"},     {"Plugin", "plugin"},
                                       {"Version", "version"},   {"Loaded", "loaded"}, {"Summary", "summary"}};
  print_table(context, columns, *rows);
  for (const Json& row : *rows) {
    const std::string& problem = row.at("problem").text;
    if (!problem.empty() && !context.settings.csv) {
      context.output.print_line("{}: {}", row.at("provider").text, problem);
    }
  }
  return true;
}

bool report_drops(Context& context, const std::string& rest) {
  auto rows = read_rows(context, "drops");
  if (!rows) return false;
  if (rest != "-a") std::erase_if(*rows, [](const Json& row) { return row.at("count").number() == 0; });
  static constexpr Column columns[] = {{"Stage", "stage"}, {"Reason", "reason"}, {"Count", "count"}};
  print_table(context, columns, *rows);
  return true;
}

bool command_simulate(Context& context, const std::string&) {
  context.output.complain("simulate is given as arguments of tctl: tctl simulate SCENARIO.yaml");
  return false;
}

}  // namespace tactus::cli

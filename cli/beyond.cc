// SPDX-License-Identifier: Apache-2.0
// plugins and drops: any report of the daemon by its members, as JSON over the Unix socket.
#include "beyond.hpp"

#include <algorithm>

#include "text.hpp"

namespace tactus::cli {

namespace {

constexpr std::size_t longest_answer = 65536;
constexpr std::size_t most_rows = 100000;

// A private request goes over the Unix socket only.
bool open_local(Context& context) {
  Channel& channel = context.session.channel();
  while (!channel.is_open() || !channel.is_local()) {
    if (!channel.open_next()) return false;
  }
  return true;
}

std::optional<Json> ask(Context& context, const std::string& report, std::size_t first) {
  Channel& channel = context.session.channel();
  const std::string id = fmt::format("{:08x}", channel.random());
  const std::string request = fmt::format("tactus report {} {} {}", report, first, id);
  if (!channel.send({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()})) return std::nullopt;
  const double end = channel.now_s() + context.session.timeout_ms() / 1000.0;
  std::string buffer(longest_answer, '\0');
  for (double rest = end - channel.now_s(); rest > 0.0; rest = end - channel.now_s()) {
    const std::ptrdiff_t length =
        channel.receive({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}, rest);
    if (length == Channel::failed || channel.interrupted()) return std::nullopt;
    if (length == Channel::timed_out) continue;
    auto answer = parse_json(std::string_view(buffer).substr(0, static_cast<std::size_t>(length)));
    if (answer && answer->at("id").text == id) return answer;
  }
  return std::nullopt;
}

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
    if (own.empty()) continue;
    static constexpr Column columns[] = {{"Directive", "directive"}, {"Option", "option"},   {"Type", "type"},
                                         {"Unit", "unit"},           {"Default", "default"}, {"Meaning", "doc"}};
    print_table(context, columns, own);
  }
  return true;
}

}  // namespace

std::optional<std::vector<Json>> read_rows(Context& context, const std::string& report) {
  std::vector<Json> rows;
  if (!open_local(context)) {
    context.output.complain("This needs the daemon's Unix socket: start the daemon, and ask as a user who may open it");
    return std::nullopt;
  }
  for (bool more = true; more && rows.size() < most_rows;) {
    const auto answer = ask(context, report, rows.size());
    if (!answer) {
      context.output.complain("The daemon does not answer this: only tactusd does");
      return std::nullopt;
    }
    if (const std::string& problem = answer->at("error").text; !problem.empty()) {
      context.output.complain("The daemon has no answer for {}: {}", report, problem);
      return std::nullopt;
    }
    more = answer->at("more").boolean && !answer->at("rows").items.empty();
    for (const Json& row : answer->at("rows").items) rows.push_back(row);
  }
  return rows;
}

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

}  // namespace tactus::cli

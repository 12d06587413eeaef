// SPDX-License-Identifier: Apache-2.0
#include "support.hpp"

#include <cstring>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>

namespace tactus::test {

nlohmann::json load_vectors(const std::string& file) {
  std::ifstream stream(std::string(TACTUS_TEST_DATA) + "/cmdmon/" + file);
  return nlohmann::json::parse(stream);
}

std::vector<std::uint8_t> from_hex(const std::string& hex) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

std::string to_hex(Bytes bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

std::vector<std::uint8_t> request_of(const nlohmann::json& entry) {
  auto out = from_hex(entry[1].get<std::string>());
  out.resize(entry[0].get<std::size_t>());
  return out;
}

std::vector<std::uint8_t> reply_of(const std::string& hex) {
  auto out = from_hex(hex);
  out.resize(std::max<std::size_t>(out.size(), cmdmon::reply_header_size));
  const std::size_t length = cmdmon::reply_length(load_be<std::uint16_t>(out, 6));
  out.resize(std::max(out.size(), length));
  return out;
}

bool FakeChannel::send(Bytes datagram) {
  requests.emplace_back(datagram.begin(), datagram.end());
  auto reply = server_(datagram);
  if (!reply.empty()) waiting_.push_back(std::move(reply));
  return true;
}

std::ptrdiff_t FakeChannel::receive(MutableBytes buffer, double timeout_s) {
  if (waiting_.empty()) {
    time_s += timeout_s + 1e-6;  // never less than a double of this size can tell
    return timed_out;
  }
  const auto reply = waiting_.front();
  waiting_.erase(waiting_.begin());
  const std::size_t length = std::min(reply.size(), buffer.size());
  std::memcpy(buffer.data(), reply.data(), length);
  return static_cast<std::ptrdiff_t>(length);
}

FakeChannel::Server replay(std::vector<std::vector<std::uint8_t>> replies) {
  return [replies = std::move(replies), next = std::size_t{0}](Bytes request) mutable -> std::vector<std::uint8_t> {
    if (next >= replies.size()) return {};
    auto reply = replies[next++];
    if (reply.size() >= 20 && request.size() >= 12) std::memcpy(reply.data() + 16, request.data() + 8, 4);
    return reply;
  };
}

std::optional<tactus_address> FakeResolver::lookup(const std::string& name, cli::Family family) {
  std::optional<tactus_address> out = cli::parse_literal(name);
  if (name == "localhost") out = cli::parse_literal("127.0.0.1");
  if (name == "1.2.3") out = cli::parse_literal("1.2.0.3");  // as the C library reads it
  if (out && family == cli::Family::ipv4 && out->family != TACTUS_FAMILY_IPV4) return std::nullopt;
  if (out && family == cli::Family::ipv6 && out->family != TACTUS_FAMILY_IPV6) return std::nullopt;
  return out;
}

std::string FakeResolver::reverse(const tactus_address&) { return reverse_name; }

Outcome run_client(FakeChannel& channel, std::vector<std::string> arguments, const std::string& input,
                   const std::string& reverse_name, bool as_chronyc) {
  arguments.insert(arguments.begin(), as_chronyc ? "chronyc" : "tctl");
  std::vector<char*> argv;
  for (std::string& word : arguments) argv.push_back(word.data());
  argv.push_back(nullptr);
  const cli::Arguments parsed = cli::parse_arguments(static_cast<int>(arguments.size()), argv.data());
  cli::Output output;
  cli::Session session(channel, output);
  FakeResolver resolver;
  resolver.reverse_name = reverse_name;
  cli::Context context{parsed.settings, session, resolver, output};
  Outcome run;
  run.success = true;
  channel.open_next();
  if (parsed.commands_given) {
    run.success = cli::run_words(context, parsed.commands, parsed.several);
  } else {
    std::istringstream lines(input);
    for (std::string line; !context.quit && std::getline(lines, line);) run.success = cli::run_line(context, line);
  }
  run.out = output.out();
  run.err = output.err();
  return run;
}

namespace {
template <class Row>
const tactus_address& address_in(const std::vector<std::uint8_t>& bytes) {
  return reinterpret_cast<const Row*>(bytes.data())->address;
}
bool matches(const std::string& report, const std::vector<std::uint8_t>& row, const tactus_address& wanted) {
  if (report == "ntpdata") {
    return cmdmon::same_address(reinterpret_cast<const tactus_ntpdata_row*>(row.data())->remote, wanted);
  }
  if (report == "authdata") return cmdmon::same_address(address_in<tactus_authdata_row>(row), wanted);
  if (report == "clients") return cmdmon::same_address(address_in<tactus_client_row>(row), wanted);
  return true;
}
}  // namespace

tactus_status FakeBackend::read(const char* name, const tactus_query& query, tactus_row_sink sink, void* user) {
  if (const auto off = disabled.find(name); off != disabled.end()) return off->second;
  const auto found = rows.find(name);
  if (found == rows.end()) return TACTUS_E_NOT_FOUND;
  bool any = false;
  for (std::size_t i = 0; i < found->second.size(); ++i) {
    const auto& row = found->second[i];
    if ((query.flags & TACTUS_QUERY_INDEX) != 0 && i != query.index) continue;
    if ((query.flags & TACTUS_QUERY_ADDRESS) != 0 && !matches(name, row, query.address)) continue;
    any = true;
    const tactus_status status = sink(user, row.data(), static_cast<std::uint32_t>(row.size()));
    if (status != TACTUS_OK) return status;
  }
  const bool single = (query.flags & (TACTUS_QUERY_INDEX | TACTUS_QUERY_ADDRESS)) != 0;
  return single && !any ? TACTUS_E_NOT_FOUND : TACTUS_OK;
}

tactus_status FakeBackend::run(const char* name, const void* args, std::uint32_t, void* result) {
  ran.emplace_back(name);
  const auto found = commands.find(name);
  return found == commands.end() ? TACTUS_E_NOT_FOUND : found->second(args, result);
}

const tactus_report* FakeBackend::find_report(std::string_view name) {
  const auto found = reports.find(name);
  return found == reports.end() ? nullptr : found->second;
}

std::vector<std::uint8_t> ask_engine(cmdmon::Engine& engine, Bytes request, const cmdmon::Sender& sender) {
  std::array<std::uint8_t, cmdmon::reply_max_size> reply{};
  const std::size_t length = engine.answer(sender, request, false, from_ns<MonoTime>(1'000'000'000), reply);
  return {reply.begin(), reply.begin() + static_cast<std::ptrdiff_t>(length)};
}

}  // namespace tactus::test

// SPDX-License-Identifier: Apache-2.0
#include "private_requests.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

#include <tactus/address.hpp>
#include <tactus/report_text.hpp>

namespace tactus::cli {

namespace {

constexpr std::size_t longest_answer = 65536;
constexpr std::size_t most_rows = 100000;

bool open_local(Context& context, bool look_for_socket) {
  Channel& channel = context.session.channel();
  if (!look_for_socket) return (channel.is_open() || channel.open_next()) && channel.is_local();
  while (!channel.is_open() || !channel.is_local()) {
    if (!channel.open_next()) return false;
  }
  return true;
}

// A request that every daemon answers at once. chronyd does not answer private requests; the answer to what was sent
// behind tells that none will come.
bool send_fence(Channel& channel) {
  const cmdmon::RequestInfo& info = cmdmon::request_info(cmdmon::Request::n_sources);
  std::array<std::uint8_t, cmdmon::request_max_size> request{};
  cmdmon::RequestHeader header;
  header.command = static_cast<std::uint16_t>(info.code);
  header.sequence = channel.random();
  cmdmon::write_payload(request, 0, header);
  return channel.send({request.data(), info.length});
}

std::optional<Json> ask(Context& context, const std::string& report, std::size_t first) {
  Channel& channel = context.session.channel();
  const std::string id = fmt::format("{:08x}", channel.random());
  const std::string request = fmt::format("tactus report {} {} {}", report, first, id);
  if (!channel.send({reinterpret_cast<const std::uint8_t*>(request.data()), request.size()})) return std::nullopt;
  const bool fenced = !context.private_requests;
  if (fenced && !send_fence(channel)) return std::nullopt;
  const double end = channel.now_s() + context.session.timeout_ms() / 1000.0;
  std::string buffer(longest_answer, '\0');
  std::optional<Json> found;
  for (double rest = end - channel.now_s(); rest > 0.0; rest = end - channel.now_s()) {
    const std::ptrdiff_t length =
        channel.receive({reinterpret_cast<std::uint8_t*>(buffer.data()), buffer.size()}, rest);
    if (length == Channel::failed || channel.interrupted()) return std::nullopt;
    if (length == Channel::timed_out) continue;
    const auto text = std::string_view(buffer).substr(0, static_cast<std::size_t>(length));
    if (fenced && !text.starts_with('{')) break;
    auto answer = parse_json(text);
    if (!answer || answer->at("id").text != id) continue;
    found = std::move(answer);
    // The answer to the fence is waited for as well, so that the daemon does not find nobody there.
    if (!fenced) break;
  }
  if (fenced) context.private_requests = found.has_value();
  return found;
}

std::optional<double> to_real(const Json& json) {
  if (json.kind == Json::Kind::null) return NAN;
  double value = 0.0;
  const char* end = json.text.data() + json.text.size();
  if (json.kind != Json::Kind::number || std::from_chars(json.text.data(), end, value).ptr != end) return std::nullopt;
  return value;
}

template <class Integer>
bool store_integer(const Json& json, Integer otherwise, void* at) {
  Integer value = otherwise;
  if (json.kind != Json::Kind::null) {
    const char* end = json.text.data() + json.text.size();
    if (json.kind != Json::Kind::number || std::from_chars(json.text.data(), end, value).ptr != end) return false;
  }
  std::memcpy(at, &value, sizeof value);
  return true;
}

bool store_word(std::uint32_t value, void* at) {
  std::memcpy(at, &value, sizeof value);
  return true;
}

std::optional<tactus_address> to_address(const std::string& text) {
  if (text.empty()) return tactus_address{};
  unsigned id = 0;
  if (text.starts_with("ID#")) {
    const auto [end, failed] = std::from_chars(text.data() + 3, text.data() + text.size(), id);
    return failed == std::errc{} && end == text.data() + text.size() ? std::optional{cmdmon::make_id(id)}
                                                                     : std::nullopt;
  }
  return parse_address(text);
}

std::optional<std::uint32_t> choice_index(const tactus_member& member, const std::string& name) {
  for (std::uint32_t i = 0; i < member.choice_count; ++i) {
    if (name == member.choices[i]) return i;
  }
  return std::nullopt;
}

bool store_choice(const Json& json, const tactus_member& member, void* at) {
  if (json.kind != Json::Kind::text) return store_word(member.choice_count, at);  // one that has no name
  const auto index = choice_index(member, json.text);
  return index && store_word(*index, at);
}

bool store_bits(const Json& json, const tactus_member& member, void* at) {
  std::uint32_t bits = 0;
  for (const Json& item : json.items) {
    const auto index = choice_index(member, item.text);
    if (!index || *index >= 32) return false;
    bits |= std::uint32_t{1} << *index;
  }
  return store_word(bits, at);
}

bool store(const Json& json, const tactus_member& member, void* at) {
  switch (member.kind) {
    case TACTUS_MEMBER_U32:
      return store_integer<std::uint32_t>(json, 0, at);
    case TACTUS_MEMBER_I32:
      return store_integer<std::int32_t>(json, 0, at);
    case TACTUS_MEMBER_U64:
      return store_integer<std::uint64_t>(json, 0, at);
    case TACTUS_MEMBER_I64:
    case TACTUS_MEMBER_TIME:
      return store_integer<std::int64_t>(json, 0, at);
    case TACTUS_MEMBER_AGO:
      return store_integer<std::uint32_t>(json, TACTUS_AGO_NEVER, at);
    case TACTUS_MEMBER_REAL: {
      const auto value = to_real(json);
      if (value) std::memcpy(at, &*value, sizeof *value);
      return value.has_value();
    }
    case TACTUS_MEMBER_ADDRESS: {
      const auto address = to_address(json.text);
      if (address) std::memcpy(at, &*address, sizeof *address);
      return address.has_value();
    }
    case TACTUS_MEMBER_REFID: {
      std::uint32_t refid = 0;
      const char* end = json.text.data() + json.text.size();
      return std::from_chars(json.text.data(), end, refid, 16).ptr == end && store_word(refid, at);
    }
    case TACTUS_MEMBER_TEXT:
      std::memset(at, 0, member.size);
      std::memcpy(at, json.text.data(), std::min<std::size_t>(json.text.size(), member.size - 1));
      return true;
    case TACTUS_MEMBER_FLAG:
      return store_word(json.boolean ? 1 : 0, at);
    case TACTUS_MEMBER_LETTER:
      return store_word(json.text.empty() ? 0 : static_cast<unsigned char>(json.text[0]), at);
    case TACTUS_MEMBER_ENUM:
      return store_choice(json, member, at);
    case TACTUS_MEMBER_BITS:
      return store_bits(json, member, at);
    default:
      return true;
  }
}

}  // namespace

PrivateAnswer ask_private(Context& context, const std::string& report, bool look_for_socket) {
  PrivateAnswer out;
  if (context.private_requests == false || !open_local(context, look_for_socket)) return out;
  for (bool more = true; more && out.rows.size() < most_rows;) {
    auto answer = ask(context, report, out.rows.size());
    if (!answer) return PrivateAnswer{};
    if (const std::string& problem = answer->at("error").text; !problem.empty()) {
      return {PrivateAnswer::Kind::refused, {}, problem};
    }
    out.kind = PrivateAnswer::Kind::rows;
    auto rows = answer->members.find("rows");
    if (rows == answer->members.end()) return PrivateAnswer{};
    more = answer->at("more").boolean && !rows->second.items.empty();
    for (Json& row : rows->second.items) out.rows.push_back(std::move(row));
  }
  return out;
}

std::optional<std::vector<Json>> read_rows(Context& context, const std::string& report) {
  PrivateAnswer answer = ask_private(context, report, true);
  switch (answer.kind) {
    case PrivateAnswer::Kind::rows:
      return std::move(answer.rows);
    case PrivateAnswer::Kind::refused:
      context.output.complain("The daemon has no answer for {}: {}", report, answer.problem);
      break;
    case PrivateAnswer::Kind::silent:
      if (context.session.channel().is_open()) {
        context.output.complain("The daemon does not answer this: only tactusd does");
      } else {
        context.output.complain(
            "This needs the daemon's Unix socket: start the daemon, and ask as a user who may open it");
      }
      break;
  }
  return std::nullopt;
}

bool fill_row(const Json& json, std::span<const tactus_member> members, void* row) {
  return std::all_of(members.begin(), members.end(), [&](const tactus_member& member) {
    const auto found = json.members.find(member_key(member));
    return found == json.members.end() || store(found->second, member, static_cast<char*>(row) + member.offset);
  });
}

}  // namespace tactus::cli

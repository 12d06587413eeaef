// SPDX-License-Identifier: Apache-2.0
// The NTP server over any bytes: a sequence of requests from a few clients, with a scheme that accepts some of them,
// rate limiting and interleaved mode on. No answer may be longer than its request, and every request must be counted.
// links: ntp_engine
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "server_engine.hpp"

namespace {

using namespace tactus;
using namespace tactus::ntp;

// Bits that repeat with the input.
struct Bits {
  std::uint64_t state = 88172645463325252U;
  static void fill(void* user, void* buffer, std::uint32_t length) {
    auto* self = static_cast<Bits*>(user);
    for (std::uint32_t i = 0; i < length; ++i) {
      self->state ^= self->state << 13;
      self->state ^= self->state >> 7;
      self->state ^= self->state << 17;
      static_cast<std::uint8_t*>(buffer)[i] = static_cast<std::uint8_t>(self->state);
    }
  }
};

// Takes a MAC whose last octet is even, and signs with as many octets.
class Scheme final : public ServerAuth {
 public:
  tactus_status check(AuthMode, const tactus_packet& request, std::uint64_t* token) override {
    *token = request.length - request.auth_offset;
    return (request.data[request.length - 1] & 1U) == 0 ? TACTUS_OK : TACTUS_E_DENIED;
  }
  tactus_status sign(AuthMode, const tactus_packet&, std::uint64_t token, tactus_packet* response) override {
    if (token > response->capacity - response->length) return TACTUS_E_LIMIT;
    std::memset(response->data + response->length, 0xa5, token);
    response->length += static_cast<std::uint32_t>(token);
    return TACTUS_OK;
  }
};

void require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

// Input: pieces of two octets of length (low 12 bits) and client (high 4 bits), then so many octets of a datagram.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bits bits;
  RandomPool random(&Bits::fill, &bits);
  Scheme scheme;
  ServerEngine::Config config;
  config.log.limit_bytes = 4000;
  config.log.limits[0] = RateLimit{0, 4, 1, 1};
  config.network_correction = true;
  ServerEngine engine(config, random, &scheme);
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::int64_t now = 1'790'000'000'000'000'000;
  while (size >= 2) {
    const std::size_t head = static_cast<std::size_t>(data[0]) << 8 | data[1];
    data += 2;
    size -= 2;
    const std::size_t length = head % 4096 < size ? head % 4096 : size;
    now += 100'000'000;
    ServerRequest request;
    request.bytes = {data, length};
    request.remote.family = TACTUS_FAMILY_IPV4;
    request.remote.port = 4000;
    request.remote.bytes[3] = static_cast<std::uint8_t>(head >> 12);
    request.received.raw_ns = request.received.corrected_ns = now;
    request.now = from_ns<MonoTime>(now);
    request.allowed = head >> 12 != 15;
    data += length;
    size -= length;
    ++asked;
    if (!engine.accept(request)) continue;
    tactus_reference reference{};
    reference.struct_size = sizeof reference;
    reference.stratum = 1;
    reference.precision_log2_s = -20;
    const auto response = engine.respond(reference, from_ns<Instant>(now + 1000));
    require(response.bytes.size() <= length);
    if (response.bytes.empty()) continue;
    ++answered;
    tactus_stamp sent{};
    sent.raw_ns = sent.corrected_ns = now + 2000;
    engine.on_sent(response.send_id, sent);
    engine.on_transmitted(response.send_id, sent);
  }
  std::uint64_t refused = 0;
  for (std::size_t i = 0; i < refusal_count; ++i) refused += engine.refused(static_cast<Refusal>(i));
  require(asked == answered + refused);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Field types of the command protocol (command protocol specification, section 5) and the two passes over a payload:
// Writer and Reader call the same `fields` function of a payload, so that both directions share one layout.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include <tactus/abi.h>
#include <tactus/bytes.hpp>

namespace tactus::cmdmon {

// ---- float (section 5.1): 7-bit exponent e, 25-bit coefficient c, both two's complement; value c * 2^(e - 25)
// ----------
inline constexpr int float_exponent_bits = 7;
inline constexpr int float_coefficient_bits = 25;

// The bytes that chrony sends for x; NaN is 0, what is too large becomes the largest. Never fails.
inline std::uint32_t encode_float(double x) noexcept {
  constexpr int exponent_max = 63;
  constexpr int exponent_min = -64;
  constexpr std::int32_t coefficient_max = (1 << 24) - 1;
  if (std::isnan(x)) return 0;
  const std::int32_t negative = x < 0.0 ? 1 : 0;
  if (negative != 0) x = -x;
  std::int32_t exponent = 0;
  std::int32_t coefficient = 0;
  if (x > 1e100) {
    exponent = exponent_max;
    coefficient = coefficient_max + negative;
  } else if (x > 1e-100) {
    // The exponent is cut toward zero, as chrony does; below 0.5 the coefficient loses its leading bit by that.
    exponent = static_cast<std::int32_t>(std::log(x) / std::log(2.0) + 1.0);
    double scaled = std::ldexp(x, float_coefficient_bits - exponent) + 0.5;
    while (std::floor(scaled) > static_cast<double>(coefficient_max + negative)) {
      scaled = std::floor(std::floor(scaled) / 2.0);
      ++exponent;
    }
    coefficient = static_cast<std::int32_t>(scaled);
    if (exponent > exponent_max) {
      exponent = exponent_max;
      coefficient = coefficient_max + negative;
    } else if (exponent < exponent_min) {
      if (exponent + float_coefficient_bits >= exponent_min) {
        coefficient >>= exponent_min - exponent;
        exponent = exponent_min;
      } else {
        exponent = 0;
        coefficient = 0;
      }
    }
  }
  if (negative != 0) coefficient = -coefficient;
  return (static_cast<std::uint32_t>(exponent) << float_coefficient_bits) |
         (static_cast<std::uint32_t>(coefficient) & 0x01ffffffu);
}

// Exact value of the four bytes; every pattern is a finite number.
inline double decode_float(std::uint32_t bits) noexcept {
  const auto exponent = static_cast<std::int32_t>(bits) >> float_coefficient_bits;
  const auto coefficient = static_cast<std::int32_t>(bits << float_exponent_bits) >> float_exponent_bits;
  return std::ldexp(static_cast<double>(coefficient), exponent - float_coefficient_bits);
}

// ---- time (section 5.2)
// -----------------------------------------------------------------------------------------------

struct WireTime {
  std::int64_t seconds = 0;       // since 1970-01-01 UTC
  std::uint32_t nanoseconds = 0;  // 0..999999999
  bool operator==(const WireTime&) const = default;
};

// ns since 1970 to wire time; exact.
constexpr WireTime wire_time(std::int64_t ns) noexcept {
  std::int64_t seconds = ns / 1'000'000'000;
  std::int64_t rest = ns % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  }
  return {seconds, static_cast<std::uint32_t>(rest)};
}
// ns since 1970, saturated to what int64 holds.
constexpr std::int64_t wire_ns(const WireTime& time) noexcept {
  constexpr std::int64_t limit = 9'223'372'036;
  if (time.seconds >= limit) return INT64_MAX;
  if (time.seconds <= -limit) return INT64_MIN;
  return time.seconds * 1'000'000'000 + static_cast<std::int64_t>(time.nanoseconds);
}

// ---- address (section 5.3): struct tactus_address without port
// ------------------------------------------------------------
inline constexpr std::uint16_t wire_family_none = 0;
inline constexpr std::uint16_t wire_family_ipv4 = 1;
inline constexpr std::uint16_t wire_family_ipv6 = 2;
inline constexpr std::uint16_t wire_family_id = 3;

// Number of meaningful bytes of an address of this TACTUS_FAMILY_*.
constexpr std::size_t address_length(std::uint16_t family) noexcept {
  switch (family) {
    case TACTUS_FAMILY_IPV4:
    case TACTUS_FAMILY_ID:
      return 4;
    case TACTUS_FAMILY_IPV6:
      return 16;
    default:
      return 0;
  }
}

inline tactus_address make_address(std::uint16_t family, const std::uint8_t* bytes) noexcept {
  tactus_address address{};
  address.family = family;
  if (const std::size_t length = address_length(family); length > 0) std::memcpy(address.bytes, bytes, length);
  return address;
}

// A source without an address: `ID#0000000001`. Numbers start at 1.
inline tactus_address make_id(std::uint32_t id) noexcept {
  tactus_address address{};
  address.family = TACTUS_FAMILY_ID;
  store_be<std::uint32_t>(address.bytes, 0, id);
  return address;
}

// Four characters of a reference id as a family 1 address, the form that SOURCE_DATA has for reference clocks.
inline tactus_address make_refid_address(std::uint32_t refid) noexcept {
  tactus_address address = make_id(refid);
  address.family = TACTUS_FAMILY_IPV4;
  return address;
}

// Family and bytes are equal; port and scope do not count.
inline bool same_address(const tactus_address& a, const tactus_address& b) noexcept {
  return a.family == b.family && std::memcmp(a.bytes, b.bytes, address_length(a.family)) == 0;
}

// ---- passes over a payload
// ---------------------------------------------------------------------------------------------------
inline constexpr std::size_t wire_name_size = 256;

// A name field: 256 bytes, NUL-terminated; `terminated` tells whether the last byte was NUL.
struct WireName {
  std::string text;
  bool terminated = true;
};

// Writes fields one after the other. The bytes before were zeroed by the caller; padding is skipped.
class Writer {
 public:
  Writer(MutableBytes bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}
  void operator()(std::uint8_t value) { put(value); }
  void operator()(std::int8_t value) { put(static_cast<std::uint8_t>(value)); }
  void operator()(std::uint16_t value) { put(value); }
  void operator()(std::int16_t value) { put(static_cast<std::uint16_t>(value)); }
  void operator()(std::uint32_t value) { put(value); }
  void operator()(std::int32_t value) { put(static_cast<std::uint32_t>(value)); }
  void operator()(std::uint64_t value) { put(value); }
  void operator()(double value) { put(encode_float(value)); }
  void operator()(const WireTime& time) {
    put(static_cast<std::uint64_t>(time.seconds));
    put(time.nanoseconds);
  }
  void operator()(const tactus_address& address) {
    const std::size_t length = address_length(address.family);
    TACTUS_ASSERT(bytes_.size() >= offset_ + 20);
    if (length > 0) std::memcpy(bytes_.data() + offset_, address.bytes, length);
    offset_ += 16;
    put(wire_family(address.family));
    offset_ += 2;
  }
  void operator()(const WireName& name) {
    TACTUS_ASSERT(bytes_.size() >= offset_ + wire_name_size);
    const std::size_t length = std::min(name.text.size(), wire_name_size - (name.terminated ? 1 : 0));
    if (length > 0) std::memcpy(bytes_.data() + offset_, name.text.data(), length);
    offset_ += wire_name_size;
  }
  void skip(std::size_t count) { offset_ += count; }
  void ones(std::size_t count) {  // reserved statistics fields
    for (std::size_t i = 0; i < count; ++i) put(std::uint8_t{0xff});
  }
  [[nodiscard]] std::size_t offset() const { return offset_; }

 private:
  static std::uint16_t wire_family(std::uint16_t family) {
    switch (family) {
      case TACTUS_FAMILY_IPV4:
        return wire_family_ipv4;
      case TACTUS_FAMILY_IPV6:
        return wire_family_ipv6;
      case TACTUS_FAMILY_ID:
        return wire_family_id;
      default:
        return wire_family_none;
    }
  }
  template <class Unsigned>
  void put(Unsigned value) {
    store_be<Unsigned>(bytes_, offset_, value);
    offset_ += sizeof(Unsigned);
  }
  MutableBytes bytes_;
  std::size_t offset_;
};

// Reads fields one after the other. The caller has checked that the payload is there.
class Reader {
 public:
  Reader(Bytes bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}
  void operator()(std::uint8_t& value) { value = get<std::uint8_t>(); }
  void operator()(std::int8_t& value) { value = static_cast<std::int8_t>(get<std::uint8_t>()); }
  void operator()(std::uint16_t& value) { value = get<std::uint16_t>(); }
  void operator()(std::int16_t& value) { value = static_cast<std::int16_t>(get<std::uint16_t>()); }
  void operator()(std::uint32_t& value) { value = get<std::uint32_t>(); }
  void operator()(std::int32_t& value) { value = static_cast<std::int32_t>(get<std::uint32_t>()); }
  void operator()(std::uint64_t& value) { value = get<std::uint64_t>(); }
  void operator()(double& value) { value = decode_float(get<std::uint32_t>()); }
  void operator()(WireTime& time) {
    std::uint64_t high = get<std::uint32_t>();
    if (high == 0x7fffffffu) high = 0;  // the sender has only 32 bits
    time.seconds = static_cast<std::int64_t>((high << 32) | get<std::uint32_t>());
    time.nanoseconds = std::min(get<std::uint32_t>(), std::uint32_t{999'999'999});
  }
  void operator()(tactus_address& address) {
    TACTUS_ASSERT(bytes_.size() >= offset_ + 20);
    address = make_address(family(load_be<std::uint16_t>(bytes_, offset_ + 16)), bytes_.data() + offset_);
    offset_ += 20;
  }
  void operator()(WireName& name) {
    TACTUS_ASSERT(bytes_.size() >= offset_ + wire_name_size);
    const auto* start = reinterpret_cast<const char*>(bytes_.data() + offset_);
    name.text.assign(start, strnlen(start, wire_name_size));
    name.terminated = start[wire_name_size - 1] == '\0';
    offset_ += wire_name_size;
  }
  void skip(std::size_t count) { offset_ += count; }
  void ones(std::size_t count) { offset_ += count; }
  [[nodiscard]] std::size_t offset() const { return offset_; }

 private:
  static std::uint16_t family(std::uint16_t wire) {
    switch (wire) {
      case wire_family_ipv4:
        return TACTUS_FAMILY_IPV4;
      case wire_family_ipv6:
        return TACTUS_FAMILY_IPV6;
      case wire_family_id:
        return TACTUS_FAMILY_ID;
      default:
        return TACTUS_FAMILY_NONE;
    }
  }
  template <class Unsigned>
  Unsigned get() {
    const auto value = load_be<Unsigned>(bytes_, offset_);
    offset_ += sizeof(Unsigned);
    return value;
  }
  Bytes bytes_;
  std::size_t offset_;
};

// Writes a payload at `offset`; returns the offset behind it.
template <class Payload>
std::size_t write_payload(MutableBytes bytes, std::size_t offset, const Payload& payload) {
  Writer writer(bytes, offset);
  Payload::fields(payload, writer);
  return writer.offset();
}

// Reads the payload at `offset`. The caller has checked the length.
template <class Payload>
Payload read_payload(Bytes bytes, std::size_t offset) {
  Payload payload;
  Reader reader(bytes, offset);
  Payload::fields(payload, reader);
  return payload;
}

}  // namespace tactus::cmdmon

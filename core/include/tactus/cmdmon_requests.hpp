// SPDX-License-Identifier: Apache-2.0
// Payloads of requests (command protocol specification, section 10). Meanings, units and signs are those of the tables
// there; a double is a protocol float.
#pragma once

#include <tactus/cmdmon_types.hpp>

namespace tactus::cmdmon {

// R-INT: index or option (section 10.1). R-DUMP has the same shape.
struct IntRequest {
  std::int32_t value = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.value);
  }
};

// R-FLOAT.
struct FloatRequest {
  double value = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.value);
  }
};

// R-ADDR.
struct AddressRequest {
  tactus_address address{};
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address);
  }
};

// R-ADDR-INT.
struct AddressIntRequest {
  tactus_address address{};
  std::int32_t value = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.value);
  }
};

// R-ADDR-FLOAT.
struct AddressFloatRequest {
  tactus_address address{};
  double value = 0.0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.value);
  }
};

// R-MASKADDR: family NONE of the mask: no mask; of the address: every source.
struct MaskAddressRequest {
  tactus_address mask{};
  tactus_address address{};
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.mask), pass(self.address);
  }
};

// R-BURST.
struct BurstRequest {
  tactus_address mask{};
  tactus_address address{};
  std::int32_t good = 0;
  std::int32_t total = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.mask), pass(self.address), pass(self.good), pass(self.total);
  }
};

// R-SUBNET.
struct SubnetRequest {
  tactus_address address{};
  std::int32_t prefix = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.prefix);
  }
};

// R-SETTIME.
struct SettimeRequest {
  WireTime time;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.time);
  }
};

// R-MAKESTEP.
struct MakestepRequest {
  std::int32_t limit = 0;  // negative: no limit
  double threshold = 0.0;  // s
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.limit), pass(self.threshold);
  }
};

// R-LOCAL2, the form of 4.3 to 4.5; also the beginning of R-LOCAL3.
struct Local2Request {
  std::int32_t on_off = 0;
  std::int32_t stratum = 0;
  double distance = 0.0;  // s
  std::int32_t orphan = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.on_off), pass(self.stratum), pass(self.distance), pass(self.orphan);
  }
};

// R-LOCAL3.
struct Local3Request {
  Local2Request common;
  double activate = 0.0;       // s
  double wait_synced = 0.0;    // s
  double wait_unsynced = 0.0;  // s
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    Local2Request::fields(self.common, pass);
    pass(self.activate), pass(self.wait_synced), pass(self.wait_unsynced);
  }
};

// R-SELECTOPTS. The mask has SELECT numbering, the options have ADD numbering (section 10.3).
struct SelectOptionsRequest {
  tactus_address address{};
  std::uint32_t refid = 0;
  std::uint32_t mask = 0;
  std::uint32_t options = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.refid), pass(self.mask), pass(self.options);
  }
};

// R-OFFSET.
struct OffsetRequest {
  tactus_address address{};
  std::uint32_t refid = 0;
  double offset = 0.0;  // s
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.address), pass(self.refid), pass(self.offset);
  }
};

// R-CLIENTS.
struct ClientsRequest {
  std::uint32_t first_index = 0;
  std::uint32_t count = 0;     // at most 8 are given
  std::uint32_t min_hits = 0;  // 0: all
  std::uint32_t reset = 0;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.first_index), pass(self.count), pass(self.min_hits), pass(self.reset);
  }
};

// R-ADDSOURCE; the initial values are those that clients send for options that are not given (section 10.4).
struct AddSourceRequest {
  std::uint32_t type = 1;  // 1 server, 2 peer, 3 pool
  WireName name;
  std::uint32_t port = 123;
  std::int32_t minpoll = 6;
  std::int32_t maxpoll = 10;
  std::int32_t presend_minpoll = 100;
  std::uint32_t min_stratum = 0;
  std::uint32_t poll_target = 8;
  std::uint32_t version = 0;
  std::uint32_t max_sources = 4;
  std::int32_t min_samples = -1;
  std::int32_t max_samples = -1;
  std::uint32_t key = 0;
  std::uint32_t nts_port = 4460;
  double max_delay = 3.0;
  double max_delay_ratio = 0.0;
  double max_delay_dev_ratio = 10.0;
  double min_delay = 0.0;
  double asymmetry = 1.0;
  double offset = 0.0;
  std::uint32_t flags = 0x0001;  // ADD flags
  std::int32_t filter_length = 0;
  std::uint32_t cert_set = 0;
  double max_delay_quantile = 0.0;
  std::int32_t max_unreach = 100000;
  template <class Self, class Pass>
  static void fields(Self& self, Pass& pass) {
    pass(self.type), pass(self.name), pass(self.port), pass(self.minpoll), pass(self.maxpoll);
    pass(self.presend_minpoll), pass(self.min_stratum), pass(self.poll_target), pass(self.version);
    pass(self.max_sources), pass(self.min_samples), pass(self.max_samples), pass(self.key), pass(self.nts_port);
    pass(self.max_delay), pass(self.max_delay_ratio), pass(self.max_delay_dev_ratio), pass(self.min_delay);
    pass(self.asymmetry), pass(self.offset), pass(self.flags), pass(self.filter_length), pass(self.cert_set);
    pass(self.max_delay_quantile), pass(self.max_unreach);
  }
};

// ADD flags (section 10.2) that have a SELECT option (10.3) as their counterpart.
inline constexpr std::uint32_t add_prefer = 0x0008;
inline constexpr std::uint32_t add_noselect = 0x0010;
inline constexpr std::uint32_t add_trust = 0x0020;
inline constexpr std::uint32_t add_require = 0x0040;
inline constexpr std::uint32_t select_noselect = 0x1;
inline constexpr std::uint32_t select_prefer = 0x2;
inline constexpr std::uint32_t select_trust = 0x4;
inline constexpr std::uint32_t select_require = 0x8;

// ADD numbering to SELECT numbering; other bits are dropped.
constexpr std::uint32_t select_from_add(std::uint32_t flags) noexcept {
  return ((flags & add_noselect) != 0 ? select_noselect : 0) | ((flags & add_prefer) != 0 ? select_prefer : 0) |
         ((flags & add_trust) != 0 ? select_trust : 0) | ((flags & add_require) != 0 ? select_require : 0);
}

}  // namespace tactus::cmdmon

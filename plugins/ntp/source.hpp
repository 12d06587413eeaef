// SPDX-License-Identifier: Apache-2.0
// One configured source: its association, its place in the core, its client socket, timer and authentication. Carries
// out what the association asks for. NTP specification sections 5 and 14.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <tactus/reports.h>
#include <tactus/sdk.hpp>

#include "association.hpp"
#include "environment.hpp"

namespace tactus::ntp {

class Source;

// What a source tells its owner.
class SourceOwner {
 public:
  virtual ~SourceOwner() = default;
  virtual void on_good_sample(Source& source) = 0;
  // The core has no more use for it with this address.
  virtual void on_bad(Source& source) = 0;
};

class Source final : private View, private SocketUser {
 public:
  // `number` tells sources apart for as long as the instance lives (1..2^31-1). `address` has family ID while the name
  // is not resolved. Throws Failure when the core takes no more.
  Source(Environment& environment, SourceOwner& owner, SourceOptions options, std::uint32_t number,
         const tactus_address& address);
  ~Source() override;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Begins polling when it is online and has an address.
  void start();
  // Gives it an address, or another one; a running source goes on with it. reset: its samples are dropped.
  void set_address(const tactus_address& address);
  // Takes it out of the core; nothing may be called but the destructor then. Safe inside its own callbacks.
  void retire();

  // A datagram from its address and port that came in on a shared socket.
  void on_shared_datagram(const tactus_datagram& datagram, const Socket& socket);
  void on_shared_stamp(std::uint64_t send_id, const tactus_stamp& stamp) { on_transmit_stamp(send_id, stamp); }
  void on_clock_change(const tactus_clock_change& change);

  // Calls a command of the association and carries out what follows from it.
  template <class Call>
  void command(Call call) {
    call(association_, context());
    pump();
  }
  void connectivity(bool online);
  // The association's `report`, complete.
  void fill(tactus_ntpdata_row& row) const;
  void fill(tactus_authdata_row& row) const;

  [[nodiscard]] const SourceOptions& options() const noexcept { return options_; }
  [[nodiscard]] const tactus_address& address() const noexcept { return address_; }
  [[nodiscard]] bool resolved() const noexcept { return is_ip(address_); }
  [[nodiscard]] bool named() const noexcept { return named_; }
  [[nodiscard]] std::uint32_t number() const noexcept { return number_; }
  [[nodiscard]] const Association& association() const noexcept { return association_; }
  [[nodiscard]] bool retired() const noexcept { return retired_; }
  [[nodiscard]] bool selected() const { return stats().selected != 0; }
  // "ADDR" or "ADDR (NAME)" as messages show it.
  [[nodiscard]] std::string label() const;
  // Number of a source from a send_id of a shared socket; even ids are sources', odd ones the server's.
  static std::uint32_t number_of(std::uint64_t send_id) noexcept { return static_cast<std::uint32_t>(send_id >> 33); }

  // Kept by the owner.
  std::uint32_t pool = 0;  // 0: none
  bool confirmed = false;  // a good sample came from this address
  MonoTime resolved_at{};

 private:
  // View
  [[nodiscard]] tactus_source_stats stats() const override;
  [[nodiscard]] double predicted_offset_s(Instant at) const override;
  [[nodiscard]] tactus_reference reference(Instant at) const override;
  // SocketUser
  void on_datagram(Socket& socket, const tactus_datagram& datagram) override;
  void on_transmit_stamp(std::uint64_t send_id, const tactus_stamp& stamp) override;

  static void describe(void* user, std::int32_t* poll_log2_s, std::uint32_t* mode);
  static void replace(void* user);

  [[nodiscard]] Context context() const;
  void pump();
  void arm();
  void on_timer();
  void receive(const tactus_datagram& datagram);
  void tell_own_refid();
  void send(const Outgoing& out);
  Socket* socket_for(const Outgoing& out);
  // Its packets travel in PTP messages.
  [[nodiscard]] bool over_ptp() const noexcept {
    return environment_.settings.ptp_port != 0 && options_.port == environment_.settings.ptp_port;
  }
  void set_peer_socket(bool wanted);

  // events of the association
  void carry_out(const Event& event);
  void sample(const tactus_sample& sample);
  void missed();
  void log(const Message& message) const;
  void log(const Measured& measured) const;

  Environment& environment_;
  SourceOwner& owner_;
  SourceOptions options_;
  std::uint32_t number_;
  tactus_address address_;
  bool named_;
  tactus_source* handle_ = nullptr;
  std::unique_ptr<SourceAuth> auth_;
  Association association_;
  std::unique_ptr<Socket> socket_;  // client, for the request under way
  Timer timer_;
  std::optional<MonoTime> armed_;
  std::uint32_t own_refid_ = 0;  // as the core knows it
  std::uint16_t peer_family_ = TACTUS_FAMILY_NONE;
  bool pumping_ = false;
  bool retired_ = false;
};

}  // namespace tactus::ntp

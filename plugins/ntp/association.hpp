// SPDX-License-Identifier: Apache-2.0
// One NTP association: client or symmetric active. Bytes and times in; bytes, a deadline and events out. Knows no
// socket and no clock. RFC 5905 section 9, RFC 9769; NTP specification sections 6 to 13.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tactus/reports.h>

#include "association_types.hpp"
#include "authenticator.hpp"
#include "quantile.hpp"
#include "separation.hpp"

namespace tactus::ntp {

// After every call: carry out next_event() until it is empty (answering Sampled and Missed with on_sample_result()
// before taking the next), then next_outgoing(), then set one timer for deadline().
class Association {
 public:
  // random, timers (of the association's class) and auth outlive the association. auth null: not authenticated.
  Association(const AssociationSettings& settings, const LocalClock& clock, RandomPool& random, Separation& timers,
              Authenticator* auth);
  ~Association();
  Association(const Association&) = delete;
  Association& operator=(const Association&) = delete;

  // The address became known, or was replaced. Forgets the exchange; the interval goes back to its minimum when the
  // source was reachable. `name` is the address as text, for messages.
  void set_address(const tactus_address& remote, std::string name, const Context& context);
  // What messages call it before there is an address.
  void set_name(std::string name) { name_ = std::move(name); }
  // Begins polling, when online. Needs an address.
  void start(const Context& context);
  // Ends it (the name has to be resolved again). Silent.
  void stop();

  // Commands. Changes are logged with the specification's texts.
  void set_online(const Context& context);
  void set_offline(const Context& context);
  void burst(std::uint32_t good, std::uint32_t total, const Context& context);  // client only
  // The interval itself follows with the next answer, or when one is missing.
  void set_min_poll(int log2_s);
  void set_max_poll(int log2_s);
  void set_min_stratum(std::uint32_t stratum);
  void set_poll_target(int samples);
  void set_max_delay(double seconds);
  void set_max_delay_ratio(double ratio);
  void set_max_delay_dev_ratio(double ratio);
  void set_offset(double seconds);

  // A datagram from the source's address and port, on the socket that the association sends by. Any bytes are allowed.
  void on_datagram(Bytes datagram, const Arrival& arrival, const Context& context);
  // deadline() has come (calling early does nothing).
  void on_timeout(const Context& context);
  [[nodiscard]] std::optional<MonoTime> deadline() const noexcept;
  // Whether a packet is due.
  [[nodiscard]] bool due() const noexcept { return due_; }
  // The packet that is due. context.now is what a peer's packet says, so it is read just before.
  std::optional<Outgoing> next_outgoing(const Context& context);
  void on_transmitted(std::uint32_t id, const tactus_stamp& stamp, const Context& context);
  void on_send_failed(std::uint32_t id, const Context& context);
  // A better transmit time (kernel, hardware) of a packet that was sent.
  void on_transmit_stamp(std::uint32_t id, const tactus_stamp& stamp, const Context& context);
  // What the core made of the Sampled or Missed that was taken last.
  void on_sample_result(const tactus_sample_result& result, const Context& context);
  void on_clock_change(const tactus_clock_change& change, const Context& context);
  std::optional<Event> next_event();

  // ---- state, for reports
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] OperatingMode operating_mode() const noexcept { return mode_; }
  [[nodiscard]] bool is_peer() const noexcept { return settings_.peer; }
  [[nodiscard]] int poll_log2_s() const noexcept { return poll_.poll_log2_s(); }
  [[nodiscard]] double poll_score() const noexcept { return poll_.score(); }
  [[nodiscard]] const tactus_address& remote() const noexcept { return remote_; }
  [[nodiscard]] const tactus_address& local() const noexcept { return local_; }  // of the last valid response
  [[nodiscard]] const AssociationSettings& settings() const noexcept { return settings_; }
  // Datagrams that gave a sample, and those that did not by reason; the sum is what came in.
  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  [[nodiscard]] std::uint64_t dropped(Drop reason) const noexcept { return drops_[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] std::uint64_t datagrams() const noexcept { return datagrams_; }
  // Counts a refusal also in `cell` (of the host); null: no more.
  void count_drops_in(Drop reason, std::uint64_t* cell) noexcept { cells_[static_cast<std::size_t>(reason)] = cell; }
  // All but struct_size and name.
  void fill_report(tactus_ntpdata_row& row, double jitter_asymmetry) const noexcept;

 private:
  // How one packet fared.
  struct Verdict {
    std::uint32_t tests = 0;
    bool matches = false;  // 1, 2, 3, 5 passed, whether or not it is the first
    bool valid = false;
    bool synchronised = false;
    bool good = false;
    bool interleaved = false;
    bool measured = false;
    bool kiss_rate = false;
    bool repeated = false;
    double root_delay_s = 0;  // of the packet
    double root_dispersion_s = 0;
    double monotonic_shift_s = 0;
    Measurement measurement{};
  };
  struct SavedResponse {
    std::vector<std::uint8_t> bytes;
    Arrival arrival;
    MonoTime until{};
  };
  struct PacketReport {
    bool any = false;
    Header header{};
    Verdict verdict{};
    std::uint32_t transmit_origin = 0;
    std::uint32_t receive_origin = 0;
  };

  // association.cc
  void reset_exchange();
  void reset_poll(const Context& context);
  void begin(const Context& context, bool with_iburst);
  void start_burst(std::uint32_t good, std::uint32_t total);
  void take_offline();
  void close_socket();
  void cancel_timers();
  void arm_transmit(const Context& context, double delay_s);
  void restart_timer(const Context& context, bool just_sent);
  [[nodiscard]] double transmit_delay_s(const Context& context, bool just_sent) const;
  [[nodiscard]] bool in_burst() const noexcept;
  [[nodiscard]] bool near(const Context& context) const;
  void adjust_poll(double amount, const Context& context);
  void log_change(std::string text);

  // association_transmit.cc
  void transmit_step(const Context& context);
  bool burst_step(const Context& context);
  void presend_step();
  [[nodiscard]] bool wants_interleaved() const noexcept;
  [[nodiscard]] std::uint8_t version() const;
  Header build_header(const Context& context, const tactus_reference& reference);
  void build_client(Header& header, bool interleaved);
  void build_peer(Header& header, const Context& context, const tactus_reference& reference);
  bool append_fields(std::size_t& length, const Context& context, const tactus_reference& reference);
  void finish_transmit(bool sent, const Context& context);

  // association_receive.cc
  void process(Bytes datagram, const Packet& packet, const Arrival& arrival, const Context& context, bool saved);
  bool save_response(Bytes datagram, const Verdict& verdict, const Arrival& arrival, const Context& context,
                     bool saved);
  void process_saved(const Context& context);
  [[nodiscard]] bool mode_fits(Mode mode) const noexcept;
  [[nodiscard]] bool authentic(Bytes datagram, const Packet& packet);
  Verdict judge_packet(Bytes datagram, const Packet& packet, bool saved);
  void judge_measurement(Verdict& verdict, const Packet& packet, const Arrival& arrival, const Context& context);
  [[nodiscard]] Exchange make_exchange(const Verdict& verdict, const Header& header, const LocalStamp& received,
                                       bool& first_interleaved) const;
  void log_correction(Corrected outcome, const LocalStamp& received, double told_s);
  [[nodiscard]] bool passes_test_a(const Verdict& verdict, const Header& header, bool first_interleaved) const;
  [[nodiscard]] double monotonic_shift_s(const Packet& packet) const;
  void update_times(const Verdict& verdict, const Packet& packet, const Arrival& arrival);
  void act_on_valid(const Verdict& verdict, const Packet& packet, const Arrival& arrival, const Context& context);
  void emit_sample(const Measurement& measurement);
  void count(const Verdict& verdict);
  void drop(Drop reason) noexcept;
  void note_report(const Verdict& verdict, const Header& header, const Arrival& arrival);
  void emit_measured(const Verdict& verdict, const Packet& packet, const Arrival& arrival,
                     std::uint32_t transmit_origin);

  AssociationSettings settings_;
  LocalClock clock_;
  RandomPool& random_;
  Separation& timers_;
  Authenticator* auth_;
  Separation::TimerId timer_;
  PollControl poll_;
  DelayQuantile quantile_;

  tactus_address remote_{};
  tactus_address local_{};
  std::uint32_t local_interface_ = 0;
  std::string name_;
  OperatingMode mode_;
  bool started_ = false;

  // timers
  std::optional<MonoTime> transmit_at_;
  std::optional<MonoTime> receive_until_;
  std::optional<MonoTime> last_sent_;
  double kiss_delay_s_ = 0;

  // sending
  bool due_ = false;                        // a packet is to be built by next_outgoing()
  std::optional<std::uint32_t> in_flight_;  // handed out, its fate not told yet
  std::uint32_t last_id_ = 0;
  bool socket_open_ = false;
  std::array<std::uint8_t, packet_max_bytes> buffer_{};

  // bursts
  std::int64_t burst_good_ = 0;
  std::int64_t burst_total_ = 0;
  int presend_left_ = 0;

  // the exchange (section 6)
  std::uint32_t sent_count_ = 0;  // since the last valid response
  std::uint32_t prev_sent_count_ = 0;
  bool valid_received_ = false;  // to the current request
  bool valid_times_ = false;     // the remote times come from a synchronised packet
  int remote_poll_log2_s_ = 0;
  int prev_local_poll_log2_s_ = 0;
  std::uint32_t remote_stratum_ = 0;
  double remote_root_delay_s_ = 0;
  double remote_root_dispersion_s_ = 0;
  Ntp64 remote_receive_{};
  Ntp64 remote_transmit_{};
  Ntp64 remote_monotonic_{};
  std::uint32_t remote_epoch_ = 0;
  double monotonic_sum_s_ = 0;
  LocalStamp local_receive_{};
  LocalStamp local_transmit_{};
  LocalStamp prev_local_transmit_{};
  Instant daemon_transmit_{};  // before it was improved
  Ntp64 sent_receive_{};       // fields of our last packet
  Ntp64 sent_transmit_{};
  Ntp64 init_remote_transmit_{};
  LocalStamp init_local_receive_{};
  bool init_updated_ = false;
  std::optional<SavedResponse> saved_;
  std::uint32_t futile_waits_ = 0;  // for hardware timestamps that did not come

  // results
  std::vector<Event> events_;   // its memory is kept: there are some with each exchange
  std::size_t next_event_ = 0;  // those before it were given out
  PacketReport report_;
  std::uint32_t total_sent_ = 0;
  std::uint32_t total_received_ = 0;
  std::uint32_t total_valid_ = 0;
  std::uint32_t total_good_ = 0;
  std::array<std::uint32_t, 3> transmit_by_{};  // timestamps by TACTUS_STAMP_*; one packet may have several
  std::array<std::uint32_t, 3> receive_by_{};   // of packets received, whatever became of them
  std::uint64_t datagrams_ = 0;
  std::uint64_t used_ = 0;
  std::array<std::uint64_t, drop_count> drops_{};
  std::array<std::uint64_t*, drop_count> cells_{};
};

}  // namespace tactus::ntp

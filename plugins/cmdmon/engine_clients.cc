// SPDX-License-Identifier: Apache-2.0
// CLIENT_ACCESSES_BY_INDEX3: the clients of the servers (report "clients") and, behind them in the index space, the
// addresses that sent commands only (command protocol specification, section 11, reply 21).
#include "engine.hpp"

namespace tactus::cmdmon {

namespace {

constexpr std::int8_t unknown_interval = 127;

ClientRecord server_record(const tactus_client_row& row) {
  ClientRecord out;
  out.address = row.address;
  out.ntp_hits = row.ntp_hits;
  out.nke_hits = row.nke_hits;
  out.ntp_drops = row.ntp_drops;
  out.nke_drops = row.nke_drops;
  out.ntp_interval = static_cast<std::int8_t>(row.ntp_interval_log2_s);
  out.nke_interval = static_cast<std::int8_t>(row.nke_interval_log2_s);
  out.ntp_timeout_interval = static_cast<std::int8_t>(row.ntp_timeout_interval_log2_s);
  out.last_ntp_hit_ago = row.last_ntp_ago_s;
  out.last_nke_hit_ago = row.last_nke_ago_s;
  out.cmd_interval = unknown_interval;
  out.last_cmd_hit_ago = TACTUS_AGO_NEVER;
  return out;
}

ClientRecord command_only_record(const tactus_address& address) {
  ClientRecord out;
  out.address = address;
  out.ntp_interval = out.nke_interval = out.cmd_interval = out.ntp_timeout_interval = unknown_interval;
  out.last_ntp_hit_ago = out.last_nke_hit_ago = out.last_cmd_hit_ago = TACTUS_AGO_NEVER;
  return out;
}

// Collects up to `wanted` records that have enough hits.
class Collector {
 public:
  Collector(const ClientsRequest& asked, CommandClients& commands, MonoTime now)
      : asked_(asked),
        wanted_(std::min<std::uint32_t>(asked.count, client_records_max)),
        commands_(commands),
        now_(now) {}

  [[nodiscard]] bool full() const { return out.count >= wanted_; }

  void examine(ClientRecord record) {
    if (const CommandClients::Record* own = commands_.find(record.address)) {
      record.cmd_hits = own->hits;
      record.cmd_drops = own->drops;
      record.cmd_interval = CommandClients::reported_interval(*own);
      record.last_cmd_hit_ago = commands_.ago_s(*own, now_);
    }
    const bool enough = asked_.min_hits == 0 || record.ntp_hits >= asked_.min_hits ||
                        record.nke_hits >= asked_.min_hits || record.cmd_hits >= asked_.min_hits;
    if (enough) out.records[out.count++] = record;
    if (asked_.reset != 0) commands_.reset(record.address);
  }

  // Rows of the report "clients", from the asked index on.
  static tactus_status take(void* user, const void* data, std::uint32_t size) noexcept {
    auto* self = static_cast<Collector*>(user);
    tactus_client_row row{};
    std::memcpy(&row, data, std::min<std::size_t>(size, sizeof row));
    self->table_size = std::max(self->table_size, row.table_size);
    if (row.index < self->asked_.first_index) return TACTUS_OK;
    if (self->full()) return TACTUS_E_LIMIT;
    self->out.next_index = row.index + 1;
    self->examine(server_record(row));
    return TACTUS_OK;
  }

  ClientsReply out;
  std::uint32_t table_size = 0;  // of the servers' table

 private:
  const ClientsRequest& asked_;
  std::uint32_t wanted_;
  CommandClients& commands_;
  MonoTime now_;
};

}  // namespace

Status Engine::client_accesses(Call& call) {
  if (!settings_.client_log) return Status::inactive;
  const auto asked = call.payload<ClientsRequest>();
  // The table's size is asked for with the first row; the rows wanted follow.
  tactus_client_row first;
  const tactus_status there = read_row(backend_, "clients", make_query(), first);
  if (there == TACTUS_E_DISABLED) return Status::inactive;

  Collector collector(asked, clients_, call.now);
  collector.out.next_index = asked.first_index;
  if (there == TACTUS_OK) {
    collector.table_size = first.table_size;
    if (!collector.full() && asked.first_index < first.table_size) {
      tactus_query query = make_query(asked.reset != 0 ? TACTUS_QUERY_RESET : 0);
      query.argument = asked.first_index;
      const tactus_status status = backend_.read("clients", query, &Collector::take, &collector);
      if (status == TACTUS_OK) collector.out.next_index = collector.table_size;  // all were examined
    }
  }
  const auto own = static_cast<std::uint32_t>(CommandClients::slots * CommandClients::slot_size);
  collector.out.indices = collector.table_size + own;
  for (std::uint32_t& next = collector.out.next_index;
       next >= collector.table_size && next < collector.out.indices && !collector.full(); ++next) {
    const CommandClients::Record* record = clients_.at(next - collector.table_size);
    if (record == nullptr) continue;
    tactus_client_row row;
    if (read_row(backend_, "clients", address_query(record->address), row) == TACTUS_OK) continue;  // told already
    collector.examine(command_only_record(record->address));
  }
  return call.give(Reply::client_accesses, collector.out);
}

}  // namespace tactus::cmdmon

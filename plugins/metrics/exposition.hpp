// SPDX-License-Identifier: Apache-2.0
// All reports as OpenMetrics 1.0 text, piece by piece: each call of next() reads one report or writes a bounded number
// of samples, so that a thousand sources do not hold up the loop. Does no I/O.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <tactus/control.h>

#include "backend.hpp"
#include "mapping.hpp"

namespace tactus::metrics {

// The rows of one report as they were at one moment.
struct Rows {
  std::uint32_t row_size = 0;
  std::uint32_t given_size = 0;  // bytes of a row that its provider gave
  bool count_only = false;
  std::uint64_t count = 0;
  bool too_large = false;
  std::vector<std::uint8_t> data;
  [[nodiscard]] const void* row(std::size_t index) const { return data.data() + index * row_size; }
  static tactus_status take(void* user, const void* row, std::uint32_t size) noexcept;
};

class Exposition {
 public:
  static constexpr std::size_t rows_per_piece = 256;
  static constexpr std::size_t bytes_per_piece = 32768;           // and one row more
  static constexpr std::size_t bytes_max = std::size_t{8} << 20;  // a longer report is left out, and counted
  static constexpr std::uint64_t rows_max = 131072;               // so is one that is only counted

  // version: of the daemon. left_out: counts reports and metrics that cannot be told. The backend must outlive it.
  Exposition(Backend& backend, std::string version, std::uint64_t* left_out)
      : backend_(backend), version_(std::move(version)), left_out_(left_out) {}

  // Appends the next piece. False when that was the last one.
  bool next(std::string& out);

 private:
  enum class Step : std::uint8_t { begin, report, labels, family, samples, end };

  void begin(std::string& out);
  void open_report();
  void make_labels();
  void open_family(std::string& out);
  void write_samples(std::string& out);
  void write_count(std::string& out);
  void next_member();

  [[nodiscard]] const tactus_member& member() const;
  [[nodiscard]] bool is_label(const tactus_member& member) const;
  [[nodiscard]] bool is_counter(const tactus_member& member) const;
  [[nodiscard]] bool goes_into_info(const tactus_member& member) const;
  [[nodiscard]] bool is_told(const tactus_member& member) const;
  [[nodiscard]] std::string_view prefix() const;
  std::string labels_of_row(const void* row) const;
  void write_head(std::string& out, std::string_view type, std::string_view unit, std::string_view help);
  void write_row(std::string& out, std::size_t index);
  void write_info(std::string& out, std::size_t index) const;
  void write_states(std::string& out, std::size_t index) const;
  void write_number(std::string& out, std::size_t index) const;
  void give_up();

  Backend& backend_;
  std::string version_;
  std::uint64_t* left_out_;
  Step step_ = Step::begin;
  std::uint32_t report_index_ = 0;
  const tactus_report* report_ = nullptr;
  const ReportMapping* mapping_ = nullptr;
  Rows rows_;
  std::vector<std::string> labels_;                      // of each row, without braces
  std::unordered_map<std::string, std::uint32_t> seen_;  // how often these labels were met
  std::size_t member_index_ = 0;                         // member_count: the info of the rows
  std::size_t row_index_ = 0;
  std::string family_;
  std::set<std::string, std::less<>> families_;  // told so far: a name is told once
};

// "name=\"value\"", escaped after the standard.
void append_label(std::string& out, std::string_view name, std::string_view value);

}  // namespace tactus::metrics

// SPDX-License-Identifier: Apache-2.0
// The rows of a report as they were at one moment, to be told piece by piece while the loop goes on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tactus/control.h>

namespace tactus::varlink {

class Snapshot {
 public:
  static constexpr std::size_t bytes_max = std::size_t{8} << 20;  // a longer report is refused: ask for parts of it

  // most: rows wanted; 0: all.
  Snapshot(std::uint32_t row_size, std::uint32_t most) : row_size_(row_size), most_(most) {}

  // The sink of a reading. Rows that are shorter than stated are filled up with zeros.
  static tactus_status take(void* user, const void* row, std::uint32_t size) noexcept;
  // The reading ended early because all rows that were wanted are there.
  [[nodiscard]] bool full() const noexcept { return full_; }
  [[nodiscard]] bool too_large() const noexcept { return too_large_; }

  [[nodiscard]] std::size_t rows() const noexcept { return data_.size() / row_size_; }
  [[nodiscard]] const void* row(std::size_t index) const noexcept { return data_.data() + index * row_size_; }
  // Bytes of a row that its provider gave.
  [[nodiscard]] std::uint32_t given_size() const noexcept { return given_size_; }

 private:
  std::uint32_t row_size_;
  std::uint32_t most_;
  std::uint32_t given_size_ = 0;
  std::vector<std::uint8_t> data_;
  bool full_ = false;
  bool too_large_ = false;
};

}  // namespace tactus::varlink

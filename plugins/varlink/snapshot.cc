// SPDX-License-Identifier: Apache-2.0
#include "snapshot.hpp"

#include <algorithm>
#include <cstring>

namespace tactus::varlink {

tactus_status Snapshot::take(void* user, const void* row, std::uint32_t size) noexcept try {
  auto* self = static_cast<Snapshot*>(user);
  if (self->most_ != 0 && self->rows() >= self->most_) {
    self->full_ = true;
    return TACTUS_E_LIMIT;
  }
  if (self->data_.size() + self->row_size_ > bytes_max) {
    self->too_large_ = true;
    return TACTUS_E_LIMIT;
  }
  const std::size_t at = self->data_.size();
  const std::uint32_t length = std::min(size, self->row_size_);
  self->given_size_ = at == 0 ? length : std::min(self->given_size_, length);
  self->data_.resize(at + self->row_size_);
  std::memcpy(self->data_.data() + at, row, length);
  return TACTUS_OK;
} catch (...) {
  return TACTUS_E_INTERNAL;
}

}  // namespace tactus::varlink

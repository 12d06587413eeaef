// SPDX-License-Identifier: Apache-2.0
// Finds the end of a message while its bytes come, each byte looked at once.
#include "message_reader.hpp"

namespace tactus::varlink {

const char* fault_name(MessageReader::Fault fault) {
  switch (fault) {
    case MessageReader::Fault::none:
      break;
    case MessageReader::Fault::too_long:
      return "too_long";
    case MessageReader::Fault::too_deep:
      return "too_deep";
    case MessageReader::Fault::timed_out:
      return "timed_out";
  }
  return "none";
}

void MessageReader::feed(Bytes bytes, MonoTime now) {
  if (fault_ != Fault::none || bytes.empty()) return;
  if (buffer_.empty()) begun_ = now;
  buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!complete()) scan();
}

std::string_view MessageReader::message() const {
  TACTUS_ASSERT(complete());
  return std::string_view(buffer_).substr(0, *end_);
}

void MessageReader::next(MonoTime now) {
  TACTUS_ASSERT(complete());
  buffer_.erase(0, *end_ + 1);
  if (buffer_.empty()) buffer_.shrink_to_fit();  // an idle peer costs little
  end_.reset();
  scanned_ = 0;
  depth_ = 0;
  in_text_ = escaped_ = false;
  begun_ = now;
  if (fault_ == Fault::none) scan();
}

std::optional<MonoTime> MessageReader::deadline() const {
  if (buffer_.empty() || complete() || fault_ != Fault::none) return std::nullopt;
  return begun_ + limits_.time;
}

void MessageReader::on_deadline() {
  if (deadline()) fault_ = Fault::timed_out;
}

void MessageReader::scan() {
  for (; scanned_ < buffer_.size(); ++scanned_) {
    const char c = buffer_[scanned_];
    if (c == '\0') {
      end_ = scanned_;
      return;
    }
    if (scanned_ >= limits_.bytes) fault_ = Fault::too_long;
    count_depth(c);
    if (fault_ != Fault::none) {
      buffer_.clear();
      buffer_.shrink_to_fit();
      return;
    }
  }
}

// Brackets inside of texts do not count.
void MessageReader::count_depth(char c) {
  if (in_text_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_text_ = false;
    }
    return;
  }
  if (c == '"') {
    in_text_ = true;
  } else if (c == '{' || c == '[') {
    if (++depth_ > limits_.depth) fault_ = Fault::too_deep;
  } else if ((c == '}' || c == ']') && depth_ > 0) {
    --depth_;
  }
}

}  // namespace tactus::varlink

// SPDX-License-Identifier: Apache-2.0
// Messages to the service manager: datagrams to the socket that $NOTIFY_SOCKET names. Configuration
// specification, 12.6.
#pragma once

#include <string>
#include <string_view>

#include <tactus/result.hpp>

namespace tactus {

class Notifier {
 public:
  // path: the value of NOTIFY_SOCKET; empty: nobody wants to know.
  explicit Notifier(std::string path) : path_(std::move(path)) {}
  // state: "READY=1", "STOPPING=1". Errors: `Unsupported notification socket`, `Could not send notification to
  // $NOTIFY_SOCKET`.
  Result<void> send(std::string_view state) const;

 private:
  std::string path_;
};

}  // namespace tactus

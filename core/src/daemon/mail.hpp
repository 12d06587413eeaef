// SPDX-License-Identifier: Apache-2.0
// Mail about large offsets (`mailonchange`): sendmail(8) is started with the text and goes on by itself. Configuration
// specification, section 12.10.
#pragma once

#include <string>

#include <tactus/result.hpp>
#include <tactus/time.hpp>

namespace tactus {

// The whole mail. offset_s: of an update, positive = the clock was fast. The time is shown in UTC.
std::string mail_text(const std::string& address, const std::string& host, Instant now, double offset_s,
                      double threshold_s);

// Starts `program -t` with the text on its standard input and does not wait for it. Error: it cannot be started.
Result<void> send_mail(const std::string& program, const std::string& text);

}  // namespace tactus

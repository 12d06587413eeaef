// SPDX-License-Identifier: Apache-2.0
// What the client prints: results for stdout, its own messages for stderr, both collected until flush(). Fields of
// reports print differently in text and in CSV mode (client specification 4.3); Record keeps the two in one place.
#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace tactus::cli {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  void print(std::string_view text) { out_ += text; }
  template <class... Args>
  void print_line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    out_ += '\n';
  }
  // A message of the client itself; the newline is added.
  template <class... Args>
  void complain(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(err_), format, std::forward<Args>(args)...);
    err_ += '\n';
  }
  // What is printed between mark() and rewind() is forgotten.
  struct Mark {
    std::size_t out = 0;
    std::size_t err = 0;
  };
  [[nodiscard]] Mark mark() const { return {out_.size(), err_.size()}; }
  void rewind(const Mark& mark) {
    out_.resize(mark.out);
    err_.resize(mark.err);
  }
  // While it is held, pause() does nothing: what was printed can be taken back.
  void hold(bool held) { held_ = held; }
  // A place where a terminal should see what there is.
  virtual void pause() {}
  // Writes both; false when stdout could not be written (then its text is discarded).
  virtual bool flush() { return true; }

  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] const std::string& err() const { return err_; }

 protected:
  std::string out_;
  std::string err_;
  bool held_ = false;
};

// To the process's own descriptors 1 and 2.
class StandardOutput final : public Output {
 public:
  explicit StandardOutput(bool terminal) : terminal_(terminal) {}
  void pause() override {
    if (terminal_ && !held_) flush();
  }
  bool flush() override;

 private:
  bool terminal_;
};

// One value as the two modes print it.
struct Field {
  std::string text;
  std::string csv;
};

// A record of a report: in CSV mode its fields with commas and a newline, in text mode fields and labels as they come.
class Record {
 public:
  Record(Output& output, bool csv) : output_(output), csv_(csv) {}
  Record& label(std::string_view text) {
    if (!csv_) line_ += text;
    return *this;
  }
  Record& field(const Field& value) {
    if (csv_) {
      if (!first_) line_ += ',';
      first_ = false;
      line_ += value.csv;
    } else {
      line_ += value.text;
    }
    return *this;
  }
  // The same in both modes.
  Record& field(const std::string& value) { return field(Field{value, value}); }
  // Prints it; text mode: a newline follows as well.
  void end() {
    line_ += '\n';
    output_.print(line_);
    output_.pause();
  }

 private:
  Output& output_;
  bool csv_;
  bool first_ = true;
  std::string line_;
};

}  // namespace tactus::cli

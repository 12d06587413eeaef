// SPDX-License-Identifier: Apache-2.0
// The order of the text: reports after reports, metric after metric, row after row (OpenMetrics 1.0, "Text format":
// the samples of a metric stand together).
#include "exposition.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include <fmt/format.h>
#include <tactus/report_text.hpp>

namespace tactus::metrics {

namespace {

bool listed(std::span<const char* const> list, const char* name) {
  return std::any_of(list.begin(), list.end(), [&](const char* each) { return std::strcmp(each, name) == 0; });
}

// Kinds that have no number of their own: as labels.
bool is_text(const tactus_member& member) {
  return member.kind == TACTUS_MEMBER_TEXT || member.kind == TACTUS_MEMBER_ADDRESS ||
         member.kind == TACTUS_MEMBER_REFID || member.kind == TACTUS_MEMBER_SUBNET;
}

std::string text_of(const void* row, const tactus_member& member) {
  switch (member.kind) {
    case TACTUS_MEMBER_ADDRESS:
      return address_text_or_empty(member_value<tactus_address>(row, member));
    case TACTUS_MEMBER_SUBNET:
      return subnet_text_or_empty(member_value<tactus_subnet>(row, member));
    case TACTUS_MEMBER_REFID:
      return refid_hex(member_value<std::uint32_t>(row, member));
    default:
      return std::string(member_text(row, member));
  }
}

// Escapes what may not stand in a label value or a help text.
void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += replacement_character;
    } else if (text[0] == '\\' || text[0] == '"') {
      out += '\\';
      out += text[0];
    } else if (text[0] == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(text[0]) < ' ') {
      out += ' ';
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

}  // namespace

void append_label(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += ',';
  out += name;
  out += "=\"";
  append_escaped(out, value);
  out += '"';
}

tactus_status Rows::take(void* user, const void* row, std::uint32_t size) noexcept try {
  auto* self = static_cast<Rows*>(user);
  ++self->count;
  if (self->count_only && self->count <= Exposition::rows_max) return TACTUS_OK;
  const std::size_t at = self->data.size();
  if (self->count_only || at + self->row_size > Exposition::bytes_max) {
    self->too_large = true;
    return TACTUS_E_LIMIT;
  }
  const std::uint32_t length = std::min(size, self->row_size);
  self->given_size = at == 0 ? length : std::min(self->given_size, length);
  self->data.resize(at + self->row_size);
  std::memcpy(self->data.data() + at, row, length);
  return TACTUS_OK;
} catch (...) {
  return TACTUS_E_INTERNAL;
}

bool Exposition::next(std::string& out) {
  // The provider of the report may have ended since the last piece, and its tables with it. Then the text ends without
  // its mark, which tells the reader that it is not whole.
  const bool inside = step_ == Step::labels || step_ == Step::family || step_ == Step::samples;
  if (inside && backend_.report_at(report_index_ - 1) != report_) return false;
  switch (step_) {
    case Step::begin:
      begin(out);
      break;
    case Step::report:
      open_report();
      break;
    case Step::labels:
      make_labels();
      break;
    case Step::family:
      open_family(out);
      break;
    case Step::samples:
      write_samples(out);
      break;
    case Step::end:
      out += "# EOF\n";
      return false;
  }
  return true;
}

void Exposition::begin(std::string& out) {
  family_ = "tactus_build";
  families_.insert(family_);
  write_head(out, "info", "", "the daemon that is asked");
  std::string labels;
  append_label(labels, "version", version_);
  out += fmt::format("{}_info{{{}}} 1\n", family_, labels);
  step_ = Step::report;
}

void Exposition::give_up() {
  if (left_out_ != nullptr) ++*left_out_;
}

// Reads the next report that becomes metrics.
void Exposition::open_report() {
  labels_.clear();
  seen_.clear();
  rows_ = Rows{};
  row_index_ = member_index_ = 0;
  report_ = backend_.report_at(report_index_++);
  if (report_ == nullptr) {
    step_ = Step::end;
    return;
  }
  if (is_left_out(report_->name)) return;
  mapping_ = find_mapping(report_->name);
  rows_.row_size = report_->row_size;
  rows_.count_only = is_counted_only(report_->name);
  tactus_query query{};
  query.struct_size = sizeof query;
  // A report of something that is switched off or not there has no metrics.
  if (backend_.read(report_->name, query, &Rows::take, &rows_) != TACTUS_OK) {
    if (rows_.too_large) give_up();
    return;
  }
  if (rows_.count_only) {
    step_ = Step::samples;
  } else if (rows_.count > 0) {
    step_ = Step::labels;
  }
}

std::string_view Exposition::prefix() const { return mapping_ != nullptr ? mapping_->prefix : report_->name; }

const tactus_member& Exposition::member() const { return *TACTUS_AT(tactus_member, report_->members, member_index_); }

bool Exposition::is_label(const tactus_member& member) const {
  return mapping_ != nullptr ? listed(mapping_->labels, member.name) : is_text(member);
}
bool Exposition::is_counter(const tactus_member& member) const {
  return mapping_ != nullptr && listed(mapping_->counters, member.name);
}
bool Exposition::goes_into_info(const tactus_member& member) const {
  return mapping_ != nullptr && is_text(member) && !is_label(member) && !listed(mapping_->left_out, member.name) &&
         row_has(member, rows_.given_size);
}
// A metric of its own.
bool Exposition::is_told(const tactus_member& member) const {
  if (is_text(member) || !row_has(member, rows_.given_size)) return false;
  if (member.kind == TACTUS_MEMBER_LETTER && letters_of(member.name).empty()) return false;
  return !is_label(member) && (mapping_ == nullptr || !listed(mapping_->left_out, member.name));
}

std::string Exposition::labels_of_row(const void* row) const {
  std::string out;
  for (std::uint32_t i = 0; i < report_->member_count; ++i) {
    const tactus_member& each = *TACTUS_AT(tactus_member, report_->members, i);
    if (!is_label(each) || !row_has(each, rows_.given_size)) continue;
    // "remote" is an address as the others are.
    const std::string name = std::strcmp(each.name, "remote") == 0 ? "address" : name_part(each.name);
    append_label(out, name, text_of(row, each));
  }
  return out;
}

// Rows with the same labels would be one series: from the second on they get a number.
void Exposition::make_labels() {
  const std::size_t end = std::min<std::size_t>(labels_.size() + rows_per_piece, rows_.count);
  while (labels_.size() < end) {
    std::string labels = labels_of_row(rows_.row(labels_.size()));
    const std::uint32_t times = ++seen_[labels];
    if (times > 1) append_label(labels, "number", fmt::to_string(times));
    labels_.push_back(std::move(labels));
  }
  if (labels_.size() == rows_.count) step_ = Step::family;
}

void Exposition::write_head(std::string& out, std::string_view type, std::string_view unit, std::string_view help) {
  out += fmt::format("# TYPE {} {}\n", family_, type);
  if (!unit.empty()) out += fmt::format("# UNIT {} {}\n", family_, unit);
  out += fmt::format("# HELP {} ", family_);
  append_escaped(out, help);
  out += '\n';
}

// After the last member come the texts of the rows, as one metric.
void Exposition::next_member() {
  row_index_ = 0;
  if (++member_index_ <= report_->member_count) {
    step_ = Step::family;
  } else {
    step_ = Step::report;
  }
}

void Exposition::open_family(std::string& out) {
  const bool is_info = member_index_ == report_->member_count;
  std::string_view type = "gauge";
  std::string help = fmt::format("{}: {}", report_->name, report_->doc);
  std::string unit;
  if (is_info) {
    bool any = false;
    for (std::uint32_t i = 0; i < report_->member_count; ++i) {
      any = any || goes_into_info(*TACTUS_AT(tactus_member, report_->members, i));
    }
    if (!any) return next_member();
    family_ = "tactus_" + name_part(prefix());
    type = "info";
  } else {
    if (!is_told(member())) return next_member();
    help = fmt::format("{} {}: {}", report_->name, member().name, member().doc);
    const bool counter = is_counter(member());
    family_ = family_name(prefix(), member(), counter);
    unit = unit_of(member()).name;
    const bool states = member().kind == TACTUS_MEMBER_ENUM || member().kind == TACTUS_MEMBER_BITS ||
                        member().kind == TACTUS_MEMBER_LETTER;
    // What a report that is not known counts, or measures, cannot be told from its table.
    type = states ? "stateset" : (counter ? "counter" : (mapping_ != nullptr ? "gauge" : "unknown"));
    if (states) unit.clear();
  }
  if (!families_.insert(family_).second) {
    give_up();
    return next_member();
  }
  write_head(out, type, unit, help);
  step_ = Step::samples;
}

void Exposition::write_count(std::string& out) {
  family_ = fmt::format("tactus_{}_rows", name_part(report_->name));
  step_ = Step::report;
  if (!families_.insert(family_).second) return give_up();
  write_head(out, "gauge", "", fmt::format("rows of the report: {}", report_->doc));
  out += fmt::format("{} {}\n", family_, rows_.count);
}

void Exposition::write_samples(std::string& out) {
  if (rows_.count_only) return write_count(out);
  const std::size_t end = std::min<std::size_t>(row_index_ + rows_per_piece, rows_.count);
  for (; row_index_ < end && out.size() < bytes_per_piece; ++row_index_) write_row(out, row_index_);
  if (row_index_ == rows_.count) next_member();
}

void Exposition::write_row(std::string& out, std::size_t index) {
  if (member_index_ == report_->member_count) return write_info(out, index);
  switch (member().kind) {
    case TACTUS_MEMBER_ENUM:
    case TACTUS_MEMBER_BITS:
    case TACTUS_MEMBER_LETTER:
      return write_states(out, index);
    default:
      return write_number(out, index);
  }
}

void Exposition::write_info(std::string& out, std::size_t index) const {
  std::string labels = labels_[index];
  for (std::uint32_t i = 0; i < report_->member_count; ++i) {
    const tactus_member& each = *TACTUS_AT(tactus_member, report_->members, i);
    if (goes_into_info(each)) append_label(labels, name_part(each.name), text_of(rows_.row(index), each));
  }
  out += fmt::format("{}_info{{{}}} 1\n", family_, labels);
}

// One sample for each state that there is, 1 for those that hold.
void Exposition::write_states(std::string& out, std::size_t index) const {
  const auto value = member_value<std::uint32_t>(rows_.row(index), member());
  const auto give = [&](std::string_view state, bool holds) {
    std::string labels = labels_[index];
    append_label(labels, family_, state);
    out += fmt::format("{}{{{}}} {}\n", family_, labels, holds ? 1 : 0);
  };
  if (member().kind == TACTUS_MEMBER_LETTER) {
    for (const Letter& each : letters_of(member().name)) {
      give(each.word, value == static_cast<std::uint32_t>(static_cast<unsigned char>(each.letter)));
    }
    return;
  }
  const bool bits = member().kind == TACTUS_MEMBER_BITS;
  for (std::uint32_t i = 0; i < member().choice_count && i < 32; ++i) {
    give(member().choices[i], bits ? (value >> i & 1u) != 0 : value == i);
  }
}

void Exposition::write_number(std::string& out, std::size_t index) const {
  constexpr int unknown_log2 = 127;
  const void* row = rows_.row(index);
  const tactus_member& what = member();
  const Unit unit = unit_of(what);
  double real = 0.0;
  std::string text;
  switch (what.kind) {
    case TACTUS_MEMBER_REAL:
      real = member_value<double>(row, what);
      break;
    case TACTUS_MEMBER_I32:
      real = member_value<std::int32_t>(row, what);
      break;
    case TACTUS_MEMBER_TIME: {
      const auto ns = member_value<std::int64_t>(row, what);
      if (ns == 0) return;  // not known
      text = fmt::format("{}{}.{:09}", ns < 0 ? "-" : "", std::abs(ns / 1'000'000'000), std::abs(ns % 1'000'000'000));
      break;
    }
    case TACTUS_MEMBER_I64:
      text = fmt::to_string(member_value<std::int64_t>(row, what));
      break;
    case TACTUS_MEMBER_U64:
      text = fmt::to_string(member_value<std::uint64_t>(row, what));
      break;
    case TACTUS_MEMBER_AGO:
      if (member_value<std::uint32_t>(row, what) == TACTUS_AGO_NEVER) return;
      [[fallthrough]];
    default:
      real = member_value<std::uint32_t>(row, what);
      break;
  }
  if (unit.power_of_two) {
    if (real == unknown_log2) return;
    real = std::exp2(real);
  }
  if (text.empty()) {
    if (std::isnan(real)) return;
    text = std::isinf(real) ? (real > 0 ? "+Inf" : "-Inf") : fmt::format("{}", real / unit.divisor);
  }
  const bool counter = is_counter(what);
  const std::string& labels = labels_[index];
  out += family_;
  if (counter) out += "_total";
  if (!labels.empty()) out += fmt::format("{{{}}}", labels);
  out += fmt::format(" {}\n", text);
}

}  // namespace tactus::metrics

// SPDX-License-Identifier: Apache-2.0
// Sources of `sourcedir` that change while the daemon runs.
#include "daemon/source_folders.hpp"

#include <algorithm>
#include <cstring>

namespace tactus {
namespace {

// How a value was written does not count, only what it says.
bool same_value(const tactus_field& field, const tactus_value& a, const tactus_value& b) {
  const bool is_text = field.type == TACTUS_TYPE_STRING || field.type == TACTUS_TYPE_PATH;
  if (is_text && std::strcmp(a.text, b.text) != 0) return false;
  if (a.integer != b.integer || a.real != b.real || a.count != b.count) return false;
  for (std::uint32_t i = 0; i < a.count; ++i) {
    if (std::strcmp(a.words[i], b.words[i]) != 0) return false;
  }
  return std::memcmp(&a.subnet, &b.subnet, sizeof a.subnet) == 0;
}

std::string reason_of(const Error& failure) {
  switch (failure.status) {
    case TACTUS_E_EXISTS:
      return "Already in use";
    case TACTUS_E_LIMIT:
      return "Too many sources";
    case TACTUS_E_FAMILY:
      return "Invalid address";
    case TACTUS_E_NAME:
      return "Invalid name";
    default:
      return failure.text;
  }
}

std::string_view name_of(const tactus_record& record) { return record.value_count > 0 ? record.values[0].text : ""; }

}  // namespace

bool same_configuration(const tactus_record& a, const tactus_record& b) {
  if (a.directive != b.directive || a.value_count != b.value_count) return false;
  for (std::uint32_t i = 0; i < a.value_count; ++i) {
    if (!same_value(config::field_at(*a.directive, i), a.values[i], b.values[i])) return false;
  }
  return true;
}

SourceFolders::SourceFolders(const config::Model& model, Logger& logger, Change add, Change remove)
    : model_(model), logger_(logger), add_(std::move(add)), remove_(std::move(remove)) {}

void SourceFolders::try_add(Entry& entry) {
  if (entry.added) return;
  const Result<void> added = add_(entry.record->get());
  entry.added = added.ok();
  const tactus_status failure = added ? TACTUS_OK : added.failure().status;
  if (failure != TACTUS_OK && failure != entry.failure) {
    logger_.error("Could not add source {} : {}", name_of(*entry.record->get()), reason_of(added.failure()));
  }
  entry.failure = failure;
}

void SourceFolders::reload() {
  std::vector<config::Problem> problems;
  std::vector<config::RecordPtr> wanted = config::read_source_directories(model_, &problems);
  for (const config::Problem& problem : problems) logger_.warning("{}", problem.text);

  // Each old entry may answer for one new line: of two identical lines the second is a source of its own.
  std::vector<Entry> next;
  for (config::RecordPtr& record : wanted) {
    const auto old = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.record != nullptr && same_configuration(*entry.record->get(), *record->get());
    });
    if (old == entries_.end()) {
      next.push_back({std::move(record)});
    } else {
      next.push_back(std::move(*old));
    }
  }
  for (const Entry& entry : entries_) {
    if (entry.record == nullptr || !entry.added) continue;
    if (const auto removed = remove_(entry.record->get()); !removed) {
      logger_.error("Could not remove source {} : {}", name_of(*entry.record->get()), removed.failure().text);
    }
  }
  entries_ = std::move(next);
  for (Entry& entry : entries_) try_add(entry);
}

}  // namespace tactus

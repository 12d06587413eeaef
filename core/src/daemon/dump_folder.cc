// SPDX-License-Identifier: Apache-2.0
// The files of dump_folder.hpp.
#include "daemon/dump_folder.hpp"

#include <arpa/inet.h>
#include <dirent.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "loop/state_file.hpp"

namespace tactus {
namespace {

constexpr std::string_view suffix = ".dat";
constexpr std::string_view refid_prefix = "refid:";
constexpr std::size_t max_file_bytes = 1U << 16;  // 64 samples need some 8000 bytes
constexpr std::size_t max_files = 4096;
constexpr mode_t file_mode = 0644;

// Names of the dump files in a folder; none when it cannot be read.
std::vector<std::string> dump_files(const std::string& folder) {
  std::vector<std::string> out;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(folder.c_str()), &::closedir);
  if (!directory) return out;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (is_dump_file_name(entry->d_name)) out.emplace_back(entry->d_name);
  }
  return out;
}

}  // namespace

std::optional<std::string> dump_file_name(const Source& source) {
  if (!source.is_ntp()) return fmt::format("{}{:08x}{}", refid_prefix, source.refid(), suffix);
  const std::uint32_t family = source.address().family;
  if (family != TACTUS_FAMILY_IPV4 && family != TACTUS_FAMILY_IPV6) return std::nullopt;
  return source.label() + std::string(suffix);
}

bool is_dump_file_name(std::string_view name) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  if (name.starts_with(refid_prefix)) return true;
  const std::string address(name.substr(0, name.find('%')));
  unsigned char scratch[16];
  return inet_pton(AF_INET, address.c_str(), scratch) == 1 || inet_pton(AF_INET6, address.c_str(), scratch) == 1;
}

DumpFolder::DumpFolder(std::string folder, Discipline& discipline, Logger& logger)
    : folder_(std::move(folder)), discipline_(discipline), logger_(logger) {}

void DumpFolder::begin(bool restore) {
  if (folder_.empty()) return;
  for (const std::string& name : dump_files(folder_)) {
    const std::string path = folder_ + '/' + name;
    if (restore && waiting_.size() < max_files) {
      if (auto text = read_state(path, max_file_bytes)) {
        waiting_.emplace(name, std::move(*text));
      } else {
        logger_.error("{}", text.failure().text);
      }
    }
    if (::unlink(path.c_str()) != 0) logger_.error("Could not remove {} : {}", path, std::strerror(errno));
  }
  bool loaded = false;
  for (std::size_t i = 0; i < discipline_.source_count(); ++i) loaded = load(*discipline_.source_at(i)) || loaded;
  if (loaded) discipline_.select();
}

void DumpFolder::addressed(Source& source) {
  if (load(source)) discipline_.select();
}

// Whether the source has a history now that it did not have.
bool DumpFolder::load(Source& source) {
  if (waiting_.empty()) return false;
  const auto name = dump_file_name(source);
  const auto found = name ? waiting_.find(*name) : waiting_.end();
  if (found == waiting_.end()) return false;
  const std::string text = std::move(found->second);
  waiting_.erase(found);
  if (source.estimator().store().size() > 0) return false;
  const auto loaded = discipline_.load_dump(source, text);
  if (loaded) {
    logger_.info("Loaded dump file for {}", source.label());
  } else {
    logger_.warning("Could not load dump file for {}", source.label());
    logger_.debug("{}", loaded.failure().text);
  }
  return loaded.ok();
}

Result<void> DumpFolder::write() {
  Result<void> result;
  if (folder_.empty()) return result;
  for (std::size_t i = 0; i < discipline_.source_count(); ++i) {
    const Source& source = *discipline_.source_at(i);
    const auto name = dump_file_name(source);
    if (!name || source.estimator().store().size() == 0) continue;
    if (auto written = write_state(folder_ + '/' + *name, source.dump(), file_mode); !written) {
      logger_.error("{}", written.failure().text);
      result = written;
    }
  }
  return result;
}

}  // namespace tactus

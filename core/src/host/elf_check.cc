// SPDX-License-Identifier: Apache-2.0
// Reads the ELF headers of a plugin file; every number in them is checked against the file's size before it is used.
#include "host/elf_check.hpp"

#include <elf.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <vector>

namespace tactus {

namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Section = ElfW(Shdr);
using Note = ElfW(Nhdr);

constexpr unsigned segment_limit = 256;
constexpr std::uint64_t notes_limit_bytes = 65536;
constexpr unsigned char native_class = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
constexpr unsigned char native_data = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB;
constexpr char own_note_name[] = "Tactus";
constexpr std::uint32_t own_note_version = 1;

// The machine that this program itself was built for.
constexpr unsigned native_machine() {
#if defined(__x86_64__)
  return EM_X86_64;
#elif defined(__aarch64__)
  return EM_AARCH64;
#elif defined(__i386__)
  return EM_386;
#elif defined(__arm__)
  return EM_ARM;
#elif defined(__riscv)
  return EM_RISCV;
#elif defined(__powerpc64__)
  return EM_PPC64;
#elif defined(__s390x__)
  return EM_S390;
#else
  return EM_NONE;  // not known: left to the dynamic linker
#endif
}

bool read_at(int fd, std::uint64_t offset, void* out, std::size_t size) {
  auto* to = static_cast<unsigned char*>(out);
  while (size > 0) {
    const ssize_t got = ::pread(fd, to, size, static_cast<off_t>(offset));
    if (got <= 0) return false;
    to += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool within(std::uint64_t offset, std::uint64_t size, std::uint64_t whole) {
  return offset <= whole && size <= whole - offset;
}

Error cut_short(std::uint64_t needed, std::uint64_t size) {
  if (needed > size)
    return error("is cut short: its headers speak of {} bytes, it has {}: install it again", needed, size);
  return error("has damaged ELF headers: install it again");
}

Result<void> check_header(const Header& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return error("is not a shared object");
  const bool native = header.e_ident[EI_CLASS] == native_class && header.e_ident[EI_DATA] == native_data &&
                      (native_machine() == EM_NONE || header.e_machine == native_machine());
  if (!native) return error("is built for another machine (ELF machine {})", header.e_machine);
  if (header.e_type != ET_DYN) return error("is not a shared object");
  if (header.e_phentsize != sizeof(Segment) || header.e_phnum == 0 || header.e_phnum > segment_limit) {
    return error("has damaged ELF headers: install it again");
  }
  return {};
}

// Version in the project's own note among `bytes`; empty when there is none.
std::string own_version(const std::vector<unsigned char>& bytes) {
  std::size_t at = 0;
  const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
  while (bytes.size() - at >= sizeof(Note)) {
    Note note;
    std::memcpy(&note, bytes.data() + at, sizeof note);
    at += sizeof note;
    const std::uint64_t name_size = padded(note.n_namesz);
    const std::uint64_t text_size = padded(note.n_descsz);
    if (!within(at, name_size, bytes.size()) || !within(at + name_size, text_size, bytes.size())) break;
    const auto* name = reinterpret_cast<const char*>(bytes.data() + at);
    if (note.n_type == own_note_version && note.n_namesz == sizeof own_note_name &&
        std::memcmp(name, own_note_name, sizeof own_note_name) == 0) {
      const char* text = name + name_size;
      return std::string(text, strnlen(text, note.n_descsz));
    }
    at += name_size + text_size;
  }
  return {};
}

}  // namespace

Result<ElfInfo> check_elf(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return error("cannot be examined: {}", std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  Header header{};
  if (size < sizeof header || !read_at(fd, 0, &header, sizeof header)) return error("is not a shared object");
  if (auto sound = check_header(header); !sound) return sound.failure();
  const std::uint64_t table_size = std::uint64_t{header.e_phnum} * sizeof(Segment);
  if (!within(header.e_phoff, table_size, size)) return cut_short(header.e_phoff + table_size, size);
  // The table of sections is the last thing in the file: it tells of a cut that the segments do not.
  const std::uint64_t sections_size = std::uint64_t{header.e_shnum} * sizeof(Section);
  if (header.e_shoff != 0 && !within(header.e_shoff, sections_size, size)) {
    return cut_short(header.e_shoff + sections_size, size);
  }
  std::vector<Segment> segments(header.e_phnum);
  if (!read_at(fd, header.e_phoff, segments.data(), table_size)) return error("cannot be read");
  ElfInfo info;
  bool loads = false;
  bool dynamic = false;
  for (const Segment& segment : segments) {
    if (!within(segment.p_offset, segment.p_filesz, size)) return cut_short(segment.p_offset + segment.p_filesz, size);
    if (segment.p_type == PT_LOAD) {
      if (segment.p_memsz < segment.p_filesz) return error("has damaged ELF headers: install it again");
      loads = true;
    }
    dynamic = dynamic || segment.p_type == PT_DYNAMIC;
    if (segment.p_type != PT_NOTE || segment.p_filesz > notes_limit_bytes || !info.own_version.empty()) continue;
    std::vector<unsigned char> notes(segment.p_filesz);
    if (!read_at(fd, segment.p_offset, notes.data(), notes.size())) return error("cannot be read");
    info.own_version = own_version(notes);
  }
  if (!loads || !dynamic) return error("is not a shared object");
  return info;
}

}  // namespace tactus

// SPDX-License-Identifier: Apache-2.0
// Linked into each of the project's own plugins: an ELF note that names the version of the build, by which the daemon
// knows them as good and loads them without a trial in a child process. Layout: ELF gABI, note section.
#include <stdint.h>

#define NOTE_NAME "Tactus"
#define NOTE_VERSION 1u

struct note {
  uint32_t name_size;
  uint32_t text_size;
  uint32_t type;
  char name[8]; /* padded to a multiple of four */
  char text[((sizeof(TACTUS_OWN_VERSION) + 3u) / 4u) * 4u];
};

__attribute__((section(".note.tactus"), used, aligned(4))) static const struct note own_note = {
    sizeof(NOTE_NAME), sizeof(TACTUS_OWN_VERSION), NOTE_VERSION, NOTE_NAME, TACTUS_OWN_VERSION};

/* SPDX-License-Identifier: Apache-2.0 */
/* The published layouts, seen by a C compiler: compiling is the test. */
#include <tactus/plugin.h>
#include <tactus/reports.h>

#if UINTPTR_MAX == UINT64_MAX
#define SIZE(type, bytes) _Static_assert(sizeof(struct type) >= (bytes), "published size of " #type);
#define OFFSET(type, member, bytes) \
  _Static_assert(offsetof(struct type, member) == (bytes), "published offset of " #type "." #member);
#include "baseline/layout_1_0.inc"
#endif

extern int tactus_layout_is_checked;

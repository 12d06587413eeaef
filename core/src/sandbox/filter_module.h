/* SPDX-License-Identifier: Apache-2.0 */
/* Boundary between the core and tactus-seccomp.so, the module that holds the seccomp library and is opened only with a
 * system call filter (-F). C, one function, no exceptions across. */
#ifndef TACTUS_SANDBOX_FILTER_MODULE_H
#define TACTUS_SANDBOX_FILTER_MODULE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happens to a call. */
#define TACTUS_FILTER_ALLOW 1u
#define TACTUS_FILTER_KILL 2u    /* the process ends with SIGSYS; no handler is asked */
#define TACTUS_FILTER_SIGNAL 3u  /* SIGSYS is raised, with the call's number, for a handler or a debugger */
#define TACTUS_FILTER_MISSING 4u /* the call fails with ENOSYS: the C library has another way */

/* Holds when (value of the argument & mask) == value. */
struct tactus_filter_test {
  uint32_t argument; /* 0..5 */
  uint32_t reserved;
  uint64_t mask;
  uint64_t value;
};

#define TACTUS_FILTER_TESTS 2u

/* A call that this machine does not know is passed over. Several rules for one call: one of them has to hold. */
struct tactus_filter_rule {
  const char* call;    /* name of a system call of any architecture */
  uint32_t action;     /* TACTUS_FILTER_*, not the filter's own `otherwise` */
  uint32_t test_count; /* 0..TACTUS_FILTER_TESTS, of different arguments; all must hold */
  struct tactus_filter_test tests[TACTUS_FILTER_TESTS];
};

struct tactus_filter {
  uint32_t struct_size;
  uint32_t otherwise; /* TACTUS_FILTER_*: of calls that no rule holds for */
  const struct tactus_filter_rule* rules;
  uint32_t rule_count;
  uint32_t reserved;
};

/* One line: what failed and why. */
struct tactus_filter_error {
  char text[248];
};

/* Loads the filter for all threads of the process, for good, without the right to gain privileges from then on. Returns
 * 0, or -1 with *error filled and nothing changed. */
typedef int32_t (*tactus_filter_load_fn)(const struct tactus_filter* filter, struct tactus_filter_error* error);
#define TACTUS_FILTER_LOAD "tactus_filter_load"

#ifdef __cplusplus
}
#endif

#endif

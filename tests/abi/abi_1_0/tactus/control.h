/* SPDX-License-Identifier: Apache-2.0 */
/* The registry of reports and commands. Whoever knows something describes it (tactus_report, tactus_command) and adds
 * it through the host; endpoints read reports and run commands by name and never learn who answers. Each row and each
 * argument list is a C structure together with a table of its fields, so that an endpoint can use it typed (cmdmon) or
 * walk through it (JSON, OpenMetrics). The structures of the well-known names are in reports.h. */
#ifndef TACTUS_CONTROL_H
#define TACTUS_CONTROL_H

#include <tactus/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Representation of a member of a row or argument structure. */
#define TACTUS_MEMBER_U32 1u
#define TACTUS_MEMBER_I32 2u
#define TACTUS_MEMBER_U64 3u
#define TACTUS_MEMBER_I64 4u
#define TACTUS_MEMBER_REAL 5u    /* double, SI unit named by `unit` */
#define TACTUS_MEMBER_TIME 6u    /* int64, ns since 1970-01-01 UTC; 0 unknown */
#define TACTUS_MEMBER_ADDRESS 7u /* struct tactus_address */
#define TACTUS_MEMBER_SUBNET 8u  /* struct tactus_subnet */
#define TACTUS_MEMBER_REFID 9u   /* uint32, first character in bits 31..24 */
#define TACTUS_MEMBER_TEXT 10u   /* char[size], NUL-terminated, UTF-8 */
#define TACTUS_MEMBER_FLAG 11u   /* uint32, 0 or 1 */
#define TACTUS_MEMBER_ENUM 12u   /* uint32, index into choices */
#define TACTUS_MEMBER_LETTER 13u /* uint32, code of one ASCII character; 0 none */
#define TACTUS_MEMBER_BITS 14u   /* uint32, choices[i] names bit i; bits without a name are ignored */
#define TACTUS_MEMBER_AGO 15u    /* uint32, seconds ago; 0xffffffff never */

struct tactus_member {
  uint32_t struct_size;
  uint32_t kind;              /* TACTUS_MEMBER_* */
  uint32_t offset;            /* in the structure */
  uint32_t size;              /* of the member, bytes */
  const char* name;           /* snake_case; endpoints append the unit: offset + "s" -> "offset_s" */
  const char* unit;           /* "s", "ppm", "" ... */
  const char* doc;            /* one line */
  const char* const* choices; /* ENUM, BITS: choice_count names; else NULL */
  uint32_t choice_count;
  uint32_t reserved;
};

/* Who may ask. */
#define TACTUS_ACCESS_MONITOR 1u /* anybody whom the endpoint serves */
#define TACTUS_ACCESS_READ 2u    /* local users of the private socket */
#define TACTUS_ACCESS_CONTROL 3u /* changes the daemon: private socket only */

/* Receives one row. The row is valid during the call only. Returning anything but TACTUS_OK stops the reading and
 * becomes the result of report_read. */
typedef tactus_status (*tactus_row_sink)(void* sink_user, const void* row, uint32_t row_size);

/* What to read. All fields are optional; a report states which ones it honours. */
struct tactus_query {
  uint32_t struct_size;
  uint32_t flags;                /* TACTUS_QUERY_* */
  uint32_t index;                /* with TACTUS_QUERY_INDEX: this row only, 0-based */
  uint32_t limit;                /* most rows wanted; 0: no limit */
  struct tactus_address address; /* with TACTUS_QUERY_ADDRESS: rows of this source or client (port ignored) */
  uint64_t argument;             /* meaning is the report's own */
};
#define TACTUS_QUERY_INDEX 1u
#define TACTUS_QUERY_ADDRESS 2u
#define TACTUS_QUERY_RESET 4u /* the report may forget what it has told (clients -r) */

/* A report. The structure and all it points to belong to the one who adds it and must live until the instance ends. */
struct tactus_report {
  uint32_t struct_size;
  uint32_t access;   /* TACTUS_ACCESS_* */
  uint32_t row_size; /* bytes of one row structure */
  uint32_t member_count;
  const char* name; /* "tracking", "sources", ... */
  const char* doc;
  const struct tactus_member* members;
  /* Gives all rows that the query asks for to the sink, in order. Loop thread. TACTUS_E_NOT_FOUND: no such index or
   * address; TACTUS_E_DISABLED: the facility is off. */
  tactus_status (*read)(void* user, const struct tactus_query* query, tactus_row_sink sink, void* sink_user);
};

/* A command. Ownership as for reports. Several may offer a command of one name: without arguments all are run, with
 * arguments one after the other until one answers anything but TACTUS_E_NOT_FOUND (which means: not my source). */
struct tactus_command {
  uint32_t struct_size;
  uint32_t access;
  uint32_t args_size; /* bytes of the argument structure; 0: takes none */
  uint32_t member_count;
  const char* name; /* "makestep", "online", ... */
  const char* doc;
  const struct tactus_member* members; /* of the argument structure */
  /* Runs it. `args` has args_size bytes (NULL when 0); `result`, when not NULL, receives what the command's entry in
   * reports.h says. Loop thread. */
  tactus_status (*run)(void* user, const void* args, void* result, struct tactus_error* error);
};

#ifdef __cplusplus
}
#endif

#endif

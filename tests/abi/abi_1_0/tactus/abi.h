/* SPDX-License-Identifier: Apache-2.0 */
/* The ground of the plugin ABI: version, status codes, and the value types that every other public header uses.
 * C11 and C++20. Only fixed-width integers, double and pointers cross the boundary; padding is written out. */
#ifndef TACTUS_ABI_H
#define TACTUS_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A binary built against another MAJOR cannot run. MINOR grows with each addition; a plugin states the lowest minor
 * that it can live with (tactus_plugin.abi_minor) and checks each newer field with TACTUS_COVERS. */
#define TACTUS_ABI_MAJOR 1u
#define TACTUS_ABI_MINOR 0u

/* True when the structure that `pointer` points to is long enough to hold `field`. Every growing structure begins with
 * `uint32_t struct_size`, the size on the side of the one who wrote it. An absent field has the meaning that its
 * comment states. */
#define TACTUS_COVERS(type, pointer, field) ((pointer)->struct_size >= offsetof(type, field) + sizeof((pointer)->field))

/* Element `index` of an array of growing structures: the distance between two of them is the writer's struct_size, the
 * same in all of one array, and may differ from the reader's sizeof. */
#define TACTUS_AT(type, array, index) \
  ((const type*)(const void*)((const char*)(array) + (size_t)(index) * (size_t)(array)->struct_size))

/* What a function that can fail returns. Zero is success; errors are negative. */
typedef int32_t tactus_status;
#define TACTUS_OK 0
#define TACTUS_E_INVALID (-1)     /* an argument or a received value is outside what is documented */
#define TACTUS_E_NOT_FOUND (-2)   /* no such source, report, command, provider, file or name */
#define TACTUS_E_EXISTS (-3)      /* it is there already */
#define TACTUS_E_LIMIT (-4)       /* a stated limit (count, length, rate) is reached */
#define TACTUS_E_DENIED (-5)      /* permission is missing */
#define TACTUS_E_UNSUPPORTED (-6) /* this build, kernel or configuration cannot do it */
#define TACTUS_E_ABSENT (-7)      /* not there yet; asking again later may succeed */
#define TACTUS_E_SYSTEM (-8)      /* a system call failed; the error text has its name and reason */
#define TACTUS_E_INTERNAL (-9)    /* the callee is at fault (an exception was caught at the boundary) */
#define TACTUS_E_FAMILY (-10)     /* the address family is not served (switched off or not compatible) */
#define TACTUS_E_NAME (-11)       /* a host name is malformed */
#define TACTUS_E_DISABLED (-12)   /* the facility is not enabled in this configuration */

/* Where a callee puts one line of text about a failure: what, why, and what would help. The caller owns it, sets
 * struct_size, and finds text[] NUL-terminated on return (empty when the callee had nothing to add). */
struct tactus_error {
  uint32_t struct_size;
  uint32_t reserved;
  char text[504];
};

/* Address families of struct tactus_address. */
#define TACTUS_FAMILY_NONE 0u
#define TACTUS_FAMILY_IPV4 4u
#define TACTUS_FAMILY_IPV6 6u
#define TACTUS_FAMILY_ID 1u /* number of a source whose name is not resolved yet; big-endian in bytes[0..3] */

/* An IP address with port. Value type, frozen: it never grows. */
struct tactus_address {
  uint16_t family;   /* TACTUS_FAMILY_* */
  uint16_t port;     /* UDP or TCP port, host byte order; 0 when unspecified */
  uint32_t scope;    /* IPv6 zone: interface index of a link-local address, else 0 */
  uint8_t bytes[16]; /* network order; IPv4 uses the first four, unused bytes are 0 */
};

/* A network prefix. Value type, frozen. family NONE with prefix 0 means every address of both families. */
struct tactus_subnet {
  struct tactus_address address; /* host bits are ignored, port and scope are 0 */
  uint32_t prefix;               /* 0..32 or 0..128 */
  uint32_t reserved;
};

/* Who took a timestamp, from the least to the most precise. */
#define TACTUS_STAMP_DAEMON 0u
#define TACTUS_STAMP_KERNEL 1u
#define TACTUS_STAMP_HARDWARE 2u

/* When a datagram left or arrived. Value type, frozen. A zero raw_ns means that there is no timestamp. */
struct tactus_stamp {
  int64_t raw_ns;           /* system clock (CLOCK_REALTIME) as read, ns since 1970-01-01 UTC */
  int64_t corrected_ns;     /* the same instant with the correction that was still to be slewed, ns since 1970 */
  double error_s;           /* bound on the error of this timestamp, s, >= 0 */
  double duration_s;        /* time that the frame took on the wire on reception, s, >= 0; 0 unknown */
  double correction_s;      /* PTP correction field plus duration_s, s; 0 when there is none */
  uint32_t origin;          /* TACTUS_STAMP_* */
  uint32_t interface_index; /* interface of the packet, 0 unknown */
};

/* Leap indicator (RFC 5905 figure 9). */
#define TACTUS_LEAP_NORMAL 0u
#define TACTUS_LEAP_INSERT 1u
#define TACTUS_LEAP_DELETE 2u
#define TACTUS_LEAP_UNSYNCHRONISED 3u

#ifdef __cplusplus
}
static_assert(sizeof(tactus_address) == 24, "published layout");
static_assert(sizeof(tactus_subnet) == 32, "published layout");
static_assert(sizeof(tactus_stamp) == 48, "published layout");
#endif

#endif

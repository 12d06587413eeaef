/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin ABI: what a plugin exports and what its providers implement. C11; sdk.hpp turns it into C++20.
 *
 * A plugin is a shared object, named after its (main) provider, that exports one symbol, tactus_plugin_entry. The host
 * loads it with RTLD_NOW | RTLD_LOCAL when the configuration asks for one of its providers. Nothing that crosses this
 * boundary throws, allocates for the other side to free, or is a C++ type. All functions are called on the loop's
 * thread.
 *
 * Life of an instance: create (privileged, before the user is changed: open what needs rights) -> start (unprivileged,
 * the loop is about to run; NULL: nothing to do) -> ... -> destroy. A failing create fills *error and leaves nothing;
 * after a failing start, destroy is called. */
#ifndef TACTUS_PLUGIN_H
#define TACTUS_PLUGIN_H

#include <tactus/abi.h>
#include <tactus/control.h>
#include <tactus/host.h>
#include <tactus/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of providers. */
#define TACTUS_KIND_SOURCE 1u    /* associations that manage themselves, such as NTP */
#define TACTUS_KIND_REFCLOCK 2u  /* a driver that yields readings; the core polls, filters, aligns */
#define TACTUS_KIND_TRANSPORT 3u /* datagrams with their timestamps */
#define TACTUS_KIND_AUTH 4u      /* authentication of packets */
#define TACTUS_KIND_CLOCK 5u     /* the clock that is disciplined */
#define TACTUS_KIND_ENDPOINT 6u  /* a way to ask and to command */

/* Configuration of an instance: its records, in the order in which they were written. */
struct tactus_config {
  uint32_t struct_size;
  uint32_t record_count;
  const struct tactus_record* const* records;
};

/* ---- SOURCE: one instance manages all associations ----------------------------------------------------------------
 */
struct tactus_source_provider_ops {
  uint32_t struct_size;
  uint32_t reserved;
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance);
  /* A record of one of the provider's directives that came while running (runtime add, sourcedir). TACTUS_E_EXISTS,
   * _LIMIT, _NAME, _FAMILY. */
  tactus_status (*add)(void* instance, const struct tactus_record* record, struct tactus_error* error);
  /* Takes back what add() or create() made of this very record. TACTUS_E_NOT_FOUND. */
  tactus_status (*remove)(void* instance, const struct tactus_record* record, struct tactus_error* error);
};

/* ---- REFCLOCK: one instance per device
 * --------------------------------------------------------------------------------- */
struct tactus_refclock_ops {
  uint32_t struct_size;
  uint32_t flags; /* TACTUS_REFCLOCK_* */
  /* config holds one record of the directive "refclock" (parameter and common options, declared by the core) followed,
   * when the provider declares driver options, by one record of the provider's own directive with those. */
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance);
  /* Called every 2^dpoll s; may give readings through host->refclock_reading or _pulse. NULL: the driver gives readings
   * by itself. */
  void (*poll)(void* instance);
};
#define TACTUS_REFCLOCK_PULSES 1u /* gives pulses only: needs `lock` or a synchronised clock */

/* ---- TRANSPORT
 * ------------------------------------------------------------------------------------------------------------ */
#define TACTUS_SOCKET_SERVER 1u  /* bound to the service's port, any remote */
#define TACTUS_SOCKET_CLIENT 2u  /* connected to one remote, port chosen by the system */
#define TACTUS_SOCKET_ACQUIRE 3u /* unconnected client socket on a fixed port */

struct tactus_socket_params {
  uint32_t struct_size;
  uint32_t role;                /* TACTUS_SOCKET_* */
  struct tactus_address local;  /* family is required; port 0: any; all-zero bytes: any address */
  struct tactus_address remote; /* CLIENT only */
  const char* interface_name;   /* bind to this device; NULL: none */
  uint32_t dscp;                /* 0..63 */
  uint32_t flags;               /* TACTUS_SOCKET_BROADCAST: may send to broadcast addresses */
};
#define TACTUS_SOCKET_BROADCAST 1u

/* A datagram as received or to be sent. `data` is valid during the call only. */
struct tactus_datagram {
  uint32_t struct_size;
  uint32_t length; /* bytes at data, 0..TACTUS_DATAGRAM_MAX */
  const uint8_t* data;
  struct tactus_address remote; /* from, or to (ignored on connected sockets) */
  struct tactus_address local;  /* own address of the packet, port 0; family NONE: unknown, or let the system choose */
  struct tactus_stamp stamp;    /* received: arrival. To be sent: ignored */
  uint64_t send_id;             /* to be sent: 0, or a number under which the transmit stamp is reported later */
  uint32_t flags;               /* TACTUS_DATAGRAM_* */
  uint32_t interface_index;     /* 0: unknown, or let the system choose */
};
#define TACTUS_DATAGRAM_MAX 2048u
#define TACTUS_DATAGRAM_TRUNCATED 1u /* the datagram was longer than TACTUS_DATAGRAM_MAX */

/* Called by the transport, from the loop. */
struct tactus_transport_sink {
  uint32_t struct_size;
  uint32_t reserved;
  void (*received)(void* user, const struct tactus_datagram* datagrams, uint32_t count);
  /* A better transmit timestamp (kernel, hardware) of a datagram that was sent with send_id. */
  void (*transmitted)(void* user, uint64_t send_id, const struct tactus_stamp* stamp);
  /* Sending failed later, or the peer refused (ICMP). error_number is an errno value. */
  void (*failed)(void* user, int32_t error_number);
};

struct tactus_transport_ops {
  uint32_t struct_size;
  uint32_t reserved;
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance); /* closes all sockets */
  tactus_status (*open)(void* instance, const struct tactus_socket_params* params,
                        const struct tactus_transport_sink* sink, void* user, void** socket,
                        struct tactus_error* error);
  void (*close)(void* instance, void* socket); /* from inside a sink's function too */
  /* Sends in order; *sent says how many were accepted. TACTUS_E_SYSTEM with *sent < count when one was refused. stamps,
   * when not NULL, receives `count` daemon timestamps taken at the moment of sending. */
  tactus_status (*send)(void* instance, void* socket, const struct tactus_datagram* datagrams, uint32_t count,
                        uint32_t* sent, struct tactus_stamp* stamps);
  /* Address and port that the socket is bound to. */
  tactus_status (*local_address)(void* instance, void* socket, struct tactus_address* address);
};

/* ---- AUTH
 * -------------------------------------------------------------------------------------------------------------------
 */

/* A packet under construction or check. The provider may write data[length..capacity) and raise length. */
struct tactus_packet {
  uint32_t struct_size;
  uint32_t length; /* bytes valid at data */
  uint8_t* data;
  uint32_t capacity; /* bytes available at data */
  uint32_t
      auth_offset;  /* where the authenticator (MAC or first extension field) begins; == length when there is none */
  uint32_t version; /* NTP version of the packet, 1..4 */
  uint32_t mode;    /* NTP mode */
};

/* What a client association needs to know of its authentication. */
struct tactus_auth_params {
  uint32_t struct_size;
  uint32_t key_id; /* symkey: 1..4294967295 */
  struct tactus_address remote;
  const char* name;                   /* server name as configured */
  const struct tactus_record* record; /* the source's own record, for the scheme's other options; may be NULL */
};

/* Receives the address and port that the scheme learnt for the NTP server (NTS-KE); family NONE: the name applies. */
typedef void (*tactus_auth_redirect_fn)(void* user, const struct tactus_address* address, const char* name);

struct tactus_authdata_row; /* reports.h */

struct tactus_auth_ops {
  uint32_t struct_size;
  uint32_t reserved;
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance);

  /* client side: one handle per association */
  tactus_status (*client_new)(void* instance, const struct tactus_auth_params* params, tactus_auth_redirect_fn redirect,
                              void* user, void** client, struct tactus_error* error);
  void (*client_free)(void* instance, void* client);
  /* The NTP version that requests should have when none is configured (1..4). */
  uint32_t (*client_version)(void* instance, void* client);
  /* TACTUS_OK: a request can be made now. TACTUS_E_ABSENT: not yet (key exchange under way); TACTUS_E_NOT_FOUND: no
   * such key. */
  tactus_status (*client_prepare)(void* instance, void* client);
  /* Appends the authenticator to a request. */
  tactus_status (*client_sign)(void* instance, void* client, struct tactus_packet* packet);
  /* TACTUS_OK: authentic. TACTUS_E_DENIED: not. */
  tactus_status (*client_check)(void* instance, void* client, const struct tactus_packet* packet);
  void (*client_address)(void* instance, void* client, const struct tactus_address* remote); /* it was replaced */
  /* Fills mode, key and cookie fields of the row. */
  void (*client_report)(void* instance, void* client, struct tactus_authdata_row* row);

  /* server side: stateless; `token` carries what sign needs from check (symkey: the key id) */
  tactus_status (*server_check)(void* instance, const struct tactus_packet* request, uint64_t* token);
  tactus_status (*server_sign)(void* instance, const struct tactus_packet* request, uint64_t token,
                               struct tactus_packet* response);
  /* Reads its keys again (command rekey). */
  tactus_status (*reload)(void* instance, struct tactus_error* error);
};

/* ---- CLOCK
 * ---------------------------------------------------------------------------------------------------------------------
 */
struct tactus_clock_limits {
  uint32_t struct_size;
  uint32_t flags;           /* TACTUS_CLOCK_CAN_* */
  double max_frequency_ppm; /* largest |frequency| that set_frequency takes; 0: the clock cannot be adjusted, the core
                               keeps the whole correction between raw and corrected time */
  double max_frequency_delay_s; /* how late a frequency change may take effect, s, without the slew's own stretch */
  double step_error_s;          /* largest error of a step */
};
#define TACTUS_CLOCK_CAN_STEP 1u
#define TACTUS_CLOCK_CAN_LEAP 2u /* the kernel inserts and deletes leap seconds itself */
#define TACTUS_CLOCK_CAN_TAI 4u

struct tactus_clock_status {
  uint32_t struct_size;
  uint32_t synchronised; /* 1: estimated and maximum error hold */
  uint32_t copy_to_rtc;  /* 1: rtcsync is configured */
  uint32_t reserved;
  double estimated_error_s; /* >= 0 */
  double maximum_error_s;   /* >= 0 */
};

struct tactus_clock_ops {
  uint32_t struct_size;
  uint32_t reserved;
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance);
  void (*limits)(void* instance, struct tactus_clock_limits* out);
  int64_t (*read)(void* instance); /* raw time, ns since 1970 UTC */
  /* Frequency in effect, ppm; positive = the uncorrected clock is fast (the opposite of the kernel's own sign). */
  tactus_status (*get_frequency)(void* instance, double* ppm);
  /* Compensates for that frequency; *set_ppm is what granularity made of it. */
  tactus_status (*set_frequency)(void* instance, double ppm, double* set_ppm);
  /* Moves the clock by offset_s at once; positive = forward. TACTUS_E_UNSUPPORTED, TACTUS_E_SYSTEM. */
  tactus_status (*step)(void* instance, double offset_s, struct tactus_error* error);
  /* leap: TACTUS_LEAP_NORMAL, _INSERT, _DELETE at the end of the UTC day; tai_offset_s: TAI - UTC, 0 unknown. */
  tactus_status (*set_leap)(void* instance, uint32_t leap, int32_t tai_offset_s);
  tactus_status (*set_status)(void* instance, const struct tactus_clock_status* status);
};

/* ---- ENDPOINT
 * ------------------------------------------------------------------------------------------------------------------ */
struct tactus_endpoint_ops {
  uint32_t struct_size;
  uint32_t reserved;
  tactus_status (*create)(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                          struct tactus_error* error);
  tactus_status (*start)(void* instance, struct tactus_error* error);
  void (*destroy)(void* instance);
};

/* ---- descriptor
 * ----------------------------------------------------------------------------------------------------------------- */
struct tactus_provider {
  uint32_t struct_size;
  uint32_t kind;    /* TACTUS_KIND_* */
  const char* name; /* lower case letters, digits, '-' and '_'; at most 31 */
  const char* summary;
  const struct tactus_directive* directives; /* declared by this provider */
  uint32_t directive_count;
  uint32_t reserved;
  const void* ops; /* structure of the kind, beginning with struct_size */
};

/* What the sandbox has to leave to the plugin, bits. */
#define TACTUS_NEEDS_NET 1u       /* IP sockets */
#define TACTUS_NEEDS_UNIX 2u      /* Unix sockets */
#define TACTUS_NEEDS_CLOCK 4u     /* adjtimex and friends; CAP_SYS_TIME */
#define TACTUS_NEEDS_DEVICES 8u   /* ioctls on devices */
#define TACTUS_NEEDS_SHM 16u      /* System V shared memory */
#define TACTUS_NEEDS_BIND_LOW 32u /* ports below 1024 after the start; CAP_NET_BIND_SERVICE */
#define TACTUS_NEEDS_NET_RAW 64u  /* binding to devices; CAP_NET_RAW */
#define TACTUS_NEEDS_FILES 128u   /* opens files after the start */

struct tactus_plugin {
  uint32_t struct_size;
  uint32_t abi_major; /* TACTUS_ABI_MAJOR of the build */
  uint32_t abi_minor; /* lowest minor that the plugin can live with */
  uint32_t needs;     /* TACTUS_NEEDS_* */
  const char* name;
  const char* version;
  const char* licence; /* SPDX expression */
  const char* summary;
  const struct tactus_provider* providers;
  uint32_t provider_count;
  uint32_t path_count;
  const char* const* paths; /* files and directories that it will open after the start, beyond configured ones */
};

/* The one exported symbol. Returns a structure that lives as long as the plugin is loaded. Does nothing else. */
typedef const struct tactus_plugin* (*tactus_plugin_entry_fn)(void);
#define TACTUS_PLUGIN_ENTRY "tactus_plugin_entry"
#if defined(__GNUC__)
#define TACTUS_EXPORT __attribute__((visibility("default")))
#else
#define TACTUS_EXPORT
#endif

#ifdef __cplusplus
}
#endif

#endif

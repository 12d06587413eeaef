/* SPDX-License-Identifier: Apache-2.0 */
/* What the host offers to an instance. Each instance is handed its own `const struct tactus_host *`, valid from
 * create() until destroy() returns; what the instance acquired through it (timers, watches, sources, reports) and did
 * not give back is released by the host after destroy(). All functions are called on the loop's thread and none may be
 * NULL within the minor version that the host states. Strings are UTF-8, NUL-terminated, and copied by the callee
 * unless said otherwise. */
#ifndef TACTUS_HOST_H
#define TACTUS_HOST_H

#include <tactus/abi.h>
#include <tactus/control.h>
#include <tactus/option.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- log ----------------------------------------------------------------------------------------------------------
 */
#define TACTUS_LOG_DEBUG 0u
#define TACTUS_LOG_INFO 1u
#define TACTUS_LOG_WARNING 2u
#define TACTUS_LOG_ERROR 3u
#define TACTUS_LOG_FATAL 4u /* the daemon ends with status 1 as soon as the call returns to the loop */

/* ---- loop ---------------------------------------------------------------------------------------------------------
 */
#define TACTUS_WATCH_READ 1u
#define TACTUS_WATCH_WRITE 2u
/* Failure, error queue or hang-up: always reported. Asked for, it also stands for priority data (POLLPRI), which is how
 * a socket with SO_SELECT_ERR_QUEUE reports its error queue. */
#define TACTUS_WATCH_ERROR 4u

typedef void (*tactus_timer_fn)(void* user);
typedef void (*tactus_watch_fn)(void* user, int32_t fd, uint32_t events);

/* ---- clock --------------------------------------------------------------------------------------------------------
 */

/* One instant on the three scales. Value type, frozen. */
struct tactus_instant {
  int64_t monotonic_ns; /* since an arbitrary start; never steps; for intervals and timers */
  int64_t raw_ns;       /* system clock as read, ns since 1970 UTC */
  int64_t corrected_ns; /* raw plus the correction not slewed yet; what timestamps and samples are made of */
  double error_s;       /* bound on the error of the correction, s */
};

#define TACTUS_CLOCK_ADJUST 0u  /* slew or frequency change */
#define TACTUS_CLOCK_STEP 1u    /* stepped by us */
#define TACTUS_CLOCK_UNKNOWN 2u /* stepped from outside, by an unknown amount near offset_s: forget all local times */

/* The local clock is about to read differently. A stored corrected time t becomes t + d with
 * d = (corrected - t)*frequency - offset_s (discipline specification, section 7); an offset measured at t whose
 * positive sign means "local clock fast" also becomes offset + d. */
struct tactus_clock_change {
  uint32_t struct_size;
  uint32_t kind;        /* TACTUS_CLOCK_* */
  int64_t raw_ns;       /* when */
  int64_t corrected_ns; /* the same instant just before the change */
  double frequency;     /* df, ratio; 0 for steps */
  double offset_s;      /* doff, s; positive: the clock is moved back */
};
typedef void (*tactus_clock_change_fn)(void* user, const struct tactus_clock_change* change);
/* All stored dispersions grow by this much, s. */
typedef void (*tactus_dispersion_fn)(void* user, double dispersion_s);

/* What is served to others: the published reference at one instant (discipline specification, section 13). */
struct tactus_reference {
  uint32_t struct_size;
  uint32_t leap;    /* TACTUS_LEAP_*; UNSYNCHRONISED when there is nothing to serve */
  uint32_t stratum; /* 1..16; 16 unsynchronised */
  uint32_t refid;
  uint32_t flags;            /* TACTUS_REFERENCE_* */
  int32_t precision_log2_s;  /* of the local clock */
  int64_t reference_time_ns; /* last update, corrected; 0 never */
  double root_delay_s;
  double root_dispersion_s;      /* at the instant asked for */
  double smoothing_s;            /* to be added to corrected time before it is served; 0 when smoothing is off */
  struct tactus_address address; /* of the selected NTP source; family NONE otherwise */
};
#define TACTUS_REFERENCE_SYNCHRONISED 1u /* by a source or by hand */
#define TACTUS_REFERENCE_LOCAL 2u        /* the local reference is active */
#define TACTUS_REFERENCE_ORPHAN 4u       /* `local orphan` is configured */
#define TACTUS_REFERENCE_LEAP_CLOSE 8u   /* the instant is within 5 s of a leap second: samples are dropped */

/* ---- sources ------------------------------------------------------------------------------------------------------
 */
struct tactus_source; /* opaque: one association's samples, statistics and place in the selection */

#define TACTUS_SELECT_NOSELECT 1u
#define TACTUS_SELECT_PREFER 2u
#define TACTUS_SELECT_TRUST 4u
#define TACTUS_SELECT_REQUIRE 8u

#define TACTUS_SOURCE_NTP 0u
#define TACTUS_SOURCE_REFCLOCK 1u

struct tactus_source_params {
  uint32_t struct_size;
  uint32_t type;           /* TACTUS_SOURCE_* */
  uint32_t refid;          /* reference clock's id, or that of the address (ntp.md 2.4) */
  uint32_t select_options; /* TACTUS_SELECT_* bits as configured */
  uint32_t authenticated;  /* 0 or 1 */
  int32_t min_samples;     /* -1: the global default */
  int32_t max_samples;     /* -1: the global default; 0: as many as the store has */
  int32_t max_unreach;     /* updates with an empty register after which it is not selected; -1: default */
  int32_t filter_length;   /* median filter over so many polls; 0: none */
  uint32_t reserved;
  double min_delay_s;            /* known smallest round trip, s; 0: measure it */
  double asymmetry;              /* |a| <= 0.5 fixed; 0 off; above 0.5: estimate */
  struct tactus_address address; /* family NONE for reference clocks, ID while the name is not resolved */
  const char* name;              /* as configured */
};

/* Called by the core about a source; `user` is what source_new got. Any function may be NULL. */
struct tactus_source_callbacks {
  uint32_t struct_size;
  uint32_t reserved;
  /* Fills the parts of a `sources` row that only the association knows: poll_log2_s, mode. */
  void (*describe)(void* user, int32_t* poll_log2_s, uint32_t* mode);
  /* The source proved unreachable, a falseticker, jittery or too distant: use another address if there is one. */
  void (*replace)(void* user);
};

struct tactus_sample {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t corrected_ns;     /* when, corrected local time (for NTP: midpoint of transmit and receive) */
  double offset_s;          /* reference minus local, s: positive = the local clock is slow (NTP's sign) */
  double peer_delay_s;      /* round trip to the source, s, >= 0 */
  double peer_dispersion_s; /* bound of the measurement's own error, s, >= 0 */
  double root_delay_s;      /* to the primary reference, s, >= 0 */
  double root_dispersion_s; /* s, >= 0 */
};

/* What became of a sample. */
struct tactus_sample_result {
  uint32_t struct_size;
  uint32_t accumulated; /* 1: a sample entered the store (with a filter: a filtered one) */
  uint32_t samples;     /* number held now */
  uint32_t reserved;
  double
      prediction_error_s; /* |measured - predicted| of what was accumulated, s (discipline specification, 3.2 step 5) */
  double peer_delay_s;    /* of what was accumulated, s */
  double peer_dispersion_s;
};

/* What the store knows of a source, for the acceptance tests of its protocol (discipline specification, 3.3). */
struct tactus_source_stats {
  uint32_t struct_size;
  uint32_t samples;    /* held and used */
  uint32_t reach;      /* 8-bit register */
  uint32_t reach_size; /* how many bits of it are real, 0..8 */
  uint32_t state;      /* selection letter: '*', '+', '?', ... */
  uint32_t selected;   /* 1: the selected source */
  int64_t estimate_ns; /* corrected time of the last estimate; 0 none */
  double min_delay_s;  /* +inf without a sample */
  double stddev_s;
  double skew;                /* ratio, bound of the frequency error */
  double offset_s;            /* predicted for now; positive = local clock fast */
  double last_filter_delay_s; /* delay of the newest sample in the filter; +inf when there is none */
  double jitter_asymmetry;    /* -0.5..0.5 */
};

/* ---- reference clocks ---------------------------------------------------------------------------------------------
 */

/* A reading with full time. The core adds the configured offset, corrects, filters (refclock specification, 2.1). */
struct tactus_reading {
  uint32_t struct_size;
  uint32_t leap;       /* TACTUS_LEAP_* */
  int64_t raw_ns;      /* raw local clock at the event */
  double offset_s;     /* reference minus raw local clock, s, finite */
  double dispersion_s; /* bound on the reading's own error, s, >= 0 */
  uint32_t quality;    /* 1 good; 0: proves only that the device is alive */
  uint32_t reserved;
};

/* An edge that marks a whole second of the reference (refclock specification, 2.2). */
struct tactus_pulse {
  uint32_t struct_size;
  uint32_t quality;
  int64_t raw_ns;      /* raw local clock at the edge */
  double second_s;     /* how far the local clock was after the reference's second, s */
  double dispersion_s; /* s, >= 0 */
};

/* ---- names --------------------------------------------------------------------------------------------------------
 */
#define TACTUS_RESOLVE_MAX 16u
/* Addresses of a name, in the resolver's order; count 0 with TACTUS_E_NOT_FOUND (no such name) or TACTUS_E_ABSENT (try
 * again later). Called from the loop, never from inside resolve(). */
typedef void (*tactus_resolve_fn)(void* user, tactus_status status, const struct tactus_address* addresses,
                                  uint32_t count);

/* ---- providers that meet through the host --------------------------------------------------------------------------
 */
struct tactus_transport_ops;
struct tactus_auth_ops;

/* How the daemon runs. */
#define TACTUS_RUN_ONESHOT 1u    /* -q or -Q: measure once, quickly */
#define TACTUS_RUN_NO_CLOCK 2u   /* -x or -Q: the system clock is not touched */
#define TACTUS_RUN_NO_SERVER 4u  /* -Q: open no server or command port */
#define TACTUS_RUN_IPV4_ONLY 8u  /* -4 */
#define TACTUS_RUN_IPV6_ONLY 16u /* -6 */
#define TACTUS_RUN_CHRONY 32u    /* started under chronyd's name: its default paths and names */

struct tactus_host {
  uint32_t struct_size;
  uint32_t abi_minor; /* of the host */
  void* context;      /* the host's own */

  /* ---- log */
  /* One message. Newlines are replaced. The host prefixes nothing: the text is what tools match on. */
  void (*log)(const struct tactus_host* host, uint32_t level, const char* text);
  /* As log, for what a network can provoke: at most a burst of 10 and then one per minute and per `key`, with a count
   * of those that were held back. */
  void (*log_limited)(const struct tactus_host* host, uint32_t level, const char* key, const char* text);
  /* Opens one of the statistic logs that the `log` directive may name. `banner` is printed before every logbanner
   * entries. TACTUS_E_DISABLED when it is not asked for: then *handle is -1. */
  tactus_status (*statlog_open)(const struct tactus_host* host, const char* name, const char* banner, int32_t* handle);
  void (*statlog_write)(const struct tactus_host* host, int32_t handle, const char* line);
  /* A counter of refusals (law 8), shown in the report "drops". The cell lives as long as the instance; add to it. */
  uint64_t* (*drop_counter)(const struct tactus_host* host, const char* stage, const char* reason);

  /* ---- loop */
  /* Calls fn once, not before `monotonic_ns`. *id is never 0. */
  tactus_status (*timer_start)(const struct tactus_host* host, int64_t monotonic_ns, tactus_timer_fn fn, void* user,
                               uint64_t* id);
  void (*timer_stop)(const struct tactus_host* host, uint64_t id); /* unknown and 0 are ignored */
  /* Calls fn when the descriptor is ready, level-triggered. The descriptor stays the caller's. */
  tactus_status (*watch)(const struct tactus_host* host, int32_t fd, uint32_t events, tactus_watch_fn fn, void* user,
                         uint64_t* id);
  tactus_status (*watch_events)(const struct tactus_host* host, uint64_t id, uint32_t events);
  void (*unwatch)(const struct tactus_host* host, uint64_t id);

  /* ---- clock */
  void (*now)(const struct tactus_host* host, struct tactus_instant* out);   /* reads the clocks */
  void (*event)(const struct tactus_host* host, struct tactus_instant* out); /* when the loop woke up: free of charge */
  /* Corrected time of a raw time near now; *error_s may be NULL. */
  int64_t (*correct)(const struct tactus_host* host, int64_t raw_ns, double* error_s);
  double (*clock_precision)(const struct tactus_host* host); /* s, 1e-9..1 */
  /* Announces every change of the clock until the instance ends. `dispersed` may be NULL. */
  tactus_status (*clock_listen)(const struct tactus_host* host, tactus_clock_change_fn changed,
                                tactus_dispersion_fn dispersed, void* user);
  /* The published reference at a corrected time. out->struct_size is set by the caller. */
  void (*reference)(const struct tactus_host* host, int64_t corrected_ns, struct tactus_reference* out);

  /* ---- sources */
  tactus_status (*source_new)(const struct tactus_host* host, const struct tactus_source_params* params,
                              const struct tactus_source_callbacks* callbacks, void* user,
                              struct tactus_source** source);
  void (*source_free)(const struct tactus_host* host, struct tactus_source* source);
  /* Whether the association asks its server at present. An inactive source stays in reports and selection with what it
   * has, as with chrony; `local` and the choice of a replacement look at active ones only. */
  void (*source_set_active)(const struct tactus_host* host, struct tactus_source* source, uint32_t active);
  /* Another address and reference id (name resolved, replaced); samples are dropped when reset is 1. */
  void (*source_set_address)(const struct tactus_host* host, struct tactus_source* source,
                             const struct tactus_address* address, uint32_t refid, uint32_t reset);
  /* Stratum (0..16) and leap of the source, from its newest good answer. */
  void (*source_set_status)(const struct tactus_host* host, struct tactus_source* source, uint32_t stratum,
                            uint32_t leap);
  /* Shifts the reachability register; bit 1 = answered and synchronised. Runs the selection when reach is lost. */
  void (*source_reach)(const struct tactus_host* host, struct tactus_source* source, uint32_t bit);
  void (*source_reset_reach)(const struct tactus_host* host, struct tactus_source* source);
  /* A measurement that passed its protocol's tests: filter, store, estimate, select. */
  tactus_status (*source_sample)(const struct tactus_host* host, struct tactus_source* source,
                                 const struct tactus_sample* sample, struct tactus_sample_result* result);
  /* A poll that gave none: counts for the filter, which may become full by it. */
  tactus_status (*source_missed)(const struct tactus_host* host, struct tactus_source* source,
                                 struct tactus_sample_result* result);
  void (*source_stats)(const struct tactus_host* host, struct tactus_source* source, struct tactus_source_stats* out);
  /* Predicted offset at a corrected time, s, positive = local clock fast. */
  double (*source_predict)(const struct tactus_host* host, struct tactus_source* source, int64_t corrected_ns);
  /* Adds to all stored offsets (positive = local clock fast), s. */
  void (*source_shift)(const struct tactus_host* host, struct tactus_source* source, double offset_s);
  void (*source_reset)(const struct tactus_host* host, struct tactus_source* source); /* drops all samples */
  tactus_status (*source_select_options)(const struct tactus_host* host, struct tactus_source* source, uint32_t mask,
                                         uint32_t options);
  /* Runs the selection. */
  void (*select)(const struct tactus_host* host);

  /* ---- reference clocks (REFCLOCK providers only; others get TACTUS_E_UNSUPPORTED) */
  tactus_status (*refclock_reading)(const struct tactus_host* host, const struct tactus_reading* reading);
  tactus_status (*refclock_pulse)(const struct tactus_host* host, const struct tactus_pulse* pulse);
  /* The device is there, or is not (law 9); shown by reports, logged once per change. */
  void (*refclock_present)(const struct tactus_host* host, uint32_t present, const char* why);

  /* ---- services */
  void (*random)(const struct tactus_host* host, void* buffer, uint32_t length); /* for secrets too */
  /* Resolves without blocking. family: TACTUS_FAMILY_NONE, _IPV4, _IPV6. Numeric addresses are answered as well. */
  tactus_status (*resolve)(const struct tactus_host* host, const char* name, uint32_t family, tactus_resolve_fn fn,
                           void* user, uint64_t* id);
  void (*resolve_cancel)(const struct tactus_host* host, uint64_t id);
  /* Replaces a file as a whole: temporary name, sync, rename. mode as for chmod. */
  tactus_status (*state_write)(const struct tactus_host* host, const char* path, const void* data, uint32_t length,
                               uint32_t mode, struct tactus_error* error);
  /* Reads a file of at most *length bytes; *length becomes its size. TACTUS_E_NOT_FOUND, TACTUS_E_LIMIT. */
  tactus_status (*state_read)(const struct tactus_host* host, const char* path, void* data, uint32_t* length,
                              struct tactus_error* error);
  uint32_t (*run_flags)(const struct tactus_host* host); /* TACTUS_RUN_* */
  /* The value of a directive of the core or of any loaded provider ("cmdport", "dumpdir"), NULL when there is none;
   * several: the index-th. Valid as long as the daemon runs. */
  const struct tactus_record* (*config)(const struct tactus_host* host, const char* keyword, uint32_t index);
  /* Reads text as one chrony.conf line, against all declarations. The record is valid until the instance ends. */
  tactus_status (*config_parse)(const struct tactus_host* host, const char* line, const struct tactus_record** record,
                                struct tactus_error* error);

  /* ---- control */
  tactus_status (*report_add)(const struct tactus_host* host, const struct tactus_report* report, void* user);
  tactus_status (*command_add)(const struct tactus_host* host, const struct tactus_command* command, void* user);
  /* TACTUS_E_NOT_FOUND: nobody offers it. access: the most the asker may (TACTUS_ACCESS_*). */
  tactus_status (*report_read)(const struct tactus_host* host, const char* name, uint32_t access,
                               const struct tactus_query* query, tactus_row_sink sink, void* sink_user);
  tactus_status (*command_run)(const struct tactus_host* host, const char* name, uint32_t access, const void* args,
                               uint32_t args_size, void* result, struct tactus_error* error);
  /* The index-th report or command, for endpoints that offer all; NULL past the end. */
  const struct tactus_report* (*report_at)(const struct tactus_host* host, uint32_t index);
  const struct tactus_command* (*command_at)(const struct tactus_host* host, uint32_t index);

  /* ---- other providers: loaded when they are not yet. ops and instance stay valid until this instance ends. */
  tactus_status (*transport)(const struct tactus_host* host, const char* name, const struct tactus_transport_ops** ops,
                             void** instance, struct tactus_error* error);
  tactus_status (*auth)(const struct tactus_host* host, const char* name, const struct tactus_auth_ops** ops,
                        void** instance, struct tactus_error* error);
  /* The provider of kind SOURCE of that name is loaded and started if it is not yet (a source is added while running).
   */
  tactus_status (*need)(const struct tactus_host* host, uint32_t kind, const char* name, struct tactus_error* error);

  /* ---- sources, continued */
  /* The reference id of our own address towards the source, once it is known; 0: unknown. `local orphan` compares it
   * with the source's own, so that of several orphans one is followed (discipline specification, 8.2). */
  void (*source_set_own_refid)(const struct tactus_host* host, struct tactus_source* source, uint32_t refid);

  /* ---- embedding */
  /* What the program that embeds the daemon (a simulator, a test) gave to the plugins that it brought along; NULL in
   * tactusd. */
  void* (*embedder)(const struct tactus_host* host);
};

#ifdef __cplusplus
}
static_assert(sizeof(tactus_instant) == 32, "published layout");
#endif

#endif

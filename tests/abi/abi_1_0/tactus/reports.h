/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of the well-known reports and arguments of the well-known commands, by registry name. Meanings follow the
 * command protocol specification (sections 11 and 12) where a field exists there. Fields are only appended. Offsets:
 * unless a field says otherwise, positive means that the local clock is ahead (fast). Times: ns since 1970 UTC,
 * corrected clock. */
#ifndef TACTUS_REPORTS_H
#define TACTUS_REPORTS_H

#include <tactus/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TACTUS_NAME_SIZE 256u
#define TACTUS_AGO_NEVER 0xffffffffu /* "seconds ago" of what never happened */

/* "tracking": one row. */
struct tactus_tracking {
  uint32_t struct_size;
  uint32_t refid;                /* 0 not synchronised, 0x7f7f0101 local, else the source's */
  struct tactus_address address; /* of the selected NTP source; family NONE otherwise */
  uint32_t stratum;              /* 0 when not synchronised */
  uint32_t leap;                 /* TACTUS_LEAP_* */
  int64_t reference_time;        /* last update; 0 when not synchronised */
  double correction_s;           /* still to be slewed; positive: the system clock is slow of NTP time */
  double last_offset_s;          /* at the last update */
  double rms_offset_s;
  double frequency_ppm; /* absolute; positive: the uncorrected clock is fast */
  double residual_frequency_ppm;
  double skew_ppm;
  double root_delay_s;
  double root_dispersion_s; /* now */
  double update_interval_s;
};

/* Selection states: the letter of chronyc's selectdata, as a character code ('*', '+', 'x', ...). */

/* "sources": one row per source in index order; honours TACTUS_QUERY_INDEX. */
struct tactus_source_row {
  uint32_t struct_size;
  uint32_t refid;
  struct tactus_address address; /* NTP: address or id; refclock: family NONE */
  int32_t poll_log2_s;
  uint32_t stratum;            /* 0 without a sample */
  uint32_t state;              /* selection letter, see selectdata */
  uint32_t mode;               /* TACTUS_SOURCE_MODE_* */
  uint32_t reach;              /* 8-bit register */
  uint32_t last_sample_ago_s;  /* TACTUS_AGO_NEVER: none */
  double original_offset_s;    /* last sample as measured */
  double offset_s;             /* last sample, corrected for later clock changes */
  double offset_error_s;       /* root_delay/2 + root_dispersion of the last sample */
  char name[TACTUS_NAME_SIZE]; /* as configured; refclock: its reference id */
};
#define TACTUS_SOURCE_MODE_CLIENT 0u
#define TACTUS_SOURCE_MODE_PEER 1u
#define TACTUS_SOURCE_MODE_REFCLOCK 2u

/* "sourcestats": one row per source; honours TACTUS_QUERY_INDEX. */
struct tactus_sourcestats_row {
  uint32_t struct_size;
  uint32_t refid;
  struct tactus_address address; /* refclock: family NONE */
  uint32_t samples;
  uint32_t runs;
  uint32_t span_s;
  uint32_t reserved;
  double stddev_s;
  double residual_frequency_ppm;
  double skew_ppm;
  double offset_s; /* extrapolated to now */
  double offset_error_s;
  char name[TACTUS_NAME_SIZE];
};

/* "selectdata": one row per source; honours TACTUS_QUERY_INDEX. */
struct tactus_selectdata_row {
  uint32_t struct_size;
  uint32_t refid;
  struct tactus_address address; /* refclock: family NONE */
  uint32_t state;                /* letter */
  uint32_t authenticated;        /* 0 or 1 */
  uint32_t leap;
  uint32_t configured_options; /* TACTUS_SELECT_* (plugin.h) */
  uint32_t effective_options;
  uint32_t last_sample_ago_s;
  double score;
  double low_s;
  double high_s;
  char name[TACTUS_NAME_SIZE];
};

/* "activity": one row. */
struct tactus_activity {
  uint32_t struct_size;
  int32_t online;
  int32_t offline;
  int32_t burst_online;
  int32_t burst_offline;
  int32_t unresolved;
};

/* "ntpdata": one row per NTP source with an address; honours TACTUS_QUERY_ADDRESS. */
struct tactus_ntpdata_row {
  uint32_t struct_size;
  uint32_t refid; /* as received */
  struct tactus_address remote;
  struct tactus_address local; /* family NONE before the first valid response */
  uint32_t leap;
  uint32_t version;
  uint32_t mode;
  uint32_t stratum;
  int32_t poll_log2_s;
  int32_t precision_log2_s;
  int64_t reference_time;
  double root_delay_s;
  double root_dispersion_s;
  double offset_s;
  double peer_delay_s;
  double peer_dispersion_s;
  double response_time_s;
  double jitter_asymmetry; /* -0.5..0.5 */
  uint32_t tests;          /* bits 9..0: tests 1 2 3 5 6 7 A B C D; 1 = passed */
  uint32_t interleaved;
  uint32_t authenticated;
  uint32_t transmit_origin; /* 'D', 'K', 'H'; 0 before the first valid response */
  uint32_t receive_origin;
  uint32_t total_transmitted;
  uint32_t total_received;
  uint32_t total_valid;
  uint32_t total_good;
  uint32_t total_kernel_transmit;
  uint32_t total_kernel_receive;
  uint32_t total_hardware_transmit;
  uint32_t total_hardware_receive;
  uint32_t reserved;
  char name[TACTUS_NAME_SIZE];
};

/* "authdata": one row per NTP source; honours TACTUS_QUERY_ADDRESS. */
struct tactus_authdata_row {
  uint32_t struct_size;
  uint32_t mode; /* 0 none, 1 symmetric key, 2 NTS */
  struct tactus_address address;
  uint32_t key_type;
  uint32_t key_id;
  uint32_t key_length_bits;
  uint32_t ke_attempts;
  uint32_t last_ke_ago_s;
  uint32_t cookies;
  uint32_t cookie_length_bytes;
  uint32_t nak;
  char name[TACTUS_NAME_SIZE];
};

/* "sourcename": one row; needs TACTUS_QUERY_ADDRESS. */
struct tactus_sourcename_row {
  uint32_t struct_size;
  uint32_t reserved;
  char name[TACTUS_NAME_SIZE];
};

/* "serverstats": one row. */
struct tactus_serverstats {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t ntp_hits;
  uint64_t nke_hits;
  uint64_t cmd_hits;
  uint64_t ntp_drops;
  uint64_t nke_drops;
  uint64_t cmd_drops;
  uint64_t log_drops;
  uint64_t ntp_auth_hits;
  uint64_t ntp_interleaved_hits;
  uint64_t ntp_timestamps;
  uint64_t ntp_span_s;
  uint64_t ntp_daemon_rx;
  uint64_t ntp_daemon_tx;
  uint64_t ntp_kernel_rx;
  uint64_t ntp_kernel_tx;
  uint64_t ntp_hardware_rx;
  uint64_t ntp_hardware_tx;
};

/* "smoothing": one row. TACTUS_E_DISABLED without smoothtime. Positive offset: the served time is ahead of the true
 * one. */
struct tactus_smoothing {
  uint32_t struct_size;
  uint32_t active;    /* 0 or 1 */
  uint32_t leap_only; /* 0 or 1 */
  uint32_t reserved;
  double offset_s;
  double frequency_ppm; /* positive: the served time runs fast */
  double wander_ppm_per_s;
  double last_update_ago_s; /* 0 while not active */
  double remaining_time_s;  /* 0 while not active */
};

/* "rtcdata": one row. TACTUS_E_DISABLED or _ABSENT without a running RTC driver. */
struct tactus_rtcdata {
  uint32_t struct_size;
  uint32_t samples;
  uint32_t runs;
  uint32_t span_s;
  int64_t reference_time;
  double fast_s;   /* RTC minus true time */
  double gain_ppm; /* positive: the RTC runs fast */
};

/* "manual_list": one row per manual input, oldest first, at most 16. */
struct tactus_manual_row {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t when;             /* adjusted for later corrections */
  double slewed_offset_s;   /* adjusted for later corrections */
  double original_offset_s; /* as entered */
  double residual_s;
};

/* "clients": one row per client that asked the servers, in the order of the record table. Honours TACTUS_QUERY_ADDRESS;
 * TACTUS_QUERY_RESET clears the hit and drop counters of each row after it was given; `argument` of the query is the
 * table index to begin with. TACTUS_E_DISABLED with noclientlog. Command counters belong to the endpoint, not to this.
 */
struct tactus_client_row {
  uint32_t struct_size;
  uint32_t index; /* place in the record table */
  uint32_t table_size;
  uint32_t reserved;
  struct tactus_address address;
  uint32_t ntp_hits;
  uint32_t ntp_drops;
  uint32_t nke_hits;
  uint32_t nke_drops;
  int32_t ntp_interval_log2_s;         /* 127 unknown */
  int32_t ntp_timeout_interval_log2_s; /* between requests that were not answered; 127 unknown */
  int32_t nke_interval_log2_s;
  uint32_t last_ntp_ago_s; /* TACTUS_AGO_NEVER: never */
  uint32_t last_nke_ago_s;
  uint32_t reserved2;
};

/* "plugins": one row per provider, loaded or available. */
struct tactus_plugin_row {
  uint32_t struct_size;
  uint32_t kind;   /* TACTUS_KIND_* (plugin.h) */
  uint32_t loaded; /* 0 or 1 */
  uint32_t abi_major;
  uint32_t abi_minor;
  uint32_t options; /* number of options declared */
  char provider[32];
  char plugin[32];
  char version[32];
  char summary[160];
  char problem[256]; /* why it cannot be loaded; empty when it can */
};

/* "plugin_options": one row per declared option of every loaded provider. */
struct tactus_plugin_option_row {
  uint32_t struct_size;
  uint32_t type; /* TACTUS_TYPE_* (option.h) */
  char provider[32];
  char directive[32];
  char option[32];
  char unit[16];
  char default_text[48];
  char doc[160];
};

/* "drops": one row per counter of refused packets, readings, samples, sources (law 8). */
struct tactus_drop_row {
  uint32_t struct_size;
  uint32_t reserved;
  uint64_t count;
  char stage[48];  /* "ntp.client", "cmdmon.request", "refclock.SHM0", ... */
  char reason[48]; /* "bad_length", "failed_auth", ... */
};

/* ---- command arguments ------------------------------------------------------------------------------------------- */

/* "online", "offline": which sources. mask.family NONE with address.family NONE: all. */
struct tactus_mask_args {
  uint32_t struct_size;
  uint32_t reserved;
  struct tactus_address address;
  struct tactus_address mask;
};

/* "burst": mask as above. */
struct tactus_burst_args {
  uint32_t struct_size;
  uint32_t good;  /* samples wanted, >= 1 */
  uint32_t total; /* requests at most, >= good */
  uint32_t reserved;
  struct tactus_address address;
  struct tactus_address mask;
};

/* "set_minpoll", "set_maxpoll", "set_minstratum", "set_polltarget" (integer); "set_maxdelay", "set_maxdelayratio",
 * "set_maxdelaydevratio", "set_offset" (real). */
struct tactus_source_value_args {
  uint32_t struct_size;
  uint32_t refid; /* set_offset with address.family NONE: the refclock of this reference id */
  struct tactus_address address;
  int64_t integer;
  double real;
};

/* "set_select_options": the masked options of one source (TACTUS_SELECT_*). */
struct tactus_select_args {
  uint32_t struct_size;
  uint32_t refid;
  struct tactus_address address;
  uint32_t mask;
  uint32_t options;
};

/* "delete_source", and the address of "access_check". */
struct tactus_address_args {
  uint32_t struct_size;
  uint32_t reserved;
  struct tactus_address address;
};

/* "set_makestep" (real, integer = limit), "set_maxupdateskew", "set_reselectdist", "adjust_frequency" (ppm),
 * "adjust_offset" (s), "manual" (0 off, 1 on, 2 reset), "smoothtime" (0 reset, 1 activate). */
struct tactus_value_args {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t integer;
  double real;
};

/* "allow", "deny", "cmdallow", "cmddeny": `all` removes what is nested inside. */
struct tactus_access_args {
  uint32_t struct_size;
  uint32_t all;
  struct tactus_subnet subnet;
};

/* "local": the local reference (configuration specification 7.1). */
struct tactus_local_args {
  uint32_t struct_size;
  uint32_t enable;
  uint32_t stratum;
  uint32_t orphan;
  double distance_s;
  double activate_s;
  double wait_synced_s;
  double wait_unsynced_s;
};

/* "add_source": type is the directive. Fields that are not set have the default of the same option in the file. */
#define TACTUS_ADD_SERVER 1u
#define TACTUS_ADD_PEER 2u
#define TACTUS_ADD_POOL 3u
#define TACTUS_ADD_ONLINE 0x0001u
#define TACTUS_ADD_AUTO_OFFLINE 0x0002u
#define TACTUS_ADD_IBURST 0x0004u
#define TACTUS_ADD_PREFER 0x0008u
#define TACTUS_ADD_NOSELECT 0x0010u
#define TACTUS_ADD_TRUST 0x0020u
#define TACTUS_ADD_REQUIRE 0x0040u
#define TACTUS_ADD_XLEAVE 0x0080u
#define TACTUS_ADD_BURST 0x0100u
#define TACTUS_ADD_NTS 0x0200u
#define TACTUS_ADD_COPY 0x0400u
#define TACTUS_ADD_EXTFIELD_F323 0x0800u
#define TACTUS_ADD_EXTFIELD_F324 0x1000u
#define TACTUS_ADD_IPV4 0x2000u
#define TACTUS_ADD_IPV6 0x4000u
struct tactus_add_source_args {
  uint32_t struct_size;
  uint32_t type;  /* TACTUS_ADD_SERVER, _PEER, _POOL */
  uint32_t flags; /* TACTUS_ADD_* bits */
  uint32_t port;
  int32_t minpoll_log2_s;
  int32_t maxpoll_log2_s;
  int32_t presend_log2_s;
  uint32_t min_stratum;
  uint32_t poll_target;
  uint32_t version;     /* 0 not given */
  uint32_t max_sources; /* pool only */
  int32_t min_samples;  /* -1 not given */
  int32_t max_samples;  /* -1 not given */
  uint32_t key;         /* 0 none */
  uint32_t nts_port;
  int32_t filter_length; /* 0 off */
  uint32_t cert_set;
  int32_t max_unreach;
  double max_delay_s;
  double max_delay_ratio;
  double max_delay_dev_ratio;
  double max_delay_quantile;
  double min_delay_s;
  double asymmetry;
  double offset_s;
  char name[TACTUS_NAME_SIZE];
};

/* "settime": manual input of the true time. TACTUS_E_DISABLED when manual input is off; TACTUS_E_INVALID outside the
 * supported range or within 1 s of the previous input. The result is a struct tactus_settime_result. */
struct tactus_settime_args {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t time; /* ns since 1970 UTC */
};
struct tactus_settime_result {
  uint32_t struct_size;
  uint32_t reserved;
  double offset_s; /* positive: the clock was ahead of the entered time */
  double frequency_change_ppm;
  double frequency_ppm; /* new absolute frequency */
};

/* "access_check": TACTUS_OK when the address may use the NTP server, TACTUS_E_DENIED when not. "manual_delete" takes a
 * struct tactus_value_args (integer: index from 0; TACTUS_E_NOT_FOUND outside). "writertc" (TACTUS_E_SYSTEM: the file
 * cannot be written) and "trimrtc" take none; TACTUS_E_DISABLED or _ABSENT without a running RTC driver. */

/* Without arguments: "refresh", "reload_sources", "reset_sources", "reselect", "onoffline", "makestep", "shutdown",
 * "dump", "cyclelogs", "rekey". */

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Names every public structure, so that the debug information of this library holds their types (check_abi.py). */
#include <tactus/plugin.h>
#include <tactus/reports.h>

#define TYPE(name)                              \
  TACTUS_EXPORT extern struct name* abi_##name; \
  struct name* abi_##name

TYPE(tactus_error);
TYPE(tactus_address);
TYPE(tactus_subnet);
TYPE(tactus_stamp);
TYPE(tactus_field);
TYPE(tactus_directive);
TYPE(tactus_value);
TYPE(tactus_record);
TYPE(tactus_member);
TYPE(tactus_query);
TYPE(tactus_report);
TYPE(tactus_command);
TYPE(tactus_tracking);
TYPE(tactus_source_row);
TYPE(tactus_sourcestats_row);
TYPE(tactus_selectdata_row);
TYPE(tactus_activity);
TYPE(tactus_ntpdata_row);
TYPE(tactus_authdata_row);
TYPE(tactus_sourcename_row);
TYPE(tactus_serverstats);
TYPE(tactus_smoothing);
TYPE(tactus_rtcdata);
TYPE(tactus_manual_row);
TYPE(tactus_client_row);
TYPE(tactus_plugin_row);
TYPE(tactus_plugin_option_row);
TYPE(tactus_drop_row);
TYPE(tactus_mask_args);
TYPE(tactus_burst_args);
TYPE(tactus_source_value_args);
TYPE(tactus_select_args);
TYPE(tactus_address_args);
TYPE(tactus_value_args);
TYPE(tactus_access_args);
TYPE(tactus_local_args);
TYPE(tactus_add_source_args);
TYPE(tactus_settime_args);
TYPE(tactus_settime_result);
TYPE(tactus_instant);
TYPE(tactus_clock_change);
TYPE(tactus_reference);
TYPE(tactus_source_params);
TYPE(tactus_source_callbacks);
TYPE(tactus_sample);
TYPE(tactus_sample_result);
TYPE(tactus_source_stats);
TYPE(tactus_reading);
TYPE(tactus_pulse);
TYPE(tactus_host);
TYPE(tactus_config);
TYPE(tactus_source_provider_ops);
TYPE(tactus_refclock_ops);
TYPE(tactus_socket_params);
TYPE(tactus_datagram);
TYPE(tactus_transport_sink);
TYPE(tactus_transport_ops);
TYPE(tactus_packet);
TYPE(tactus_auth_params);
TYPE(tactus_auth_ops);
TYPE(tactus_clock_limits);
TYPE(tactus_clock_status);
TYPE(tactus_clock_ops);
TYPE(tactus_endpoint_ops);
TYPE(tactus_provider);
TYPE(tactus_plugin);

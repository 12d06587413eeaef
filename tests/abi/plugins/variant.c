/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins that are wrong in one way each. VARIANT_NAME is the file's name, the other macros say what is wrong. */
#include <stdlib.h>
#include <unistd.h>

#include <tactus/plugin.h>

#define VARIANT_MAYBE __attribute__((unused)) static

/* Volatile, so that no compiler knows that a write through it crashes. */
VARIANT_MAYBE int* volatile nowhere = 0;

#ifndef VARIANT_MAJOR
#define VARIANT_MAJOR TACTUS_ABI_MAJOR
#endif
#ifndef VARIANT_MINOR
#define VARIANT_MINOR 0u
#endif
#ifndef VARIANT_PROVIDER_COUNT
#define VARIANT_PROVIDER_COUNT 1u
#endif
#ifndef VARIANT_PROVIDERS
#define VARIANT_PROVIDERS providers
#endif
#ifndef VARIANT_CREATE
#define VARIANT_CREATE create
#endif
#ifndef VARIANT_KIND
#define VARIANT_KIND TACTUS_KIND_REFCLOCK
#endif
#ifndef VARIANT_PROVIDER_NAME
#define VARIANT_PROVIDER_NAME VARIANT_NAME
#endif
#ifndef VARIANT_MINIMUM
#define VARIANT_MINIMUM 0.0
#endif
#ifndef VARIANT_OPS
#define VARIANT_OPS &ops
#endif

VARIANT_MAYBE tactus_status create(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                                   struct tactus_error* error) {
  (void)host;
  (void)config;
  (void)error;
#ifdef VARIANT_CRASH_CREATE
  *nowhere = 1;
#endif
  *instance = instance;
  return TACTUS_OK;
}

VARIANT_MAYBE tactus_status start(void* instance, struct tactus_error* error) {
  (void)instance;
  (void)error;
#ifdef VARIANT_ABORT_START
  abort();
#endif
  return TACTUS_OK;
}

VARIANT_MAYBE void destroy(void* instance) { (void)instance; }

VARIANT_MAYBE const struct tactus_refclock_ops ops = {
    sizeof(struct tactus_refclock_ops), 0, VARIANT_CREATE, start, destroy, 0};

VARIANT_MAYBE const struct tactus_field fields[] = {{sizeof(struct tactus_field), TACTUS_TYPE_INTEGER, 0, 0, "rate",
                                                     "1/s", "readings in a second", "1", 0, VARIANT_MINIMUM, 10.0}};
VARIANT_MAYBE const struct tactus_directive directives[] = {{.struct_size = sizeof(struct tactus_directive),
                                                             .shape = TACTUS_SHAPE_OPTIONS,
                                                             .repeat = TACTUS_REPEAT_LAST,
                                                             .field_count = 1,
                                                             .keyword = VARIANT_NAME,
                                                             .group = "refclocks",
                                                             .doc = "options of the variant",
                                                             .fields = fields}};
VARIANT_MAYBE const struct tactus_provider providers[] = {
    {sizeof(struct tactus_provider), VARIANT_KIND, VARIANT_PROVIDER_NAME, "a variant", directives, 1, 0, VARIANT_OPS}};
VARIANT_MAYBE const struct tactus_plugin plugin = {sizeof(struct tactus_plugin),
                                                   VARIANT_MAJOR,
                                                   VARIANT_MINOR,
                                                   0,
                                                   VARIANT_NAME,
                                                   "1.0.0",
                                                   "Apache-2.0",
                                                   "a variant",
                                                   VARIANT_PROVIDERS,
                                                   VARIANT_PROVIDER_COUNT,
                                                   0,
                                                   0};

#ifdef VARIANT_CRASH_CONSTRUCTOR
__attribute__((constructor)) static void construct(void) { *nowhere = 1; }
#endif
#ifdef VARIANT_EXIT_CONSTRUCTOR
__attribute__((constructor)) static void construct(void) { _exit(0); }
#endif
#ifdef VARIANT_HANG_CONSTRUCTOR
__attribute__((constructor)) static void construct(void) {
  for (;;) pause();
}
#endif

#ifdef VARIANT_NO_ENTRY
TACTUS_EXPORT const void* tactus_not_the_entry(void);
TACTUS_EXPORT const void* tactus_not_the_entry(void) { return &plugin; }
#else
TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void);
TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void) {
#ifdef VARIANT_CRASH_ENTRY
  abort();
#endif
#ifdef VARIANT_NULL
  (void)plugin;
  return 0;
#else
  return &plugin;
#endif
}
#endif

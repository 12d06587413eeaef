/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin of a later minor of the ABI that can live with this one: all its structures are longer. Its arrays therefore
 * have another stride, and the host has to walk them by struct_size. */
#include <tactus/plugin.h>

struct longer_field {
  struct tactus_field base;
  double later;
};
struct longer_directive {
  struct tactus_directive base;
  const char* later;
};
struct longer_provider {
  struct tactus_provider base;
  const char* later;
};
struct longer_plugin {
  struct tactus_plugin base;
  const char* later;
};
struct longer_ops {
  struct tactus_refclock_ops base;
  void (*later)(void* instance);
};

static tactus_status create(const struct tactus_host* host, const struct tactus_config* config, void** instance,
                            struct tactus_error* error) {
  (void)host;
  (void)config;
  (void)error;
  *instance = instance;
  return TACTUS_OK;
}
static void destroy(void* instance) { (void)instance; }

static const struct longer_ops ops = {{sizeof(struct longer_ops), 0, create, 0, destroy, 0}, destroy};

#define FIELD(name, doc) \
  { {sizeof(struct longer_field), TACTUS_TYPE_INTEGER, 0, 0, name, "", doc, "1", 0, 0.0, 10.0}, 1.0 }
#define DIRECTIVE(name, table)                       \
  {                                                  \
    {.struct_size = sizeof(struct longer_directive), \
     .shape = TACTUS_SHAPE_OPTIONS,                  \
     .repeat = TACTUS_REPEAT_LAST,                   \
     .field_count = 2,                               \
     .keyword = name,                                \
     .group = "refclocks",                           \
     .doc = "options",                               \
     .fields = (const struct tactus_field*)(table)}, \
        ""                                           \
  }
static const struct longer_field fields[] = {FIELD("first", "first option"), FIELD("second", "second option")};
static const struct longer_directive directives[] = {DIRECTIVE("newer", fields), DIRECTIVE("newer_too", fields)};
static const struct longer_provider providers[] = {
    {{sizeof(struct longer_provider), TACTUS_KIND_REFCLOCK, "newer", "first provider",
      (const struct tactus_directive*)directives, 2, 0, &ops},
     ""},
    {{sizeof(struct longer_provider), TACTUS_KIND_REFCLOCK, "newer_too", "second provider", 0, 0, 0, &ops}, ""}};
static const struct longer_plugin plugin = {
    {sizeof(struct longer_plugin), TACTUS_ABI_MAJOR, 0, 0, "newer", "9.0", "Apache-2.0", "of a later minor",
     (const struct tactus_provider*)providers, 2, 0, 0},
    ""};

TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void);
TACTUS_EXPORT const struct tactus_plugin* tactus_plugin_entry(void) { return &plugin.base; }

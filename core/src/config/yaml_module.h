/* SPDX-License-Identifier: Apache-2.0 */
/* Boundary between the core and tactus-yaml.so, the module that holds the YAML library and is opened only when a file
 * is YAML. C, one function, no exceptions across. */
#ifndef TACTUS_CONFIG_YAML_MODULE_H
#define TACTUS_CONFIG_YAML_MODULE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TACTUS_YAML_SCALAR 1u
#define TACTUS_YAML_SEQUENCE 2u /* begins; items follow up to END */
#define TACTUS_YAML_MAPPING 3u  /* begins; key and value in turn up to END */
#define TACTUS_YAML_END 4u
#define TACTUS_YAML_ALIAS 5u /* *name */
#define TACTUS_YAML_NULL 6u  /* no value, or ~ */

struct tactus_yaml_event {
  uint32_t kind;    /* TACTUS_YAML_* */
  uint32_t line;    /* from 1 */
  uint32_t column;  /* from 1 */
  uint32_t quoted;  /* SCALAR: 1 when it stood in quotes or is a block */
  const char* text; /* SCALAR: not NUL-terminated; valid during the call */
  size_t length;
};

/* Returns 0 to go on, anything else to stop. Must not throw. */
typedef int32_t (*tactus_yaml_sink)(void* user, const struct tactus_yaml_event* event);

/* What is wrong with the text: one line without place. */
struct tactus_yaml_error {
  uint32_t line; /* from 1; 0 unknown */
  uint32_t column;
  char text[248];
};

/* Reads the first document of the text and reports its nodes in order. Returns 0; 1 when the sink stopped; -1 with
 * *error filled when the text is no YAML or nests too deeply. An empty text gives no event. */
typedef int32_t (*tactus_yaml_parse_fn)(const char* text, size_t length, tactus_yaml_sink sink, void* user,
                                        struct tactus_yaml_error* error);
#define TACTUS_YAML_PARSE "tactus_yaml_parse"

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Option declarations. An option is declared once, here in this form, by the core or by the provider that uses it; both
 * configuration readers, validation, `tctl plugins`, the schema and the manual's tables are made from the declaration.
 * chrony.conf behaviour: scanners and error texts of the configuration specification, sections 1.3, 3 and 5 to 7. */
#ifndef TACTUS_OPTION_H
#define TACTUS_OPTION_H

#include <tactus/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Types of a field. In brackets: which member of tactus_value holds it. */
#define TACTUS_TYPE_FLAG 1u    /* present or absent; YAML true/false [integer 0 or 1] */
#define TACTUS_TYPE_INTEGER 2u /* decimal integer within min..max [integer] */
#define TACTUS_TYPE_REAL 3u    /* number within min..max [real] */
#define TACTUS_TYPE_STRING 4u  /* one word [text] */
#define TACTUS_TYPE_PATH 5u    /* a file or directory [text] */
#define TACTUS_TYPE_ENUM 6u    /* one of choices[], case ignored [integer: index into choices; text: the choice] */
#define TACTUS_TYPE_ADDRESS 7u /* IPv4 or IPv6 literal [address; text as written] */
#define TACTUS_TYPE_REFID 8u   /* 1 to 4 characters [integer: first character in bits 31..24; text] */
#define TACTUS_TYPE_HEX 9u     /* hexadecimal integer, 0x optional [integer] */
/* chrony's allow/deny operand [subnet; text as written; integer 1 when `all` was given]. */
#define TACTUS_TYPE_SUBNET 10u
#define TACTUS_TYPE_WORDS 11u /* the remaining words; choices[] restrict them when given [words, count] */

/* Flags of a field. */
#define TACTUS_FIELD_REQUIRED 1u       /* must be given */
#define TACTUS_FIELD_POSITIONAL 2u     /* stands in its place without keyword in chrony.conf */
#define TACTUS_FIELD_CASE 4u           /* choices are compared with case */
#define TACTUS_FIELD_NUMERIC_PREFIX 8u /* chrony.conf: other characters after the number are ignored ("loose") */
#define TACTUS_FIELD_REPEATED 16u      /* may be given several times; each occurrence is appended to words */
#define TACTUS_FIELD_CLAMP 32u         /* outside min..max is moved to the nearer end instead of refused */
#define TACTUS_FIELD_YAML_ONLY 64u     /* has no chrony.conf form */
#define TACTUS_FIELD_WRAP 128u    /* INTEGER: a minus sign counts modulo 2^32, or 2^64 when maximum is above 2^32-1 */
#define TACTUS_FIELD_OR_PATH 256u /* ADDRESS: a word that begins with '/' is a path [text; family NONE] */
/* POSITIONAL: this field and all after it stand in the place of the one before it. */
#define TACTUS_FIELD_ALTERNATIVE 512u
#define TACTUS_FIELD_COLON_TAIL 1024u /* STRING: is given what follows the first ':' of the field before it */
#define TACTUS_FIELD_HOSTS 2048u      /* WORDS: host names that are looked up while reading; a failure is a warning */
#define TACTUS_FIELD_NUMBERS 4096u    /* WORDS: each word is an INTEGER within minimum..maximum */
#define TACTUS_FIELD_ONE_OF 8192u     /* FLAG: setting it clears its neighbours that have this flag too */

struct tactus_field {
  uint32_t struct_size;
  uint32_t type;  /* TACTUS_TYPE_* */
  uint32_t flags; /* TACTUS_FIELD_* */
  uint32_t choice_count;
  const char* name;           /* chrony.conf keyword (case ignored) and YAML key */
  const char* unit;           /* "s", "ppm", "log2 s", "bytes", ... ; "" when it has none */
  const char* doc;            /* one line */
  const char* default_text;   /* as one would write it; NULL: absent by default */
  const char* const* choices; /* choice_count words; NULL when free */
  double minimum;             /* inclusive; -inf/+inf when unlimited (INTEGER: within +-2^53; WORDS: number of words) */
  double maximum;
};

/* How the words of a chrony.conf line are read. */
#define TACTUS_SHAPE_FLAG 1u  /* keyword alone */
#define TACTUS_SHAPE_VALUE 2u /* keyword VALUE: exactly one word, fields[0] */
/* keyword V1 V2 ...: fields in order. When there are fewer words than fields, the fields that are not REQUIRED are left
 * out, the last ones first ([SET] PATH as well as INTERVAL ADDRESS [PORT]). A last field of type WORDS takes all that
 * is left. */
#define TACTUS_SHAPE_POSITIONAL 3u
#define TACTUS_SHAPE_OPTIONS 4u /* keyword [NAME [VALUE]]...: any order */
#define TACTUS_SHAPE_NAMED 5u   /* keyword V1.. then options: POSITIONAL fields first, then NAME [VALUE]... */
#define TACTUS_SHAPE_WORDS 6u   /* keyword WORD...: all words, fields[0] of type WORDS */
#define TACTUS_SHAPE_ACCESS 7u  /* allow/deny operand, fields[0] of type SUBNET */

/* What a repeated line does (configuration specification, section 1.4). */
#define TACTUS_REPEAT_LAST 1u       /* the last one counts */
#define TACTUS_REPEAT_ACCUMULATE 2u /* all count, in order */
#define TACTUS_REPEAT_MERGE 3u      /* each option: the last value given */
#define TACTUS_REPEAT_PER_FAMILY 4u /* the last one per address family (and one path) counts */

/* Flags of a directive. */
/* any arguments; the warning "NAME directive is no longer supported",
 * no record */
#define TACTUS_DIRECTIVE_OBSOLETE 1u
#define TACTUS_DIRECTIVE_IGNORED 2u /* any arguments; nothing happens, no record */
/* Read and checked, but nothing in this version acts on it: the reader warns, with file and line. */
#define TACTUS_DIRECTIVE_LATER 4u
#define TACTUS_DIRECTIVE_YAML_ONLY 8u /* has no chrony.conf form */

/* Which texts the errors of a chrony.conf line have (configuration specification, section 3). */
#define TACTUS_TEXTS_COUNTED                                                                                        \
  0u                          /* Missing arguments for, Too many arguments for, Could not parse, Invalid value V in \
                               */
#define TACTUS_TEXTS_PLAIN 1u /* Could not parse NAME directive, whatever is wrong */
#define TACTUS_TEXTS_OPTIONS \
  2u /* Invalid option in, Invalid value in; Could not parse when POSITIONAL words are missing */
#define TACTUS_TEXTS_SOURCE 3u /* as OPTIONS, but Invalid syntax for when POSITIONAL words are missing */
#define TACTUS_TEXTS_LOG 4u    /* Invalid log parameter */

/* A line of chrony.conf, and its YAML form: key `keyword` below `group` (a list when it accumulates). */
struct tactus_directive {
  uint32_t struct_size;
  uint32_t shape;  /* TACTUS_SHAPE_* */
  uint32_t repeat; /* TACTUS_REPEAT_* */
  uint32_t field_count;
  const char* keyword; /* chrony.conf name, lower case (compared without case) */
  const char* group;   /* YAML mapping that holds it: "sources", "server", "clock", "logging", "control", ... */
  const char* doc;     /* one line */
  const struct tactus_field* fields;
  uint32_t flags;       /* TACTUS_DIRECTIVE_*; absent: 0 */
  uint32_t texts;       /* TACTUS_TEXTS_*; absent: 0 */
  const char* alias;    /* another name that chrony.conf accepts; NULL or absent: none */
  const char* yaml_key; /* YAML key when it is not the keyword; NULL or absent: the keyword */
};

/* One value of a record. Which member holds it depends on the field's type, see TACTUS_TYPE_*. Value type, frozen. */
struct tactus_value {
  uint32_t present; /* 1: written in the configuration; 0: the default is filled in (or nothing, when there is none) */
  uint32_t count;   /* number of words */
  int64_t integer;
  double real;
  const char* text; /* never NULL; empty when absent */
  const char* const* words;
  struct tactus_subnet subnet; /* ADDRESS uses subnet.address */
};

/* One configuration line (or YAML item) that was read and validated. values[i] belongs to directive->fields[i].
 * The host owns it; it lives at least until the instance that received it is destroyed. */
struct tactus_record {
  uint32_t struct_size;
  uint32_t line; /* 1-based line in file */
  const struct tactus_directive* directive;
  const char* file; /* path as it was given; "" for directives from the command line or a control endpoint */
  const struct tactus_value* values;
  uint32_t value_count;
  uint32_t reserved;
};

#ifdef __cplusplus
}
static_assert(sizeof(tactus_value) == 72, "published layout");
#endif

#endif

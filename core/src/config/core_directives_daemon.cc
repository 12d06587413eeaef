// SPDX-License-Identifier: Apache-2.0
// Directives of the daemon itself: included files, logging, process, plugins (configuration specification, sections 2,
// 4.7 and 4.8; the plugins group is Tactus' own).
#include "config/core_directives.hpp"

namespace tactus::config {

namespace {

constexpr const char* log_names[] = {"measurements", "rawmeasurements", "statistics", "tracking",
                                     "rtc",          "refclocks",       "tempcomp",   "selection"};

constexpr tactus_field log_fields[] = {
    field_choice(TACTUS_TYPE_WORDS, "log", log_names, nullptr, "statistic logs that are written", TACTUS_FIELD_CASE)};

constexpr tactus_field confdir_fields[] = {field(TACTUS_TYPE_WORDS, "confdir", "", 1, 10, nullptr,
                                                 "directories whose *.conf files are read", TACTUS_FIELD_REQUIRED)};
constexpr tactus_field sourcedir_fields[] = {
    field(TACTUS_TYPE_WORDS, "sourcedir", "", 0, no_limit, nullptr, "directories whose *.sources files are read")};

constexpr tactus_field mailonchange_fields[] = {
    field_text(TACTUS_TYPE_STRING, "address", nullptr, "whom to tell", TACTUS_FIELD_REQUIRED),
    field_real("threshold", "s", nullptr, "offset above which a mail is sent", TACTUS_FIELD_REQUIRED | loose)};

constexpr tactus_field disableplugin_fields[] = {
    field(TACTUS_TYPE_WORDS, "disableplugin", "", 1, no_limit, nullptr, "plugins that are never loaded")};
constexpr tactus_field loadplugin_fields[] = {field(TACTUS_TYPE_WORDS, "loadplugin", "", 1, no_limit, nullptr,
                                                    "plugins that are loaded without being asked for")};

constexpr Simple simple[] = {
    {field_text(TACTUS_TYPE_STRING, "include", nullptr, "file or pattern of files to read here"), "",
     TACTUS_REPEAT_ACCUMULATE},
    {field_integer("logbanner", "entries", 0, int_max, "32", "entries between two banners of a log; 0: no banner"),
     "logging"},
    {field_text(TACTUS_TYPE_PATH, "logdir", nullptr, "directory of the statistic logs"), "logging"},
    {field_text(TACTUS_TYPE_PATH, "dumpdir", nullptr, "directory of the sources' sample histories"), "daemon"},
    {field_text(TACTUS_TYPE_PATH, "pidfile", nullptr, "file with the process number; /: none"), "daemon"},
    {field_flag("lock_all", "keep all memory in RAM"), "daemon"},
    {field_integer("sched_priority", "", 0, 100, "0", "real-time priority 1..99; 0: off"), "daemon"},
    {field_text(TACTUS_TYPE_STRING, "user", nullptr, "user after the start"), "daemon"},
    {field_text(TACTUS_TYPE_PATH, "plugindir", nullptr, "folder that plugins are loaded from"), "plugins",
     TACTUS_REPEAT_LAST, TACTUS_TEXTS_COUNTED, 0, nullptr, "directory"},
};

constexpr tactus_directive others[] = {
    directive("confdir", "", TACTUS_SHAPE_WORDS, confdir_fields, "directories whose *.conf files are read here",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_PLAIN),
    directive("sourcedir", "sources", TACTUS_SHAPE_WORDS, sourcedir_fields,
              "directories whose *.sources files hold sources that can be changed while running",
              TACTUS_REPEAT_ACCUMULATE),
    directive("log", "logging", TACTUS_SHAPE_WORDS, log_fields, "statistic logs that are written",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_LOG),
    directive("mailonchange", "logging", TACTUS_SHAPE_POSITIONAL, mailonchange_fields,
              "tell somebody about large offsets", TACTUS_REPEAT_LAST, TACTUS_TEXTS_COUNTED),
    directive("disableplugin", "plugins", TACTUS_SHAPE_WORDS, disableplugin_fields, "plugins that are never loaded",
              TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_COUNTED, 0, nullptr, "disable"),
    directive("loadplugin", "plugins", TACTUS_SHAPE_WORDS, loadplugin_fields,
              "plugins that are loaded without being asked for", TACTUS_REPEAT_ACCUMULATE, TACTUS_TEXTS_COUNTED, 0,
              nullptr, "load"),
};

constexpr auto table = directives_of(simple, others);

}  // namespace

std::span<const tactus_directive> daemon_directives() { return table; }

}  // namespace tactus::config

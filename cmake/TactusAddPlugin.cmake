# tactus_add_plugin(NAME  SOURCES file...  [LIBRARIES lib...])
#   A plugin built outside Tactus: the module NAME.so, as the daemon looks for it, installed into Tactus' plugin folder. The
#   target is plugin_NAME. Only the entry is exported.
function(tactus_add_plugin NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT NAME MATCHES "^[a-z0-9_-]+$")
    message(FATAL_ERROR "'${NAME}' cannot be a plugin's name: lower case letters, digits, '-' and '_'")
  endif()
  add_library(plugin_${NAME} MODULE ${ARG_SOURCES})
  target_link_libraries(plugin_${NAME} PRIVATE Tactus::sdk fmt::fmt ${ARG_LIBRARIES})
  target_compile_features(plugin_${NAME} PRIVATE cxx_std_20)
  set_target_properties(plugin_${NAME} PROPERTIES
    PREFIX "" SUFFIX ".so" OUTPUT_NAME "${NAME}" POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_options(plugin_${NAME} PRIVATE -Wl,--exclude-libs,ALL -Wl,--as-needed -Wl,-z,relro,-z,now)
  install(TARGETS plugin_${NAME} LIBRARY DESTINATION "${Tactus_PLUGIN_DIR}")
endfunction()

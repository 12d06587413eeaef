# tactus_add_plugin(NAME  ENGINE file...  RIM file...  LIBRARIES lib...)
#   ENGINE files do no I/O and become the static library <name>_engine, which unit tests and fuzz targets link as well;
#   RIM files hold the descriptor, sockets and devices. The plugin is <name>.so in the build tree's plugins.d folder.
set(TACTUS_PLUGIN_NOTE "${CMAKE_CURRENT_LIST_DIR}/own_plugin_note.c")
function(tactus_add_plugin NAME)
  cmake_parse_arguments(ARG "" "" "ENGINE;RIM;LIBRARIES" ${ARGN})
  set(libraries tactus_flags tactus_sdk fmt::fmt ${ARG_LIBRARIES})
  if(ARG_ENGINE)
    add_library(${NAME}_engine STATIC ${ARG_ENGINE})
    target_include_directories(${NAME}_engine PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
    target_link_libraries(${NAME}_engine PUBLIC ${libraries})
    list(APPEND libraries ${NAME}_engine)
  endif()
  add_library(plugin_${NAME} MODULE ${ARG_RIM})
  target_include_directories(plugin_${NAME} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(plugin_${NAME} PRIVATE ${libraries})
  # Known good: the daemon of the same version loads it without a trial in a child process (core/src/host/elf_check.hpp).
  target_sources(plugin_${NAME} PRIVATE "${TACTUS_PLUGIN_NOTE}")
  target_compile_definitions(plugin_${NAME} PRIVATE TACTUS_OWN_VERSION="${PROJECT_VERSION}")
  set_target_properties(plugin_${NAME} PROPERTIES
    PREFIX "" OUTPUT_NAME "${NAME}" LIBRARY_OUTPUT_DIRECTORY "${TACTUS_PLUGIN_BUILD_DIR}")
  target_link_options(plugin_${NAME} PRIVATE -Wl,--exclude-libs,ALL -Wl,--as-needed)
  if(NOT TACTUS_SANITIZE)  # the sanitizers' own symbols come from the program
    target_link_options(plugin_${NAME} PRIVATE -Wl,-z,defs)
  endif()
  install(TARGETS plugin_${NAME} LIBRARY DESTINATION "${TACTUS_PLUGIN_SUBDIR}" COMPONENT plugin-${NAME})
endfunction()

tactus_unit_test(test_host unit/host LIBRARIES tactus_host)
if(TARGET test_host)
  add_library(host_exercise MODULE "${CMAKE_CURRENT_LIST_DIR}/plugins/exercise.cc")
  target_link_libraries(host_exercise PRIVATE tactus_flags tactus_sdk)
  set_target_properties(host_exercise PROPERTIES PREFIX "" OUTPUT_NAME exercise
                        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests/host_plugins")
  add_dependencies(test_host host_exercise abi_good abi_oldest abi_crash_create abi_abort_start)
  target_compile_definitions(test_host PRIVATE HOST_PLUGINS="${CMAKE_BINARY_DIR}/tests/host_plugins"
                             ABI_PLUGINS="${CMAKE_BINARY_DIR}/tests/abi/plugins")
endif()

find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_config unit/config LIBRARIES tactus_config nlohmann_json::nlohmann_json)
target_sources(test_config PRIVATE
  "${CMAKE_SOURCE_DIR}/plugins/ntp/options.cc" "${CMAKE_SOURCE_DIR}/plugins/cmdmon/options.cc"
  "${CMAKE_SOURCE_DIR}/plugins/symkey/options.cc" "${CMAKE_SOURCE_DIR}/plugins/shm/options.cc"
  "${CMAKE_SOURCE_DIR}/plugins/sock/options.cc" "${CMAKE_SOURCE_DIR}/plugins/netptp/options.cc"
  "${CMAKE_SOURCE_DIR}/plugins/udp/options.cc" "${CMAKE_SOURCE_DIR}/plugins/varlink/options.cc"
  "${CMAKE_SOURCE_DIR}/plugins/metrics/options.cc" "${CMAKE_SOURCE_DIR}/plugins/phc/options.cc")
target_include_directories(test_config PRIVATE "${CMAKE_SOURCE_DIR}")
add_dependencies(test_config tactus_yaml)

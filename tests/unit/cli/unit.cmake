find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_cli unit/cli LIBRARIES cmdmon_engine tactus_cli nlohmann_json::nlohmann_json)
# The channels and daemons that are functions.
target_sources(test_cli PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/cmdmon/support.cc")
target_include_directories(test_cli PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/cmdmon")

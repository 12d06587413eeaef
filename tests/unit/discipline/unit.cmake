tactus_unit_test(test_discipline unit/discipline LIBRARIES tactus_discipline)
target_include_directories(test_discipline PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/discipline")

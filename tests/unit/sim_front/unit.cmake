find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_sim_front unit/sim_front LIBRARIES tactus_sim_front nlohmann_json::nlohmann_json)
target_compile_definitions(test_sim_front PRIVATE TACTUS_DOCS="${CMAKE_SOURCE_DIR}/docs"
                           TACTUS_SCENARIOS="${CMAKE_SOURCE_DIR}/tests/sim/scenarios")

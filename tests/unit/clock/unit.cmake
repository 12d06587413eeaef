find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_clock unit/clock LIBRARIES tactus_clock timex_engine nlohmann_json::nlohmann_json)

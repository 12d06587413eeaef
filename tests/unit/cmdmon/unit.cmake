find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_cmdmon unit/cmdmon LIBRARIES cmdmon_engine tactus_cli nlohmann_json::nlohmann_json)

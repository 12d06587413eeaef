tactus_unit_test(test_log unit/log LIBRARIES tactus_log)

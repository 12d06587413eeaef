tactus_unit_test(test_loop unit/loop LIBRARIES tactus_loop)

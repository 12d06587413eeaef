tactus_unit_test(test_chart unit/chart LIBRARIES tactus_chart)

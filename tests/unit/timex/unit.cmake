tactus_unit_test(test_timex unit/timex LIBRARIES timex_engine)

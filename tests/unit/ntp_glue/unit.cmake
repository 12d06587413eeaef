tactus_unit_test(test_ntp_glue unit/ntp_glue LIBRARIES ntp_engine)

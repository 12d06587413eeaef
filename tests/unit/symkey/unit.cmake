tactus_unit_test(test_symkey unit/symkey LIBRARIES symkey_engine)

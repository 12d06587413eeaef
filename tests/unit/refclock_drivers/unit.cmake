tactus_unit_test(test_shm unit/refclock_drivers/shm LIBRARIES shm_engine)
tactus_unit_test(test_sock unit/refclock_drivers/sock LIBRARIES sock_engine)

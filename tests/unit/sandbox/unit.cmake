tactus_unit_test(test_sandbox unit/sandbox LIBRARIES tactus_sandbox)
# The filters are loaded for real, in children.
add_dependencies(test_sandbox tactus_seccomp)

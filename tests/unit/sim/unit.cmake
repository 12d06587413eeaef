# Whole daemons in one process; the plugins are the real ones.
tactus_unit_test(test_sim unit/sim LIBRARIES tactus_simulation)
target_compile_definitions(test_sim PRIVATE TEST_PLUGIN_FOLDER="${TACTUS_PLUGIN_BUILD_DIR}"
                           TEST_MODULE_FOLDER="${CMAKE_BINARY_DIR}/lib")
add_dependencies(test_sim plugin_ntp plugin_symkey tactus_yaml)

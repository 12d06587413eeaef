find_package(nlohmann_json REQUIRED)
tactus_unit_test(test_daemon unit/daemon LIBRARIES tactus_daemon nlohmann_json::nlohmann_json)
# The command lines are run with the real program, started under chronyd's name.
add_dependencies(test_daemon tactusd tactus_seccomp plugin_null)
foreach(plugin cmdmon ntp udp symkey)
  if(TARGET plugin_${plugin})
    add_dependencies(test_daemon plugin_${plugin})
  endif()
endforeach()

if(TARGET plugin_netptp)
  find_package(nlohmann_json REQUIRED)
  tactus_unit_test(test_netptp unit/netptp LIBRARIES netptp_engine nlohmann_json::nlohmann_json)
endif()

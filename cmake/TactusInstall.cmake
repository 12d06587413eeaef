# What plugin authors need: find_package(Tactus) with Tactus::sdk and tactus_add_plugin, and tactus.pc.
include(CMakePackageConfigHelpers)

set(TACTUS_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/Tactus")
file(STRINGS "${CMAKE_SOURCE_DIR}/core/include/tactus/abi.h" abi_lines REGEX "#define TACTUS_ABI_(MAJOR|MINOR) [0-9]+u")
foreach(line IN LISTS abi_lines)
  string(REGEX MATCH "TACTUS_ABI_(MAJOR|MINOR) ([0-9]+)" ignored "${line}")
  set(TACTUS_ABI_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

set_target_properties(tactus_sdk PROPERTIES EXPORT_NAME sdk)
install(TARGETS tactus_sdk EXPORT TactusTargets)
install(EXPORT TactusTargets NAMESPACE Tactus:: DESTINATION "${TACTUS_PACKAGE_DIR}" COMPONENT dev)

configure_package_config_file("${CMAKE_SOURCE_DIR}/cmake/TactusConfig.cmake.in"
                              "${CMAKE_CURRENT_BINARY_DIR}/package/TactusConfig.cmake"
                              INSTALL_DESTINATION "${TACTUS_PACKAGE_DIR}" PATH_VARS TACTUS_PLUGIN_SUBDIR)
# Plugins stay loadable within a major version of the ABI; the package's version is that of the project.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/package/TactusConfigVersion.cmake"
                                 VERSION "${PROJECT_VERSION}" COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package/TactusConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/package/TactusConfigVersion.cmake"
              "${CMAKE_SOURCE_DIR}/cmake/TactusAddPlugin.cmake"
        DESTINATION "${TACTUS_PACKAGE_DIR}" COMPONENT dev)

file(RELATIVE_PATH TACTUS_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" TACTUS_PC_TO_PREFIX "${TACTUS_PC_TO_PREFIX}")
configure_file("${CMAKE_SOURCE_DIR}/cmake/tactus.pc.in" "${CMAKE_CURRENT_BINARY_DIR}/package/tactus.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/package/tactus.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT dev)

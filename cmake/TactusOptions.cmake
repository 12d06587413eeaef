# Build options, warnings, ccache, precompiled headers: the flags that every target gets through tactus_flags.
option(TACTUS_BUILD_TESTS "Build the tests" ON)
option(TACTUS_WERROR "Warnings are errors" ON)
set(TACTUS_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
option(TACTUS_FUZZ "Build libFuzzer targets (needs clang)" OFF)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

# Where plugins are installed and looked for, relative to the prefix.
set(TACTUS_PLUGIN_SUBDIR "${CMAKE_INSTALL_LIBDIR}/tactus/plugins" CACHE STRING "Plugin folder below the prefix")
set(TACTUS_PLUGIN_BUILD_DIR "${CMAKE_BINARY_DIR}/plugins.d")

add_library(tactus_flags INTERFACE)
target_compile_options(tactus_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wcast-align -Wformat=2
  -fno-plt -fstack-protector-strong $<$<CONFIG:RelWithDebInfo,Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
target_compile_options(tactus_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 has false positives of these in optimised code of the standard library.
  target_compile_options(tactus_flags INTERFACE -Wno-restrict -Wno-dangling-pointer)
  # ccache needs this to cache users of a precompiled header.
  target_compile_options(tactus_flags INTERFACE -fpch-preprocess)
endif()
if(TACTUS_WERROR)
  target_compile_options(tactus_flags INTERFACE -Werror)
endif()
if(TACTUS_SANITIZE)
  target_compile_options(tactus_flags INTERFACE -fsanitize=${TACTUS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
                         -U_FORTIFY_SOURCE)
  # Instrumented code of the standard library confuses GCC's flow analysis.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(tactus_flags INTERFACE -Wno-maybe-uninitialized)
    if(TACTUS_SANITIZE MATCHES "thread")  # it does not see fences; those are between processes here
      target_compile_options(tactus_flags INTERFACE -Wno-tsan)
    endif()
  endif()
  target_link_options(tactus_flags INTERFACE -fsanitize=${TACTUS_SANITIZE})
endif()
if(TACTUS_FUZZ)
  # Coverage of the libraries that a fuzz target drives; the targets themselves are in tests/fuzz.
  target_compile_options(tactus_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
target_link_options(tactus_flags INTERFACE -Wl,-z,relro,-z,now)

# The public headers.
add_library(tactus_sdk INTERFACE)
target_include_directories(tactus_sdk INTERFACE "$<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/core/include>"
                           "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(tactus_sdk INTERFACE cxx_std_20)

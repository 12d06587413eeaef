# Installs Tactus' development files to a temporary prefix, builds the example plugin against them as a stranger would, and loads
# it with the daemon's loader. Then the same example against headers of a made-up ABI 2.0, which has to be refused.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DLOADER=... -DCOMPILER=... [-DFLAGS=...] [-DSANITIZE=...] -P example_test.cmake
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}\n${output}")
  endif()
endfunction()

# build_example(prefix folder): the example against the package below prefix.
function(build_example PREFIX FOLDER)
  set(flags "${FLAGS}")
  if(SANITIZE)
    string(APPEND flags " -fsanitize=${SANITIZE}")
  endif()
  run("${CMAKE_COMMAND}" -S "${SOURCE}" -B "${FOLDER}" "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
      "-DCMAKE_CXX_FLAGS=${flags}" -DCMAKE_BUILD_TYPE=Debug)
  run("${CMAKE_COMMAND}" --build "${FOLDER}")
  # The installed file is what counts: owner and mode as an administrator would have them.
  # It belongs into the plugin folder of the Tactus that it was built against; nothing of the machine is touched.
  set(ENV{DESTDIR} "${PREFIX}/root")
  run("${CMAKE_COMMAND}" --install "${FOLDER}")
  unset(ENV{DESTDIR})
endfunction()

# expect(prefix status pattern): what the loader says of the installed example.
function(expect PREFIX STATUS PATTERN)
  file(GLOB_RECURSE plugins "${PREFIX}/root/*counter.so")
  list(LENGTH plugins count)
  if(NOT count EQUAL 1)
    message(FATAL_ERROR "the example was not installed below ${PREFIX}: '${plugins}'")
  endif()
  get_filename_component(folder "${plugins}" DIRECTORY)
  execute_process(COMMAND "${LOADER}" "${folder}" counter RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE errors)
  if(NOT status EQUAL STATUS OR NOT output MATCHES "${PATTERN}")
    message(FATAL_ERROR "loading gave status ${status} and '${output}${errors}', expected '${PATTERN}'")
  endif()
  message(STATUS "${output}")
endfunction()

file(REMOVE_RECURSE "${WORK}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/installed" --component dev)
build_example("${WORK}/installed" "${WORK}/build")
expect("${WORK}/installed" 0 "^loaded counter 1\\.0\\.0: refclock counter\n$")

run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${WORK}/future" --component dev)
file(READ "${WORK}/future/include/tactus/abi.h" header)
string(REPLACE "#define TACTUS_ABI_MAJOR 1u" "#define TACTUS_ABI_MAJOR 2u" header "${header}")
file(WRITE "${WORK}/future/include/tactus/abi.h" "${header}")
build_example("${WORK}/future" "${WORK}/build-future")
expect("${WORK}/future" 1
       "^Could not load plugin counter: .*/counter\\.so is built for plugin ABI 2\\.0, this Tactus has 1\\.0: install a build of it for ABI 1\n$")

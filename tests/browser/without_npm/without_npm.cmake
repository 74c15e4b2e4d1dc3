# Where there is no npm, or a Node.js that is too old, configuring says so in one sentence that names the way out, and
# that way builds a program without pages.
#   cmake -DRHUMB_SOURCE=... -DWORK=... -DCXX=... -DNINJA=... -DABSL=... -P without_npm.cmake
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK}/old)
# No folder of the system has an npm or a node.
set(bare -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF)

function(configure name)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR} -B ${WORK}/${name} -G Ninja -DRHUMB_SOURCE=${RHUMB_SOURCE}
            -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_MAKE_PROGRAM=${NINJA} -Dabsl_DIR=${ABSL} ${ARGN}
    RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  # CMake breaks its lines where it likes.
  string(REGEX REPLACE "[ \n]+" " " said "${said}")
  set(result "${result}" PARENT_SCOPE)
  set(said "${said}" PARENT_SCOPE)
endfunction()

function(expect_refusal words)
  if(result EQUAL 0)
    message(FATAL_ERROR "configured without what the pages need: ${said}")
  endif()
  string(FIND "${said}" "${words}" at)
  if(at LESS 0)
    message(FATAL_ERROR "does not say \"${words}\" but: ${said}")
  endif()
endfunction()

configure(missing ${bare})
expect_refusal("npm and node (Node.js 20.19 or later) are needed to build the pages; install them, or build a program without pages: -DRHUMB_WEB=OFF")

file(WRITE ${WORK}/old/node "#!/bin/sh\necho v18.19.0\n")
file(CHMOD ${WORK}/old/node PERMISSIONS OWNER_READ OWNER_EXECUTE)
configure(outdated ${bare} -DRHUMB_NPM=${WORK}/old/node -DRHUMB_NODE=${WORK}/old/node)
expect_refusal("is Node.js 18.19.0; the pages need 20.19 or later: install it, or build a program without pages: -DRHUMB_WEB=OFF")

configure(off ${bare} -DRHUMB_WEB=OFF)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "-DRHUMB_WEB=OFF does not configure: ${said}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/off RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "-DRHUMB_WEB=OFF does not build: ${said}")
endif()
execute_process(COMMAND ${WORK}/off/has_no_pages RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "a program without pages has some")
endif()

# Compiler settings that hold for the whole tree: language level, warnings, sanitizers, ccache and mold.

set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

option(RHUMB_WERROR "Treat warnings in Rhumb's own code as errors" ON)
option(RHUMB_FUZZ "Build the libFuzzer targets of tests/fuzz (needs clang)" OFF)
set(RHUMB_SANITIZE "" CACHE STRING "Sanitizers for the whole build: 'address,undefined' or 'thread'")

find_program(RHUMB_CCACHE ccache)
if(RHUMB_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${RHUMB_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${RHUMB_CCACHE})
endif()

find_program(RHUMB_MOLD mold)
if(RHUMB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

if(RHUMB_SANITIZE)
  add_compile_options(-fsanitize=${RHUMB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RHUMB_SANITIZE})
  if(RHUMB_SANITIZE MATCHES "thread")
    # Headers of Protobuf give classes another layout when they see this, and its library was built without.
    add_compile_options(-U__SANITIZE_THREAD__)
  endif()
endif()

# Linked by every target that holds our own code; generated code does without.
add_library(rhumb_warnings INTERFACE)
target_compile_options(rhumb_warnings INTERFACE $<BUILD_INTERFACE:-Wall> $<BUILD_INTERFACE:-Wextra>
  $<BUILD_INTERFACE:-Wpedantic>)
if(RHUMB_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC's flow analysis reports false positives in the standard library once sanitizers are woven in.
  target_compile_options(rhumb_warnings INTERFACE $<BUILD_INTERFACE:-Wno-maybe-uninitialized>)
endif()
if(RHUMB_WERROR)
  target_compile_options(rhumb_warnings INTERFACE $<BUILD_INTERFACE:-Werror>)
endif()

# What every program of our own needs beside its libraries: under a sanitizer, what that must be told.
function(rhumb_program name)
  if(RHUMB_SANITIZE MATCHES "address")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/asan_program.cc)
  endif()
  if(RHUMB_SANITIZE MATCHES "thread")
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/tsan_program.cc)
    target_link_libraries(${name} PRIVATE absl::synchronization ${CMAKE_DL_LIBS})
  endif()
endfunction()

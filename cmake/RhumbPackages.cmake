# Debian packages, made by scripts/package with CPack: one a component of RhumbInstall.cmake. What CPack does not write
# itself (changelogs, copyright, compressed manual pages) is added by packages/debian_files.cmake.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rhumb)
set(CPACK_PACKAGE_VENDOR "Rhumb")
set(CPACK_PACKAGE_CONTACT "Rhumb maintainers <maintainers@rhumb.example>" CACHE STRING "Maintainer of the Debian packages")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # /etc is outside the prefix
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL rhumb training ns3 dev python)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/packages/debian_files.cmake)
set(CPACK_RHUMB_SOURCE_DIR ${PROJECT_SOURCE_DIR})

# rhumb_debian_package(COMPONENT NAME SECTION SUMMARY TEXT [ARCHITECTURE a] DEPENDS ... RECOMMENDS ... SUGGESTS ... CONTROL file...)
macro(rhumb_debian_package component)
  cmake_parse_arguments(ARG "" "NAME;SECTION;SUMMARY;TEXT;ARCHITECTURE" "DEPENDS;RECOMMENDS;SUGGESTS;CONTROL" ${ARGN})
  string(TOUPPER ${component} key)
  set(CPACK_DEBIAN_${key}_PACKAGE_NAME ${ARG_NAME})
  set(CPACK_DEBIAN_${key}_PACKAGE_SECTION ${ARG_SECTION})
  set(CPACK_DEBIAN_${key}_DESCRIPTION "${ARG_SUMMARY}\n${ARG_TEXT}")
  foreach(kind DEPENDS RECOMMENDS SUGGESTS)
    list(JOIN ARG_${kind} ", " CPACK_DEBIAN_${key}_PACKAGE_${kind})
  endforeach()
  set(CPACK_DEBIAN_${key}_PACKAGE_SHLIBDEPS ON)
  if(ARG_ARCHITECTURE)
    set(CPACK_DEBIAN_${key}_PACKAGE_ARCHITECTURE ${ARG_ARCHITECTURE})
    set(CPACK_DEBIAN_${key}_PACKAGE_SHLIBDEPS OFF)
  endif()
  list(TRANSFORM ARG_CONTROL PREPEND ${PROJECT_SOURCE_DIR}/cmake/packages/)
  set(CPACK_DEBIAN_${key}_PACKAGE_CONTROL_EXTRA "${ARG_CONTROL}")
endmacro()

rhumb_debian_package(rhumb NAME rhumb SECTION net
  SUMMARY "neural traffic routing controller for wide-area networks"
  TEXT "A deep reinforcement-learning agent splits every demand over candidate paths.
Rhumb replays recorded and generated traffic over real networks under the
agent, shortest path, ECMP, constrained shortest path and the linear-program
optimum, and steers live networks: SDN controllers connect to it over gRPC.
.
The service rhumb.service is installed and not started."
  # The unit's reload runs /bin/kill; the user comes from sysusers.d.
  DEPENDS procps "systemd | systemd-standalone-sysusers | systemd-sysusers"
  RECOMMENDS rhumb-ns3
  SUGGESTS rhumb-training rhumb-dev python3-rhumb
  CONTROL rhumb/conffiles rhumb/postinst rhumb/prerm rhumb/postrm)
rhumb_debian_package(training NAME rhumb-training SECTION net
  SUMMARY "neural traffic routing controller - training"
  TEXT "The module behind 'rhumb train', which learns the agent's weights in
simulation, on one processor or on many under mpirun. It is a package of its
own because it brings LibTorch, without which the trained agent runs."
  DEPENDS "rhumb (= ${PROJECT_VERSION})"
  RECOMMENDS rhumb-ns3)
rhumb_debian_package(ns3 NAME rhumb-ns3 SECTION net
  SUMMARY "neural traffic routing controller - ns-3 worker"
  TEXT "The worker program that plays traffic packet by packet in ns-3 for
'rhumb replay --simulator ns3' and 'rhumb train --stage packet'. It is a
program and a package of its own because ns-3 makes it GPL-2.0-only.")
rhumb_debian_package(dev NAME rhumb-dev SECTION libdevel
  SUMMARY "neural traffic routing controller - policy development"
  TEXT "Static libraries, headers, a CMake package and a pkg-config file for routing
policies of one's own, which 'rhumb replay' loads as modules, and the tests of
what every policy promises."
  DEPENDS "rhumb (= ${PROJECT_VERSION})" libabsl-dev libprotobuf-dev libarchive-dev libboost-graph-dev libpugixml-dev nlohmann-json3-dev
          zlib1g-dev coinor-libclp-dev
  SUGGESTS cmake libgtest-dev libgmock-dev)
rhumb_debian_package(python NAME python3-rhumb SECTION python ARCHITECTURE all
  SUMMARY "neural traffic routing controller - Python"
  TEXT "For Python: rhumb_client connects an SDN controller to Rhumb, rhumb_osken is
an os-ken application that lets Rhumb steer OpenFlow switches, rhumb_gym
offers the simulators as an environment in the style of Gymnasium and PettingZoo,
rhumb_agent reads checkpoints and decides in numpy, and rhumb.v1 are the messages
of the API."
  DEPENDS "python3 (>= 3.11)" python3-grpcio python3-protobuf python3-numpy
  RECOMMENDS rhumb
  SUGGESTS python3-os-ken python3-eventlet
  CONTROL python/postinst python/prerm)
include(CPack)

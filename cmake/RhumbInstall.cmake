# What `cmake --install` lays down, all of it here. One component a Debian package (RhumbPackages.cmake):
#   rhumb     the program, the agent's module, networks, checkpoints, manual pages, completion, the systemd unit
#   training  the module of `rhumb train`, apart because it needs LibTorch
#   ns3       the ns-3 worker, apart because it is GPL-2.0-only
#   dev       libraries, headers, CMake package and pkg-config file for policy modules; the contract tests
#   python    the client, the environment, the os-ken application and the messages, for Python
# topologies/installation.h finds these files relative to the program: the directories below are fixed, the prefix is not.
include(CMakePackageConfigHelpers)

set(RHUMB_PYTHON_DIR lib/python3/dist-packages CACHE STRING "Where Python packages go, below the prefix")

install(TARGETS rhumb RUNTIME DESTINATION bin COMPONENT rhumb)
install(TARGETS rhumb_neural LIBRARY DESTINATION lib/rhumb COMPONENT rhumb)
install(TARGETS rhumb_training LIBRARY DESTINATION lib/rhumb COMPONENT training)
install(TARGETS rhumb-ns3 RUNTIME DESTINATION libexec/rhumb COMPONENT ns3)

install(DIRECTORY topologies/data/ DESTINATION share/rhumb/topologies COMPONENT rhumb
  FILES_MATCHING PATTERN "*.json" PATTERN "*.json.gz" PATTERN "SOURCES.md")
install(DIRECTORY agents/neural/checkpoints/ DESTINATION share/rhumb/checkpoints COMPONENT rhumb
  FILES_MATCHING PATTERN "*.ckpt")
install(DIRECTORY agents/training/configs/ DESTINATION share/rhumb/configs COMPONENT rhumb FILES_MATCHING PATTERN "*.toml")

# A licence stands with what it covers.
install(FILES LICENSE DESTINATION share/rhumb COMPONENT rhumb)
install(FILES simulator/ns3_worker/LICENSE DESTINATION libexec/rhumb COMPONENT ns3)

# The unit and the configuration that it reads name the prefix, which is known when the files are installed.
install(CODE "set(RHUMB_TEMPLATES \"${PROJECT_SOURCE_DIR}/controller/serving/configuration\")
include(\"${PROJECT_SOURCE_DIR}/cmake/install/service_files.cmake\")" COMPONENT rhumb)
install(FILES controller/serving/configuration/rhumb.toml DESTINATION share/rhumb COMPONENT rhumb)
install(FILES controller/serving/configuration/rhumb.sysusers DESTINATION lib/sysusers.d RENAME rhumb.conf COMPONENT rhumb)

# Manual pages and completion come from the program's own table of commands.
set(documents ${PROJECT_BINARY_DIR}/documents)
file(MAKE_DIRECTORY ${documents}/man1 ${documents}/bash ${documents}/zsh)
add_custom_command(
  OUTPUT ${documents}/made
  COMMAND ${CMAKE_COMMAND} -DRHUMB=$<TARGET_FILE:rhumb> -DDOCUMENTS=${documents}
          -P ${PROJECT_SOURCE_DIR}/cmake/install/program_documents.cmake
  DEPENDS rhumb ${PROJECT_SOURCE_DIR}/cmake/install/program_documents.cmake
  COMMENT "Writing manual pages and completion")
add_custom_target(rhumb_documents ALL DEPENDS ${documents}/made)
install(DIRECTORY ${documents}/man1 DESTINATION share/man COMPONENT rhumb)
install(DIRECTORY ${documents}/bash/ DESTINATION share/bash-completion/completions COMPONENT rhumb)
install(DIRECTORY ${documents}/zsh/ DESTINATION share/zsh/vendor-completions COMPONENT rhumb)

# What policy modules link. Libraries are static: a module takes along what it uses.
set(libraries rhumb_warnings rhumb_proto rhumb_api rhumb_worker_proto rhumb_traffic_model rhumb_topologies rhumb_simulator rhumb_baselines rhumb_trees rhumb_agents)
foreach(library ${libraries})
  string(REPLACE rhumb_ "" name ${library})
  set_target_properties(${library} PROPERTIES EXPORT_NAME ${name})
endforeach()
add_library(rhumb_testing INTERFACE)
target_link_libraries(rhumb_testing INTERFACE rhumb_agents rhumb_api)
target_include_directories(rhumb_testing INTERFACE $<INSTALL_INTERFACE:include/rhumb/testing>)
set_target_properties(rhumb_testing PROPERTIES EXPORT_NAME testing)
install(TARGETS ${libraries} rhumb_testing EXPORT rhumb COMPONENT dev
  ARCHIVE DESTINATION lib
  INCLUDES DESTINATION include/rhumb)
install(EXPORT rhumb NAMESPACE rhumb:: DESTINATION lib/cmake/rhumb FILE rhumb-targets.cmake COMPONENT dev)
configure_package_config_file(cmake/install/rhumb-config.cmake.in ${PROJECT_BINARY_DIR}/rhumb-config.cmake
  INSTALL_DESTINATION lib/cmake/rhumb)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/rhumb-config-version.cmake COMPATIBILITY ExactVersion)
install(FILES ${PROJECT_BINARY_DIR}/rhumb-config.cmake ${PROJECT_BINARY_DIR}/rhumb-config-version.cmake
  DESTINATION lib/cmake/rhumb COMPONENT dev)
configure_file(cmake/install/rhumb.pc.in ${PROJECT_BINARY_DIR}/rhumb.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/rhumb.pc DESTINATION lib/pkgconfig COMPONENT dev)

install(DIRECTORY topologies simulator agents DESTINATION include/rhumb COMPONENT dev
  FILES_MATCHING PATTERN "*.h"
  PATTERN ns3_worker EXCLUDE PATTERN neural EXCLUDE PATTERN training EXCLUDE PATTERN gym EXCLUDE PATTERN data EXCLUDE)
install(DIRECTORY ${PROJECT_BINARY_DIR}/proto/generated/rhumb DESTINATION include/rhumb COMPONENT dev
  FILES_MATCHING PATTERN "*.pb.h" PATTERN "*.grpc.pb.h" EXCLUDE PATTERN "simulation.pb.h" EXCLUDE)
# The interfaces that the contracts of environments and stores hold others to.
install(FILES agents/training/environment.h agents/training/reward.h DESTINATION include/rhumb/agents/training COMPONENT dev)
install(FILES controller/steering/plan/live_plan.h DESTINATION include/rhumb/controller/steering/plan COMPONENT dev)
install(FILES controller/steering/store/kept_demands.h controller/steering/store/memory_store.h
  controller/steering/store/store.h
  DESTINATION include/rhumb/controller/steering/store COMPONENT dev)
# Contract tests, what they include, and the fakes; their #include lines read as in this tree.
install(DIRECTORY tests DESTINATION include/rhumb/testing COMPONENT dev
  FILES_MATCHING PATTERN "*_contract.h" PATTERN "fake_*.h" PATTERN "networks.h" PATTERN "observations.h" PATTERN "plans.h"
  PATTERN "scripted_environment.h"
  PATTERN serving EXCLUDE PATTERN cli EXCLUDE PATTERN replay EXCLUDE PATTERN end_to_end EXCLUDE PATTERN fuzz EXCLUDE PATTERN benchmark EXCLUDE
  PATTERN gym EXCLUDE PATTERN outside_policy EXCLUDE)

foreach(package agents/gym/rhumb_gym agents/open_model/rhumb_agent controller/adapters/rhumb_client/rhumb_client controller/adapters/osken/rhumb_osken)
  install(DIRECTORY ${package} DESTINATION ${RHUMB_PYTHON_DIR} COMPONENT python FILES_MATCHING PATTERN "*.py")
endforeach()
install(DIRECTORY ${PROJECT_BINARY_DIR}/python/rhumb DESTINATION ${RHUMB_PYTHON_DIR} COMPONENT python
  FILES_MATCHING PATTERN "*.py")

# Everything above, for those who want to build nothing else.
add_custom_target(rhumb_installed
  DEPENDS rhumb rhumb_neural rhumb_training rhumb-ns3 rhumb_documents rhumb_python_protos rhumb_agents)

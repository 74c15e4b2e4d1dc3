// `rhumb simulate-network`: a live network without switches, for a running `rhumb serve`.
#ifndef RHUMB_CONTROLLER_CLI_SIMULATE_NETWORK_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_SIMULATE_NETWORK_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command SimulateNetworkCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_SIMULATE_NETWORK_COMMAND_H_

// `rhumb simulate-network`: a live network without switches, for a running `rhumb serve`.
#ifndef RHUMB_CONTROLLER_SIMULATE_NETWORK_COMMAND_H_
#define RHUMB_CONTROLLER_SIMULATE_NETWORK_COMMAND_H_

#include "controller/command_line.h"

namespace rhumb {

Command SimulateNetworkCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SIMULATE_NETWORK_COMMAND_H_

// `rhumb serve-sim`: the simulators over gRPC, for learners outside of Rhumb.
#ifndef RHUMB_CONTROLLER_CLI_SERVE_SIM_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_SERVE_SIM_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command ServeSimCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_SERVE_SIM_COMMAND_H_

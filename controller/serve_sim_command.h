// `rhumb serve-sim`: the simulators over gRPC, for learners outside of Rhumb.
#ifndef RHUMB_CONTROLLER_SERVE_SIM_COMMAND_H_
#define RHUMB_CONTROLLER_SERVE_SIM_COMMAND_H_

#include "controller/command_line.h"

namespace rhumb {

Command ServeSimCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVE_SIM_COMMAND_H_

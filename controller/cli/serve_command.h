// `rhumb serve`: steer a live network.
#ifndef RHUMB_CONTROLLER_CLI_SERVE_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_SERVE_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command ServeCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_SERVE_COMMAND_H_

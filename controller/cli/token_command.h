// `rhumb token`: make, list and remove the bearer tokens of a controller.
#ifndef RHUMB_CONTROLLER_CLI_TOKEN_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_TOKEN_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command TokenCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TOKEN_COMMAND_H_

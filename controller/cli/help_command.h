// `rhumb help`: the help of any command.
#ifndef RHUMB_CONTROLLER_CLI_HELP_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_HELP_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command HelpCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_HELP_COMMAND_H_

// Every subcommand of `rhumb`.
#ifndef RHUMB_CONTROLLER_CLI_COMMAND_TABLE_H_
#define RHUMB_CONTROLLER_CLI_COMMAND_TABLE_H_

#include <vector>

#include "controller/cli/frame/command_line.h"

namespace rhumb {

// In the order of help.
std::vector<Command> AllCommands();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_COMMAND_TABLE_H_

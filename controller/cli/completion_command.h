// `rhumb completion`: what a shell sources to complete commands of rhumb.
#ifndef RHUMB_CONTROLLER_CLI_COMPLETION_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_COMPLETION_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command CompletionCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_COMPLETION_COMMAND_H_

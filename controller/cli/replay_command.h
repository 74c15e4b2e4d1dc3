// `rhumb replay`: plays recorded or generated traffic over a topology and compares policies.
#ifndef RHUMB_CONTROLLER_CLI_REPLAY_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_REPLAY_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command ReplayCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_REPLAY_COMMAND_H_

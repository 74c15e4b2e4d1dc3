// `rhumb train`: learns the agent's weights in simulation.
#ifndef RHUMB_CONTROLLER_CLI_TRAIN_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_TRAIN_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command TrainCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TRAIN_COMMAND_H_

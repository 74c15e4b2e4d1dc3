// `rhumb ctl`: asks and instructs a running `rhumb serve`.
#ifndef RHUMB_CONTROLLER_CLI_CTL_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_CTL_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command CtlCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_CTL_COMMAND_H_

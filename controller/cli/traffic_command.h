// `rhumb traffic`: describes, converts and generates traffic matrices.
#ifndef RHUMB_CONTROLLER_CLI_TRAFFIC_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_TRAFFIC_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command TrafficCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TRAFFIC_COMMAND_H_

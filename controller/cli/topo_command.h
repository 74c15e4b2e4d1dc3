// `rhumb topo`: lists, describes, checks and converts networks, and shows candidate paths.
#ifndef RHUMB_CONTROLLER_CLI_TOPO_COMMAND_H_
#define RHUMB_CONTROLLER_CLI_TOPO_COMMAND_H_

#include "controller/cli/frame/command_line.h"

namespace rhumb {

Command TopoCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLI_TOPO_COMMAND_H_

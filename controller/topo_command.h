// `rhumb topo`: lists, describes, checks and converts networks, and shows candidate paths.
#ifndef RHUMB_CONTROLLER_TOPO_COMMAND_H_
#define RHUMB_CONTROLLER_TOPO_COMMAND_H_

#include "controller/command_line.h"

namespace rhumb {

Command TopoCommand();

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_TOPO_COMMAND_H_

// Demands whose paths died get others that can be used.
#ifndef RHUMB_AGENTS_TREES_SERVE_DEMANDS_H_
#define RHUMB_AGENTS_TREES_SERVE_DEMANDS_H_

#include "agents/trees/tree_demands.h"
#include "agents/trees/tree_routing.h"

namespace rhumb::trees {

// Gives every pair that is connected a path that can be used, and puts all demands on the links.
// Links fill up as demands come, so that not all of them take the same detour; on an empty network
// every pair takes its path of least inverse capacity. One search a destination that lost paths.
void ServeDemands(const TreeDemands& demands, TreeRouting* routing);

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_SERVE_DEMANDS_H_

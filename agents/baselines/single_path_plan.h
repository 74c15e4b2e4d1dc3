// Plans in which every demand takes one path.
#ifndef RHUMB_AGENTS_BASELINES_SINGLE_PATH_PLAN_H_
#define RHUMB_AGENTS_BASELINES_SINGLE_PATH_PLAN_H_

#include <vector>

#include "topologies/path_set.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// `path_of_pair` [nodes * nodes] holds the path of pair (source, destination) at source * nodes +
// destination; empty when there is none, and for a node with itself. The plan lists all ordered
// pairs of nodes.
RoutingPlan SinglePathPlan(const Topology& topology, const std::vector<Path>& path_of_pair);

// The canonical shortest path of every pair (see ShortestPathTree), over usable links.
RoutingPlan ShortestPathPlan(const Topology& topology, LinkMetric metric);

// `plan`, and for every pair that it leaves without paths although usable links connect it, the
// shortest path by IGP metric. Returns the plan itself when nothing is missing.
RoutingPlan CompletePlan(const Topology& topology, RoutingPlan plan);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_SINGLE_PATH_PLAN_H_

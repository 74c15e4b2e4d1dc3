// How busy the busiest link would be if routers were left to themselves, without making plans of
// it.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_REFERENCE_LOADS_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_REFERENCE_LOADS_H_

#include "controller/steering/guard/plan_rules.h"
#include "topologies/paths/igp_trees.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct ReferenceMlu {
  double shortest_path = 0;
  double ecmp = 0;
};

// Maximum link utilization of shortest path and of ECMP, by IGP metric, with pins that can be
// followed; what References::On gives as plans, for a fraction of the time: an answer to a failure
// waits for it. `trees`: of this topology. O(nodes^2) and the trees that are not kept, of nodes
// that send or receive.
ReferenceMlu MluOfReferences(const Topology& topology, const TrafficMatrix& demands,
                             const Pins& pins, IgpTrees* trees);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_REFERENCE_LOADS_H_

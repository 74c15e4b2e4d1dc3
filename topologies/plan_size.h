// What a plan asks of the network that installs it.
#ifndef RHUMB_TOPOLOGIES_PLAN_SIZE_H_
#define RHUMB_TOPOLOGIES_PLAN_SIZE_H_

#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct PlanSize {
  double paths_per_demand = 0;  // mean over demands above 0 that are routed; 0 without any
  double least_share = 1;       // smallest ratio above 0 of such a demand, in (0, 1]
  // Forwarding entries of the node that needs most: one for every path with a ratio above 0 that
  // begins at or passes through it, demands of 0 included.
  int most_entries = 0;
};

// O(path links of the plan).
PlanSize SizeOfPlan(const Topology& topology, const RoutingPlan& plan,
                    const TrafficMatrix& demands);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PLAN_SIZE_H_

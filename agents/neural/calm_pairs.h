// Where nothing is crowded, nothing needs to move.
#ifndef RHUMB_AGENTS_NEURAL_CALM_PAIRS_H_
#define RHUMB_AGENTS_NEURAL_CALM_PAIRS_H_

#include <vector>

#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::neural {

// The ratios of `decided` [paths], but those of `in_force` for every pair whose paths, where they
// carry 2 % of it or more, meet no link that `in_force` fills to `calm` of its capacity under the
// latest demands. Both plans are over the same path set. O(path links).
std::vector<double> KeepCalmPairs(const Topology& topology, const RoutingPlan& in_force,
                                  const RoutingPlan& decided, const TrafficMatrix& latest,
                                  double calm);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_CALM_PAIRS_H_

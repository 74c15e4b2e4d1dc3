// What load-aware baselines know of the traffic: the demands of the last interval.
#ifndef RHUMB_AGENTS_BASELINES_LATEST_DEMANDS_H_
#define RHUMB_AGENTS_BASELINES_LATEST_DEMANDS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "topologies/path_set.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// The latest matrix, null before the first interval ended. InvalidArgument when it has another
// number of nodes than the topology.
absl::StatusOr<const TrafficMatrix*> LatestDemands(const Observation& observation);

// Pairs with a demand above 0, the largest demand first; equal ones by source, then destination.
std::vector<NodePair> DemandsLargestFirst(const TrafficMatrix& demands);

// The decision of policies that know no demand yet: shortest path by IGP metric.
Decision DecideWithoutHistory(const Topology& topology);

// MLU of a plan if the demands were the same again.
double PredictMlu(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LATEST_DEMANDS_H_

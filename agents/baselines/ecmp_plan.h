// Equal-cost multipath: every node splits what it forwards to a destination equally over all its
// next hops on shortest paths. Parallel links are separate next hops, as routers have it unless
// they are bundled.
#ifndef RHUMB_AGENTS_BASELINES_ECMP_PLAN_H_
#define RHUMB_AGENTS_BASELINES_ECMP_PLAN_H_

#include "topologies/paths/shortest_paths.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// A demand of more equal-cost paths than this is described by at most one path a link instead.
constexpr int kMaxEcmpPaths = 64;

// ECMP as a plan. The ratio of a path is the product of the shares along it, which is what hashing
// at every hop gives. Where a demand has more than kMaxEcmpPaths paths (grids of equal costs have
// millions), its flow is decomposed into fewer paths: every link still carries exactly its share.
// Lists all ordered pairs of nodes. O(nodes * (links log nodes + nodes * path length)).
RoutingPlan EcmpPlan(const Topology& topology, LinkMetric metric);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_ECMP_PLAN_H_

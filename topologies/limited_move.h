// From one plan towards another, no further than moves so much traffic.
#ifndef RHUMB_TOPOLOGIES_LIMITED_MOVE_H_
#define RHUMB_TOPOLOGIES_LIMITED_MOVE_H_

#include <optional>

#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct LimitedMove {
  RoutingPlan plan;
  double wanted = 0;  // share of the traffic that going the whole way would move
};

// In both, `most` is a share of the traffic as MovedShare counts it. A demand that `from` does not
// route cannot wait: it is as in `to`, and not counted. Absent when going the whole way moves no
// more. Plans are valid on the topology.

// All demands the same part of the way. Where path sets differ, doing so again and again leaves
// more and more paths with less and less on them. O(path links).
std::optional<LimitedMove> LimitMoveOfAll(const RoutingPlan& from, const RoutingPlan& to,
                                          const TrafficMatrix& demands, double most);

// Whole demands, those first that relieve full links most for what they move; one that alone
// moves more than `most` goes part of the way when its turn comes and half of that is left. So at
// most one demand has paths of both plans. Demands of 0 move. Where that would fill a link further
// than both plans do, it is LimitMoveOfAll. O(path links + pairs log pairs).
std::optional<LimitedMove> LimitMoveByDemand(const Topology& topology, const RoutingPlan& from,
                                             const RoutingPlan& to, const TrafficMatrix& demands,
                                             double most);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_LIMITED_MOVE_H_

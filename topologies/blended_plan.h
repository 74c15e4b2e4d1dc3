// A plan that lies part of the way between two others.
#ifndef RHUMB_TOPOLOGIES_BLENDED_PLAN_H_
#define RHUMB_TOPOLOGIES_BLENDED_PLAN_H_

#include <optional>

#include "topologies/routing_plan.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Ratios of `from` and `to` in proportion (1 - share) to share, in [0, 1]. Paths are compared by
// their links, so the plans may have different path sets; the result shares the one that both have.
// Else it lists the pairs of `to`, each with the paths of `to` and then those of `from` that carry
// something; a pair that `from` does not route is as in `to`. Valid where both are. O(path links).
RoutingPlan Blend(const RoutingPlan& from, const RoutingPlan& to, double share);

struct LimitedMove {
  RoutingPlan plan;
  double wanted = 0;  // share of the traffic that going the whole way would have moved
};

// As far from `from` towards `to` as moves at most `most` of the traffic, see MovedShare; demands
// that `from` does not route count as moved, and cannot wait. Absent when going the whole way moves
// no more than that.
std::optional<LimitedMove> LimitMove(const RoutingPlan& from, const RoutingPlan& to,
                                     const TrafficMatrix& demands, double most);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_BLENDED_PLAN_H_

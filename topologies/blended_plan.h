// A plan that lies part of the way between two others.
#ifndef RHUMB_TOPOLOGIES_BLENDED_PLAN_H_
#define RHUMB_TOPOLOGIES_BLENDED_PLAN_H_

#include "topologies/routing_plan.h"

namespace rhumb {

// Ratios of `from` and `to` in proportion (1 - share) to share, in [0, 1]. Paths are compared by
// their links, so the plans may have different path sets; the result shares the one that both have.
// Else it lists the pairs of `to`, each with the paths of `to` and then those of `from` that carry
// something. A pair that one of the two does not route is as in `to`. Valid where both are. O(path
// links).
RoutingPlan Blend(const RoutingPlan& from, const RoutingPlan& to, double share);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_BLENDED_PLAN_H_

// Which demands of a plan must follow another one for no link to be filled further than is allowed.
//
// A plan that is worse than what routers do by themselves is rarely worse everywhere: a few demands
// over one link are. Taking the other plan whole would move all the others too.
#ifndef RHUMB_TOPOLOGIES_DEMAND_FALLBACK_H_
#define RHUMB_TOPOLOGIES_DEMAND_FALLBACK_H_

#include <optional>
#include <vector>

#include "absl/types/span.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// A matrix on which no link may be utilized further.
struct UtilizationLimit {
  const TrafficMatrix& demands;
  double mlu = 0;
};

struct DemandFallback {
  RoutingPlan plan;
  int demands = 0;          // of it, that are routed as in the reference
  int of = 0;               // demands above 0 in any of the matrices
  std::vector<double> mlu;  // under each of the matrices
};

// `plan` with so many demands routed as in `reference` that every limit is kept: those that relieve
// the link farthest above its limit, one at a time; who in the end need not have moved goes back.
// A demand that falls back has the reference's ratios, however many paths they are over; its own
// paths stay listed without a share, so that traffic has somewhere to go when a link fails.
//
// Absent when even so a limit is broken, or when all demands that the two plans route differently
// would have to move: the reference itself is simpler then. Limits of the reference's own MLU can
// always be kept. Both plans are valid on `topology`. Deterministic. O(path links) and O(links +
// demands over one link) for every demand that moves.
std::optional<DemandFallback> FallBackByDemand(const Topology& topology, const RoutingPlan& plan,
                                               const RoutingPlan& reference,
                                               absl::Span<const UtilizationLimit> limits);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_DEMAND_FALLBACK_H_

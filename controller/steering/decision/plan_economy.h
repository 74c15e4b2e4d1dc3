// Makes a policy's answer cheap to install: few paths, and few demands that change.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_PLAN_ECONOMY_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_PLAN_ECONOMY_H_

#include <memory>
#include <optional>
#include <vector>

#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct EconomyOptions {
  // Shares below it are given to the demand's other paths; 0 leaves the plan as it is.
  double smallest_share = 0;
  // A demand may stay on the paths it has while their mean delay is at most this much longer.
  double max_delay_stretch = 1.1;
  // Predicted MLU may rise by this share of it on each of the matrices.
  double mlu_tolerance = 5e-3;
};

// `proposal` with fewer paths and fewer changes from `in_force`, as far as the tolerances allow. An
// agent's soft choice puts something on every path and moves every demand a little at every
// decision; each share costs a tunnel and each change an update in every adapter, and most carry
// next to nothing.
//
// Shares go in two steps: those below `smallest_share` of their demand (or a half or a quarter of
// it), then those that carry least, together up to half of the traffic. Most demands of a network
// are small and end on one path; the few large ones stay split. Then the demands that would move
// least keep the split they have: up to 31 of 32. Each step goes as far as the tolerance allows,
// and none so far that more traffic moves from `in_force` than the proposal would move. Paths
// without a share stay in the plan's path set, as ways out when a link fails. `demands` are the
// latest matrices, the latest last; without any, only shares below `smallest_share` go. A malformed
// proposal comes back as it is: judging it is the guard's. O(matrices * path links), and a look-up
// for each path; up to three times where a sparse plan would move too much.
RoutingPlan Economical(const Topology& topology, RoutingPlan proposal,
                       const std::optional<RoutingPlan>& in_force,
                       const std::vector<std::shared_ptr<const TrafficMatrix>>& demands,
                       const EconomyOptions& options);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_PLAN_ECONOMY_H_

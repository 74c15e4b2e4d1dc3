// Lets a policy's plan pass, or replaces it: no plan reaches a network that could be worse than
// what routers do by themselves.
#ifndef RHUMB_CONTROLLER_STEERING_GUARD_SAFETY_GUARD_H_
#define RHUMB_CONTROLLER_STEERING_GUARD_SAFETY_GUARD_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "controller/steering/guard/guard_options.h"
#include "rhumb/v1/live_plan.pb.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

struct GuardInput {
  const Topology& topology;
  // What the policy says; an error when it failed or was late.
  const absl::StatusOr<RoutingPlan>& proposal;
  // What is in force, already free of dead paths; absent before the first plan.
  const std::optional<RoutingPlan>& in_force;
  const RoutingPlan& shortest_path;
  const RoutingPlan& ecmp;
  // The latest last; empty before any telemetry.
  const std::vector<std::shared_ptr<const TrafficMatrix>>& demands;
  // The plan answers a failure or an operator: moving much traffic is what it is for.
  bool forced = false;
  // Telemetry is lost, so what the matrices say of ECMP counts no more: without a proposal it is
  // shortest path.
  bool traffic_lost = false;
};

struct Verdict {
  RoutingPlan plan;
  rhumb::v1::GuardReport report;
  // False when what is in force stays as it is.
  bool changes = true;
};

// Stateless. The rules in order, each with what happens when it is broken:
//   no proposal, an invalid one, or one that leaves a connected demand out -> the last safe plan,
//     unless it breaks the next rule itself
//   MLU above that of the better of shortest path and ECMP on one of the latest matrices
//     -> the proposal with some demands on the better of both, see FallBackByDemand, held to the
//     rules below; where that is not enough, of the last safe plan, shortest path and ECMP the one
//     with the lowest MLU now
//   gain below the hysteresis -> the plan in force stays (unless it breaks the MLU rule itself)
//   more traffic moved than allowed -> the part of the way that moves just as much
// The last safe plan is the one in force if it is valid and routes all, else the better of shortest
// path and ECMP.
// O(matrices * path links), and for a proposal above the MLU of both what FallBackByDemand costs.
Verdict Guard(const GuardInput& input, const GuardOptions& options);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_GUARD_SAFETY_GUARD_H_

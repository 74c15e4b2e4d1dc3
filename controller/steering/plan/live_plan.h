// A plan as it is handed to the network, with the topology its ids refer to.
#ifndef RHUMB_CONTROLLER_STEERING_PLAN_LIVE_PLAN_H_
#define RHUMB_CONTROLLER_STEERING_PLAN_LIVE_PLAN_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rhumb/v1/live_plan.pb.h"
#include "rhumb/v1/south.pb.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// Immutable once published; shared by history, streams and store.
struct LivePlan {
  rhumb::v1::PlanHeader header;
  RoutingPlan plan;
  Topology topology;
  std::string policy_note;

  uint64_t version() const { return header.plan_version(); }
};
using LivePlanPtr = std::shared_ptr<const LivePlan>;

// What is told of a plan that was in force before.
struct EarlierPlan {
  uint64_t version = 0;
  rhumb::v1::PlanReason reason = rhumb::v1::PLAN_REASON_UNSPECIFIED;
  std::string model;
  absl::Time decided_at;
};

// Of the routes by names, in any order of demands; never 0. Two plans whose ratios differ by less
// than 1e-9 mostly have the same. O(names + path links).
uint64_t RoutesDigest(const Topology& topology, const RoutingPlan& plan);

// Whether both split every demand alike: ratios that differ by less than 1e-9 are the same.
bool SameRoutes(const RoutingPlan& a, const RoutingPlan& b);

// The whole plan by names; paths with a ratio of 0 are left out.
rhumb::v1::LivePlan ToProto(const LivePlan& plan);

// What leads from `base` to `plan`; a reset with the whole plan when `base` is null, of another
// epoch or on another structure. Ratios that differ by less than 1e-9 are the same. The nonce names
// both versions. `update` is empty, and may be on an arena: it has thousands of small parts.
void WriteUpdate(const LivePlan* base, const LivePlan& plan, rhumb::v1::PlanUpdate* update);
rhumb::v1::PlanUpdate MakeUpdate(const LivePlan* base, const LivePlan& plan);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_PLAN_LIVE_PLAN_H_

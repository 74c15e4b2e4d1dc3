// The plan as an adapter holds it: what the plan stream has led to so far.
#ifndef RHUMB_CONTROLLER_CLIENT_HELD_PLAN_H_
#define RHUMB_CONTROLLER_CLIENT_HELD_PLAN_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "rhumb/v1/south.pb.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb {

// A route of an update with the names of its links, as it is without the update. InvalidArgument
// for a hop that the update names no link for.
absl::StatusOr<rhumb::v1::DemandRoute> RouteByName(const rhumb::v1::PlanUpdate& update,
                                                   rhumb::v1::DemandRoute route);

class HeldPlan {
 public:
  // Takes the update as a whole, or nothing of it: Aborted when it does not lead on from what is
  // held (the adapter answers so, and gets the whole plan), InvalidArgument as RouteByName,
  // FailedPrecondition when a leader sent it that was replaced by the one whose plan is held.
  // O(log demands) a route.
  absl::Status Apply(const rhumb::v1::PlanUpdate& update);

  // 0 before the first update.
  uint64_t version() const { return header_.plan_version(); }
  uint64_t epoch() const { return header_.epoch(); }
  const rhumb::v1::PlanHeader& header() const { return header_; }
  // By names of source and destination.
  const std::map<std::pair<std::string, std::string>, rhumb::v1::DemandRoute>& routes() const {
    return routes_;
  }

  // With the ids of `topology`. NotFound for a name that it does not have.
  absl::StatusOr<RoutingPlan> Resolve(const Topology& topology) const;

 private:
  rhumb::v1::PlanHeader header_;
  std::map<std::pair<std::string, std::string>, rhumb::v1::DemandRoute> routes_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_HELD_PLAN_H_

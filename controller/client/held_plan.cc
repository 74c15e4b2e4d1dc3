#include "controller/client/held_plan.h"

#include "absl/strings/str_format.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {

absl::Status HeldPlan::Apply(const rhumb::v1::PlanUpdate& update) {
  if (!update.reset() &&
      (update.header().epoch() != epoch() || update.base_plan_version() != version())) {
    return absl::AbortedError(absl::StrFormat(
        "the update leads on from plan %d of epoch %d, but plan %d of epoch %d is held; send the "
        "whole plan",
        update.base_plan_version(), update.header().epoch(), version(), epoch()));
  }
  if (update.reset()) routes_.clear();
  for (const auto& demand : update.removed()) {
    routes_.erase({demand.source(), demand.destination()});
  }
  for (const auto& route : update.routes()) routes_[{route.source(), route.destination()}] = route;
  header_ = update.header();
  return absl::OkStatus();
}

absl::StatusOr<RoutingPlan> HeldPlan::Resolve(const Topology& topology) const {
  rhumb::v1::RoutingPlan message;
  message.set_topology_version(topology.version());
  for (const auto& [pair, route] : routes_) *message.add_routes() = route;
  return FromProto(message, topology);
}

}  // namespace rhumb

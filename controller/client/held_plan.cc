#include "controller/client/held_plan.h"

#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {

absl::StatusOr<rhumb::v1::DemandRoute> RouteByName(const rhumb::v1::PlanUpdate& update,
                                                   rhumb::v1::DemandRoute route) {
  for (rhumb::v1::PathShare& share : *route.mutable_paths()) {
    for (uint32_t hop : share.hops()) {
      if (hop >= static_cast<uint32_t>(update.link_names_size())) {
        return absl::InvalidArgumentError(
            absl::StrFormat("route \"%s\" > \"%s\": hop %d, but the update names %d links",
                            route.source(), route.destination(), hop, update.link_names_size()));
      }
      share.add_links(update.link_names(static_cast<int>(hop)));
    }
    share.clear_hops();
  }
  return route;
}

absl::Status HeldPlan::Apply(const rhumb::v1::PlanUpdate& update) {
  const rhumb::v1::PlanHeader& next = update.header();
  if (next.term_scope() == header_.term_scope() && next.term() < header_.term()) {
    return absl::FailedPreconditionError(
        absl::StrFormat("plan %d is of the leader of term %d, which that of term %d has replaced",
                        next.plan_version(), next.term(), header_.term()));
  }
  if (!update.reset() &&
      (update.header().epoch() != epoch() || update.base_plan_version() != version())) {
    return absl::AbortedError(absl::StrFormat(
        "the update leads on from plan %d of epoch %d, but plan %d of epoch %d is held; send the "
        "whole plan",
        update.base_plan_version(), update.header().epoch(), version(), epoch()));
  }
  std::vector<rhumb::v1::DemandRoute> routes;
  for (const auto& route : update.routes()) {
    auto named = RouteByName(update, route);
    if (!named.ok()) return named.status();
    routes.push_back(*std::move(named));
  }
  if (update.reset()) routes_.clear();
  for (const auto& demand : update.removed()) {
    routes_.erase({demand.source(), demand.destination()});
  }
  for (rhumb::v1::DemandRoute& route : routes) {
    const std::pair key(route.source(), route.destination());
    routes_[key] = std::move(route);
  }
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

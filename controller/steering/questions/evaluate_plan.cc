#include "controller/steering/questions/evaluate_plan.h"

#include <memory>
#include <utility>

#include "absl/strings/str_format.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/questions/question_parts.h"
#include "controller/steering/state/topology_state.h"
#include "controller/steering/state/value_limits.h"

namespace rhumb {
namespace {

rhumb::v1::PlanOutcome Outcome(const Topology& topology, const RoutingPlan& plan,
                               const TrafficMatrix& demands) {
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  rhumb::v1::PlanOutcome outcome;
  outcome.set_mlu(MaxLinkUtilization(topology, loads.load_bps));
  outcome.set_unrouted_bps(loads.unrouted_bps);
  for (LinkId l : BusiestLinks(topology, loads.load_bps, kBusiest)) {
    WriteLoad(topology, l, loads.load_bps[l], outcome.add_busiest());
  }
  WriteLoads(topology, loads.load_bps, outcome.mutable_loads());
  return outcome;
}

absl::StatusOr<Topology> WithChanges(const Topology& topology,
                                     const rhumb::v1::EvaluatePlanRequest& request) {
  TopologyDelta delta;
  auto add = [&](const auto& names, absl::string_view field, LinkChange change) -> absl::Status {
    for (const std::string& name : names) {
      const auto links = LinksMeant(topology, name);
      if (!links.ok()) return AboutField(field, links.status());
      for (LinkId l : *links) {
        change.link = l;
        delta.push_back(change);
      }
    }
    return absl::OkStatus();
  };
  LinkChange fail, drain, undrain;
  fail.operational_state = OperationalState::kDown;
  drain.administrative_state = AdministrativeState::kDrained;
  undrain.administrative_state = AdministrativeState::kEnabled;
  if (auto s = add(request.failed_links(), "failed_links", fail); !s.ok()) return s;
  if (auto s = add(request.undrained_links(), "undrained_links", undrain); !s.ok()) return s;
  if (auto s = add(request.drained_links(), "drained_links", drain); !s.ok()) return s;
  return topology.Apply(delta);
}

}  // namespace

absl::StatusOr<rhumb::v1::EvaluatePlanResponse> EvaluatePlan(
    const rhumb::v1::EvaluatePlanRequest& request, const LiveView& view, PolicyCache* policies) {
  if (auto status = CheckLive(view); !status.ok()) return status;
  const absl::StatusOr<Topology> changed = WithChanges(*view.topology, request);
  if (!changed.ok()) return changed.status();
  const double factor = request.has_demand_factor() ? request.demand_factor() : 1;
  if (!(factor >= 0 && factor <= kMaxDemandFactor)) {
    return FieldError("demand_factor",
                      absl::StrFormat("%g; give a factor from 0 to %g", factor, kMaxDemandFactor));
  }
  const TrafficMatrix now = LatestDemands(view);
  auto then = std::make_shared<TrafficMatrix>(now.Scaled(factor));
  if (auto s = ReadDemands(request.demands(), *changed, then.get()); !s.ok()) return s;

  auto observation = Observe(*changed, request.policy().empty() ? kShortestPath : request.policy(),
                             then, 8, policies);
  if (!observation.ok()) return observation.status();
  absl::StatusOr<Decision> shortest = Ask(kShortestPath, *observation, policies);
  if (!shortest.ok()) return shortest.status();
  int touched = 0;
  RoutingPlan plan = RerouteAround(*changed, view.plan->plan, &touched);
  if (!request.policy().empty()) {
    absl::StatusOr<Decision> decision = Ask(request.policy(), *observation, policies);
    if (!decision.ok()) return decision.status();
    plan = ApplyPins(*changed, decision->plan, view.pins);
  }
  rhumb::v1::EvaluatePlanResponse response;
  *response.mutable_now() = Outcome(*view.topology, view.plan->plan, now);
  *response.mutable_then() = Outcome(*changed, plan, *then);
  *response.mutable_shortest_path() = Outcome(*changed, shortest->plan, *then);
  response.set_moved_share(MovedShare(view.plan->plan, plan, *then));
  response.set_topology_version(view.topology->version());
  response.set_traffic_version(view.traffic ? view.traffic->version : 0);
  return response;
}

}  // namespace rhumb

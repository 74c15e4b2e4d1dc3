#include "controller/steering/decision/status_report.h"

#include "controller/steering/guard/guard_report.h"
#include "topologies/formats/proto_time.h"
#include "topologies/plan_size.h"
#include "topologies/routing_plan.h"

namespace rhumb {
namespace {

constexpr size_t kEarlierPlans = 100;  // enough to choose from; thousands may be kept

void WriteTopology(const Topology& topology, rhumb::v1::ControllerStatus* status) {
  status->set_topology_name(topology.name());
  status->set_topology_version(topology.version());
  status->set_nodes(topology.num_nodes());
  status->set_links(topology.num_links());
  for (const Link& link : topology.links()) {
    if (link.operational_state == OperationalState::kDown) status->add_down_links(link.name);
    if (link.administrative_state == AdministrativeState::kDrained) {
      status->add_drained_links(link.name);
    }
  }
}

void WriteTraffic(const SteeringState& state, rhumb::v1::ControllerStatus* status) {
  status->set_telemetry(state.freshness());
  status->set_traffic_version(state.traffic.version());
  const auto traffic = state.traffic.latest();
  if (traffic == nullptr) return;
  *status->mutable_telemetry_age() = ToDuration(state.now() - traffic->received_at);
  status->set_total_demand_bps(traffic->demands->total_bps());
  status->set_measured_share(traffic->measured_share);
  const Topology& topology = state.topology.snapshot();
  const auto in_force = state.InForce();
  if (traffic->measurements) {
    status->set_observed_mlu(traffic->measurements->mlu);
  } else if (in_force) {
    status->set_observed_mlu(MaxLinkUtilization(
        topology, ComputeLinkLoads(topology, *in_force, *traffic->demands).load_bps));
  }
  if (!in_force) return;
  const PlanSize size = SizeOfPlan(topology, *in_force, *traffic->demands);
  status->mutable_plan_size()->set_paths_per_demand(size.paths_per_demand);
  status->mutable_plan_size()->set_least_share(size.least_share);
  status->mutable_plan_size()->set_most_entries(size.most_entries);
}

}  // namespace

rhumb::v1::ControllerStatus MakeStatus(const SteeringState& state) {
  rhumb::v1::ControllerStatus status;
  *status.mutable_started_at() = ToTimestamp(state.started_at);
  status.set_epoch(state.epoch);
  status.set_ready(!state.plans.empty());
  if (state.topology.known()) WriteTopology(state.topology.snapshot(), &status);
  WriteTraffic(state, &status);
  if (const LivePlanPtr plan = state.plans.latest()) {
    *status.mutable_plan() = WithLatestReport(plan->header, state.guard.latest());
  }
  state.rules.WriteStatus(&status);
  state.adapters.WriteStatus(&status);
  for (const auto& [rule, count] : state.guard.counts()) {
    (*status.mutable_guard_counts())[rule] = count;
  }
  status.set_decided_traffic_version(state.schedule.decided().traffic_version);
  status.set_decided_topology_version(state.schedule.decided().topology_version);
  return status;
}

LiveView MakeView(const SteeringState& state) {
  LiveView view;
  if (state.topology.known()) view.topology = state.topology.snapshot();
  view.plan = state.plans.latest();
  view.earlier_plans = state.plans.BeforeLatest(kEarlierPlans);
  view.traffic = state.traffic.latest();
  view.settings = state.rules.Settings();
  view.pins = state.rules.KnownPins();
  view.rolled_back = state.rules.holding();
  view.guard = state.guard.latest();
  view.policy_note = state.guard.note();
  return view;
}

}  // namespace rhumb

// Everything that the controller knows, was told and has promised, in the order in which it depends
// on each other. Who acts on it: Steering, SouthRequests, NorthRequests.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_STEERING_STATE_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_STEERING_STATE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "controller/clock/clocks.h"
#include "controller/steering/decision/core_options.h"
#include "controller/steering/decision/decision_schedule.h"
#include "controller/steering/guard/guard_log.h"
#include "controller/steering/guard/references.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/settings/operator_rules.h"
#include "controller/steering/state/adapter_table.h"
#include "controller/steering/state/plan_history.h"
#include "controller/steering/state/telemetry_intake.h"
#include "controller/steering/state/telemetry_watch.h"
#include "controller/steering/state/topology_state.h"
#include "controller/steering/state/traffic_state.h"
#include "controller/steering/store/store.h"
#include "controller/steering/store/version_promises.h"
#include "topologies/paths/igp_trees.h"

namespace rhumb {

// Owned by the control thread; its parts refer to each other, so it stays where it is.
struct SteeringState {
  SteeringState(CoreOptions core_options, Clocks core_clocks, Metrics* core_metrics)
      : options(std::move(core_options)), clocks(std::move(core_clocks)), metrics(*core_metrics) {}
  SteeringState(const SteeringState&) = delete;
  SteeringState& operator=(const SteeringState&) = delete;

  const CoreOptions options;
  const Clocks clocks;
  Metrics& metrics;
  const absl::Time started_at = clocks.wall();  // told

  uint64_t epoch = 1;
  // Of the leader that this is, among several controllers; 0: the only one.
  uint64_t term = 0;
  uint64_t term_scope = 0;
  // The store holds this epoch, so that every version must be promised to it first.
  bool epoch_stored = true;
  SteadyTime promise_again_at;
  // The plan in force is an earlier run's: it stays until telemetry says what it is worth.
  bool plan_awaits_telemetry = false;
  SteadyTime keep_demands_at;
  // What is to be stored of what has been done since it was taken last.
  StoreChange change;
  VersionPromises versions{&change};

  TopologyState topology{versions.topology(), options.topology_limits};
  TelemetryIntake intake{options.max_telemetry_sources};
  TrafficState traffic{versions.traffic(), options.traffic_history};
  TelemetryWatch telemetry{options.hold_after, options.fall_back_after};
  AdapterTable adapters{&metrics};
  OperatorRules rules{options.policy, &topology, &change, clocks};
  PlanHistory plans{options.kept_plans, versions.plan(), &change};
  GuardLog guard{&metrics};
  References references;
  IgpTrees igp_trees;  // of the topology that was asked about last
  DecisionSchedule schedule{options, clocks.steady()};

  SteadyTime now() const { return clocks.steady(); }

  // What the network runs now; nothing before the first plan, or when the topology has become
  // another since.
  std::optional<RoutingPlan> InForce() const {
    return topology.known() ? plans.InForce(topology.snapshot()) : std::nullopt;
  }
  // What routers compute on the present topology, which is known.
  IgpTrees* TreesNow() {
    igp_trees.SetTopology(topology.snapshot());
    return &igp_trees;
  }
  // 0 before there is one.
  uint64_t topology_version() const { return topology.known() ? topology.version() : 0; }
  uint64_t traffic_version() const { return traffic.latest() ? traffic.latest()->version : 0; }
  rhumb::v1::TelemetryFreshness freshness() const { return telemetry.Of(traffic, now()); }
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_STEERING_STATE_H_

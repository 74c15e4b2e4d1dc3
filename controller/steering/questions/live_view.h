// What questions of operators about the live network are answered from, off the control thread.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_LIVE_VIEW_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_LIVE_VIEW_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/state/traffic_state.h"
#include "rhumb/v1/live_plan.pb.h"
#include "rhumb/v1/north.pb.h"
#include "topologies/topology.h"

namespace rhumb {

// Immutable. Topology, plan and traffic are shared with the control thread, not copied.
struct LiveView {
  std::optional<Topology> topology;
  LivePlanPtr plan;
  // The latest of those before it that are kept, the latest last: what an operator can go back to.
  std::vector<EarlierPlan> earlier_plans;
  std::shared_ptr<const TrafficEstimate> traffic;
  rhumb::v1::OperatorSettings settings;
  Pins pins;
  // A plan of before is held in force; pins do not reach it.
  bool rolled_back = false;
  // Of the latest decision, which may have left the plan as it was.
  rhumb::v1::GuardReport guard;
  std::string policy_note;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_LIVE_VIEW_H_

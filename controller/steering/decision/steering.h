// What follows from every event: a plan at once when paths died, a decision of the policy, or
// nothing.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_STEERING_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_STEERING_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controller/steering/decision/decider.h"
#include "controller/steering/decision/steering_state.h"

namespace rhumb {

// Owned by the control thread. An event costs at most one rerouting of the plan in force; what
// takes longer is left to whoever `start_decision` hands it to.
class Steering {
 public:
  struct Outputs {
    std::function<void(LivePlanPtr)> publish;           // to all plan streams
    std::function<void(DecisionInput)> start_decision;  // answered by FinishDecision
    std::function<void()> epoch_changed;
  };

  // `state` outlives this.
  Steering(SteeringState* state, Outputs outputs) : s_(*state), out_(std::move(outputs)) {}

  // Takes up the state of an earlier run. What cannot be read is left out and named in the result,
  // one line each. Of a copy, which only answers questions, nothing follows.
  std::vector<std::string> Restore(const StoredState& stored, bool copy);

  // Step one of the answer to a failure, or the first plan of a network: dead paths are left at
  // once. Step two is the decision that it starts.
  void TopologyChanged();
  // There is a new estimate.
  void TrafficChanged();
  // An operator changed the policy or a pin.
  void SettingChanged();
  // Puts a plan of before in force; the decision that runs is dropped. Returns it under its new
  // version.
  LivePlanPtr GoBackTo(const LivePlan& target, const std::string& who);

  // The store has made a promise of versions good, of the epoch that it was given with if any.
  void PromiseKept(const VersionFloor& floor, std::optional<uint64_t> epoch);
  // The store does not keep the promises: from now on versions are of another epoch, which it does
  // not know yet, and none is given twice in any.
  void BeginEpoch();

  // Time passed.
  void Tick();
  void FinishDecision(const DecisionOutput& output);

 private:
  void WatchPromises();
  void StartDecision(rhumb::v1::PlanReason reason);
  void GiveUpLateDecision();
  void ActOnAge(rhumb::v1::TelemetryFreshness freshness);
  void Measure();
  // What the guard has on the present topology and the traffic known last to say of a plan.
  Verdict AskGuard(const absl::StatusOr<RoutingPlan>& plan);
  // The one way of a plan to the network, and it leads by the guard: what is worse than shortest
  // path or ECMP on the traffic known last gives place to the better of them, whoever decided it.
  // But an operator's word, a rollback, stands as long as the plan is safe.
  LivePlanPtr Publish(const RoutingPlan& proposed, rhumb::v1::PlanReason reason,
                      const rhumb::v1::GuardReport& proposed_report, const std::string& note);

  SteeringState& s_;
  const Outputs out_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_STEERING_H_

// The controller without threads, sockets or disks: what it knows, what it does on every event.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "controller/clock/clocks.h"
#include "controller/steering/decision/core_options.h"
#include "controller/steering/decision/decider.h"
#include "controller/steering/decision/north_requests.h"
#include "controller/steering/decision/south_requests.h"
#include "controller/steering/decision/steering.h"
#include "controller/steering/decision/steering_state.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/store/store.h"

namespace rhumb {

// Wires requests, time and the policy's answers to Steering, and Steering to the outside.
//
// Owned by the control thread. Requests that fail leave it unchanged. What a request changed is
// fetched with TakeChange and written before the request is answered.
class ControllerCore {
 public:
  struct Outputs {
    std::function<void(LivePlanPtr)> publish;           // to all plan streams
    std::function<void(DecisionInput)> start_decision;  // answered by FinishDecision
    std::function<void()> election_changed;
    Clocks clocks;
  };

  // `metrics` outlives this.
  ControllerCore(CoreOptions options, Outputs outputs, Metrics* metrics)
      : state_(std::move(options), std::move(outputs.clocks), metrics),
        steering_(&state_, {std::move(outputs.publish), std::move(outputs.start_decision),
                            outputs.election_changed}),
        south_(&state_, &steering_, std::move(outputs.election_changed)),
        north_(&state_, &steering_) {}

  // Takes up the state of an earlier run, before anything else. What cannot be read is left out and
  // named in the result, one line each. A copy only answers questions: it is given no requests that
  // change something, and no time passes for it.
  std::vector<std::string> Restore(const StoredState& stored, bool copy = false) {
    return steering_.Restore(stored, copy);
  }

  SouthRequests& south() { return south_; }
  const SouthRequests& south() const { return south_; }
  NorthRequests& north() { return north_; }
  const NorthRequests& north() const { return north_; }

  // Time passed; call a few times a second.
  void Tick() { steering_.Tick(); }
  void FinishDecision(const DecisionOutput& output) { steering_.FinishDecision(output); }

  void PromiseKept(const VersionFloor& floor, std::optional<uint64_t> epoch) {
    steering_.PromiseKept(floor, epoch);
  }
  void BeginEpoch() { steering_.BeginEpoch(); }

  // What is written a little later otherwise, at the end.
  void KeepAll() { state_.change.demands = state_.traffic.ToKeep(); }

  StoreChange TakeChange() { return std::exchange(state_.change, {}); }
  // In force; null before the first.
  LivePlanPtr plan() const { return state_.plans.latest(); }
  const std::string& policy() const { return state_.rules.policy(); }
  bool ready() const { return !state_.plans.empty(); }

 private:
  SteeringState state_;
  Steering steering_;
  SouthRequests south_;
  NorthRequests north_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_CONTROLLER_CORE_H_

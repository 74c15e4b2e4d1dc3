// When the policy is asked, for what reason and how urgently, and which of its answers still
// counts. It decides nothing else: Steering starts what an order says.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_DECISION_SCHEDULE_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_DECISION_SCHEDULE_H_

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/decision/core_options.h"
#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

// What a decision is made from. A traffic version of 0: none is known.
struct DecisionBasis {
  uint64_t topology_version = 0;
  uint64_t traffic_version = 0;
};

// A decision that the policy was asked for and has not answered.
struct RunningDecision {
  uint64_t id = 0;
  rhumb::v1::PlanReason reason = rhumb::v1::PLAN_REASON_UNSPECIFIED;
  bool forced = false;
  DecisionBasis basis;
  SteadyTime since;
  bool again = false;  // an interval ended meanwhile: to be followed by the next one
};

// What to start.
struct DecisionOrder {
  uint64_t id = 0;
  rhumb::v1::PlanReason reason = rhumb::v1::PLAN_REASON_UNSPECIFIED;
  // The plan answers a failure or an operator: how much it moves is not bounded.
  bool forced = false;
  // For so long the first answer to a failure has the processors to itself.
  absl::Duration lead;
  // The decision that ran was for this older topology; its answer is not used any more.
  std::optional<uint64_t> overtaken_topology;
};

// The rules:
//   one decision runs at a time; a newer one takes its place, but for an interval's, which waits
//   for it and then follows;
//   a change of the topology that is being answered stays the reason, whatever comes on top;
//   forced is what answers dead paths, or an operator, telemetry lost or a restart. An end of an
//   interval is not, nor a change of the topology that killed no path: a link that returns hurries
//   nobody. It stays forced when another takes its place, until one is answered;
//   the policy leaves the processors to the first answer only while that is on its way, which is
//   when paths died.
//
// Owned by the control thread. O(1); the clock is the caller's.
class DecisionSchedule {
 public:
  // `options` outlive this.
  DecisionSchedule(const CoreOptions& options, SteadyTime now)
      : options_(options), next_interval_(now) {}

  // Paths of the plan in force died: the next decision answers that.
  void PathsDied() { failure_unanswered_ = true; }

  // A decision is wanted, of which `adapters` will be told. Nothing when the one that runs is
  // waited for.
  std::optional<DecisionOrder> Want(rhumb::v1::PlanReason reason, const DecisionBasis& basis,
                                    size_t adapters, SteadyTime now);

  // The policy answered. Nothing when the answer is not to what runs: another took its place, or it
  // was late.
  std::optional<RunningDecision> Finish(uint64_t id);

  // Whether what runs is past the deadline, in which case it is given up.
  bool GiveUpLate(SteadyTime now);
  // What runs is not wanted any more.
  void Drop() { running_.reset(); }

  // Whether the interval since the last start has ended.
  bool IntervalEnded(SteadyTime now) const { return now >= next_interval_; }
  const std::optional<RunningDecision>& running() const { return running_; }
  // Of the last decision that was answered.
  const DecisionBasis& decided() const { return decided_; }

 private:
  bool Forced(rhumb::v1::PlanReason reason) const;

  const CoreOptions& options_;
  uint64_t last_id_ = 0;
  std::optional<RunningDecision> running_;
  DecisionBasis decided_;
  // Paths died since the last decision that was answered.
  bool failure_unanswered_ = false;
  SteadyTime next_interval_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_DECISION_SCHEDULE_H_

// From what is known to a plan that the guard let pass: the policy asked, its answer made cheap to
// install, judged, and replaced where it breaks a rule.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_DECIDER_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_DECIDER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/policy_factory.h"
#include "agents/routing_policy.h"
#include "controller/steering/guard/guard_options.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/guard/safety_guard.h"
#include "controller/steering/state/traffic_state.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {

// All that a decision is made from; immutable snapshots.
struct DecisionInput {
  uint64_t id = 0;
  rhumb::v1::PlanReason reason = rhumb::v1::PLAN_REASON_INTERVAL;
  // The plan answers a failure or an operator: much may move at once.
  bool forced = false;
  Topology topology;
  std::string policy;
  // Not empty: shortest path routes instead of the policy, and this says why.
  std::string fallback_reason;
  std::vector<std::shared_ptr<const TrafficEstimate>> traffic;  // the latest last
  std::optional<RoutingPlan> in_force;
  Pins pins;
  // The worker starts on it this much later, or on what has come in its place by then.
  absl::Duration lead;
};

struct DecisionOutput {
  uint64_t id = 0;
  Verdict verdict;
  std::string policy_note;
  double policy_s = 0;
  double guard_s = 0;
};

// Owned by the thread that decides. Keeps policies and candidate paths between calls.
//
// What a policy says is made cheap to install first (Economical, with `smallest_share`).
class Decider {
 public:
  Decider(PolicyFactory factory, CandidatePathOptions paths, GuardOptions guard,
          double smallest_share = 0)
      : factory_(std::move(factory)),
        path_options_(paths),
        guard_options_(guard),
        smallest_share_(smallest_share) {}

  // Never fails: when the policy does, the guard's replacement is the answer.
  DecisionOutput Decide(const DecisionInput& input);
  // Loads a policy ahead of its first decision. The error is the factory's.
  absl::Status Load(const std::string& policy) { return PolicyOf(policy).status(); }

 private:
  absl::StatusOr<RoutingPolicy*> PolicyOf(const std::string& spec);
  absl::StatusOr<std::shared_ptr<const PathSet>> CandidatesFor(const Topology& topology);
  absl::StatusOr<Decision> Ask(const std::string& policy, const Observation& observation);

  PolicyFactory factory_;
  CandidatePathOptions path_options_;
  GuardOptions guard_options_;
  double smallest_share_;
  std::map<std::string, std::unique_ptr<RoutingPolicy>> policies_;
  std::optional<CandidatePaths> candidates_;
  std::optional<Topology> candidates_topology_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_DECIDER_H_

#include "controller/decision/decision_worker.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace rhumb {
namespace {

constexpr char kShortestPath[] = "shortest-path";
constexpr char kEcmp[] = "ecmp";

Observation Observe(const DecisionInput& input, std::shared_ptr<const PathSet> candidates) {
  Observation observation{input.topology, {}, {}, std::move(candidates), input.in_force};
  for (const auto& estimate : input.traffic) {
    observation.past_demands.push_back(estimate->demands);
    if (estimate->measurements) observation.past_measurements.push_back(estimate->measurements);
  }
  return observation;
}

}  // namespace

absl::StatusOr<RoutingPolicy*> Decider::PolicyOf(const std::string& spec) {
  auto& policy = policies_[spec];
  if (!policy) {
    auto made = factory_(spec);
    if (!made.ok()) {
      policies_.erase(spec);
      return made.status();
    }
    policy = *std::move(made);
  }
  return policy.get();
}

absl::StatusOr<std::shared_ptr<const PathSet>> Decider::CandidatesFor(const Topology& topology) {
  const bool same_network = candidates_topology_ && candidates_topology_->SameStructure(topology);
  if (!same_network) {
    candidates_.reset();
    candidates_topology_.reset();
    auto computed = CandidatePaths::Compute(topology, {}, path_options_);
    if (!computed.ok()) return computed.status();
    candidates_ = *std::move(computed);
  } else if (topology.version() != candidates_topology_->version()) {
    if (absl::Status status = candidates_->Update(topology); !status.ok()) return status;
  }
  candidates_topology_ = topology;
  return candidates_->paths();
}

absl::StatusOr<Decision> Decider::Ask(const std::string& policy, const Observation& observation) {
  try {
    absl::StatusOr<RoutingPolicy*> found = PolicyOf(policy);
    if (!found.ok()) return found.status();
    return (*found)->Decide(observation);
  } catch (const std::exception& e) {
    return absl::InternalError(absl::StrCat("policy ", policy, " failed: ", e.what()));
  }
}

RoutingPlan Decider::WithoutSmallShares(const DecisionInput& input, RoutingPlan plan) const {
  constexpr double kTolerance = 2e-3;
  // A malformed plan is the guard's to judge.
  if (smallest_share_ <= 0 || !plan.Validate(input.topology).ok()) return plan;
  if (input.traffic.empty()) return DropSmallShares(plan, smallest_share_);
  const TrafficMatrix& demands = *input.traffic.back()->demands;
  auto mlu = [&](const RoutingPlan& p) {
    return MaxLinkUtilization(input.topology,
                              ComputeLinkLoads(input.topology, p, demands).load_bps);
  };
  const double allowed = mlu(plan) * (1 + kTolerance);
  for (double smallest : {smallest_share_, smallest_share_ / 2, smallest_share_ / 4}) {
    RoutingPlan pruned = DropSmallShares(plan, smallest);
    if (mlu(pruned) <= allowed) return pruned;
  }
  return plan;
}

DecisionOutput Decider::Decide(const DecisionInput& input) {
  DecisionOutput output;
  output.id = input.id;
  const absl::Time begin = absl::Now();
  auto candidates = CandidatesFor(input.topology);
  const Observation observation =
      Observe(input, candidates.ok() ? *candidates : std::make_shared<const PathSet>());
  auto pinned = [&](const RoutingPlan& plan) {
    return ApplyPins(input.topology, plan, input.pins);
  };
  auto reference = [&](const char* name) {
    auto decision = Ask(name, observation);
    if (decision.ok()) return pinned(decision->plan);
    // An empty plan would look like one without load: what needs no policy stands in for it.
    int touched = 0;
    return pinned(RerouteAround(
        input.topology, CarryOver(input.topology, RoutingPlan(), input.topology), &touched));
  };

  absl::StatusOr<RoutingPlan> proposal = absl::FailedPreconditionError(input.fallback_reason);
  if (!candidates.ok()) {
    proposal = candidates.status();
  } else if (input.fallback_reason.empty()) {
    auto decision = Ask(input.policy, observation);
    if (decision.ok()) {
      proposal = pinned(WithoutSmallShares(input, std::move(decision->plan)));
      output.policy_note = decision->note;
    } else {
      proposal = decision.status();
    }
  }
  const absl::Time decided = absl::Now();
  output.policy_s = absl::ToDoubleSeconds(decided - begin);

  const RoutingPlan shortest_path = reference(kShortestPath);
  const RoutingPlan ecmp = reference(kEcmp);
  // Pins changed or the pins of the plan in force are no longer wanted: moving is what was asked.
  const bool forced = input.reason != rhumb::v1::PLAN_REASON_INTERVAL;
  // A fallback has nothing to keep: shortest path takes over from whatever was in force.
  const std::optional<RoutingPlan> in_force =
      input.fallback_reason.empty() ? input.in_force : std::nullopt;
  output.verdict = Guard(
      {input.topology, proposal, in_force, shortest_path, ecmp, observation.past_demands, forced},
      guard_options_);
  if (!input.fallback_reason.empty()) {
    output.verdict.report.set_rule(rhumb::v1::GUARD_RULE_STALE_TELEMETRY);
  }
  output.guard_s = absl::ToDoubleSeconds(absl::Now() - decided);
  return output;
}

DecisionWorker::DecisionWorker(Decider decider, std::function<void(DecisionOutput)> done)
    : decider_(std::move(decider)), done_(std::move(done)), thread_([this] { Run(); }) {}

DecisionWorker::~DecisionWorker() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void DecisionWorker::Start(DecisionInput input) {
  absl::MutexLock lock(&mutex_);
  next_ = std::move(input);
}

void DecisionWorker::Run() {
  for (;;) {
    std::optional<DecisionInput> input;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](DecisionWorker* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
            return self->stop_ || self->next_.has_value();
          },
          this));
      if (stop_) return;
      input = std::exchange(next_, std::nullopt);
    }
    done_(decider_.Decide(*input));
  }
}

}  // namespace rhumb

#include "controller/steering/decision/decider.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/decision/plan_economy.h"

namespace rhumb {
namespace {

constexpr char kShortestPath[] = "shortest-path";
constexpr char kEcmp[] = "ecmp";
constexpr size_t kMaxPolicies = 8;

// Whether paths found for `before` serve `now` as they are: links were lost at most, and every pair
// that had a path has one left. Searching again costs as much as a third of a decision; after a
// failure it can wait for the next one.
bool StillServe(const PathSet& paths, const Topology& before, const Topology& now) {
  std::vector<char> usable(now.num_links());
  for (LinkId l = 0; l < now.num_links(); ++l) {
    const Link& link = now.link(l);
    usable[l] = link.usable() ? 1 : 0;
    if ((link.usable() && !before.link(l).usable()) ||
        link.capacity_bps != before.link(l).capacity_bps ||
        link.igp_metric != before.link(l).igp_metric) {
      return false;
    }
  }
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const PathSet::Range range = paths.paths_of(i);
    bool served = range.size() == 0;
    for (int p = range.begin; p < range.end && !served; ++p) {
      const absl::Span<const LinkId> links = paths.links(p);
      served = std::all_of(links.begin(), links.end(), [&](LinkId l) { return usable[l] != 0; });
    }
    if (!served) return false;
  }
  return true;
}

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
  if (policies_.size() >= kMaxPolicies && policies_.count(spec) == 0) {
    // An operator has tried many; a model can be large. The two that are always asked stay.
    for (auto it = policies_.begin(); it != policies_.end();) {
      const bool reference = it->first == kShortestPath || it->first == kEcmp;
      it = reference ? std::next(it) : policies_.erase(it);
    }
  }
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

DecisionOutput Decider::Decide(const DecisionInput& input) {
  DecisionOutput output;
  output.id = input.id;
  const SteadyTime begin = SteadyNow();
  // Paths take minutes to find in networks of hundreds of nodes: only for who asks for them.
  const auto asked = PolicyOf(input.policy);
  const int64_t nodes = input.topology.num_nodes();
  const bool soft = asked.ok() && (*asked)->uses_candidate_paths();
  const bool few = soft && nodes * (nodes - 1) <= (*asked)->most_candidate_pairs();
  absl::StatusOr<std::shared_ptr<const PathSet>> candidates = std::make_shared<const PathSet>();
  if (few && input.fallback_reason.empty()) {
    const bool in_a_hurry =
        input.reason == rhumb::v1::PLAN_REASON_TOPOLOGY && candidates_ &&
        candidates_topology_->SameStructure(input.topology) &&
        StillServe(*candidates_->paths(), *candidates_topology_, input.topology);
    candidates = in_a_hurry ? candidates_->paths() : CandidatesFor(input.topology);
  }
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

  // What the guard will judge on.
  const auto& past = observation.past_demands;
  const std::vector<std::shared_ptr<const TrafficMatrix>> recent(
      past.end() - std::min<int>(past.size(), guard_options_.matrices), past.end());

  absl::StatusOr<RoutingPlan> proposal = absl::FailedPreconditionError(input.fallback_reason);
  if (!candidates.ok()) {
    proposal = candidates.status();
  } else if (input.fallback_reason.empty()) {
    auto decision = Ask(input.policy, observation);
    if (decision.ok()) {
      // A policy of fixed paths means just these; a split over candidates is one of many as good.
      proposal =
          pinned(Economical(input.topology, std::move(decision->plan),
                            soft ? input.in_force : std::nullopt, recent, {smallest_share_}));
      output.policy_note = decision->note;
    } else {
      proposal = decision.status();
    }
  }
  const SteadyTime decided = SteadyNow();
  output.policy_s = absl::ToDoubleSeconds(decided - begin);

  const RoutingPlan shortest_path = reference(kShortestPath);
  const RoutingPlan ecmp = reference(kEcmp);
  // A fallback has nothing to keep: shortest path takes over from whatever was in force.
  const std::optional<RoutingPlan> in_force =
      input.fallback_reason.empty() ? input.in_force : std::nullopt;
  output.verdict = Guard({input.topology, proposal, in_force, shortest_path, ecmp,
                          observation.past_demands, input.forced, !input.fallback_reason.empty()},
                         guard_options_);
  if (!input.fallback_reason.empty()) {
    output.verdict.report.set_rule(rhumb::v1::GUARD_RULE_STALE_TELEMETRY);
  }
  output.guard_s = absl::ToDoubleSeconds(SteadyNow() - decided);
  return output;
}

}  // namespace rhumb

#include "agents/training/routing_environment.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb::training {
namespace {

using Clock = std::chrono::steady_clock;

class RoutingEnvironment : public Environment {
 public:
  RoutingEnvironment(std::unique_ptr<NetworkSimulator> simulator, ScenarioSource scenarios,
                     const EnvironmentOptions& options)
      : simulator_(std::move(simulator)), scenarios_(std::move(scenarios)), options_(options) {}

  absl::Status Reset(uint64_t seed) override {
    running_ = false;
    if (scenario_ == nullptr || seed != seed_) {
      scenario_ = nullptr;
      reference_ = nullptr;
      auto scenario = scenarios_(seed);
      if (!scenario.ok()) return scenario.status();
      scenario_ = *std::move(scenario);
      seed_ = seed;
    }
    if (options_.against_shortest_path) {
      if (absl::Status status = FindReference(); !status.ok()) return status;
    }
    return Start();
  }

  absl::StatusOr<EnvironmentStep> Step(absl::Span<const float> logits) override {
    if (absl::Status status = CheckRunning(); !status.ok()) return status;
    const int paths = scenario_->paths->num_paths();
    if (static_cast<int>(logits.size()) != paths) {
      return absl::InvalidArgumentError(
          absl::StrFormat("an action of %d logits for %d candidate paths; give one logit a path",
                          logits.size(), paths));
    }
    for (int p = 0; p < paths; ++p) {
      if (std::isfinite(logits[p])) continue;
      return absl::InvalidArgumentError(
          absl::StrFormat("logit %d of the action is %g; give finite numbers", p, logits[p]));
    }
    return StepWithPlan(PlanOfLogits(observation_->topology, scenario_->paths, logits));
  }

  absl::StatusOr<EnvironmentStep> StepWithPlan(const RoutingPlan& plan) override {
    if (absl::Status status = CheckRunning(); !status.ok()) return status;
    auto measured = Play(plan);
    // A plan that was refused changed nothing.
    running_ = absl::IsInvalidArgument(measured.status());
    if (!measured.ok()) return measured.status();

    EnvironmentStep step;
    step.measured = std::make_shared<const Measurements>(*std::move(measured));
    step.terms = options_.against_shortest_path
                     ? TermsAgainst(*step.measured, (*reference_)[step_], options_.delay_of)
                     : TermsAlone(*step.measured, FastestPropagation(), options_.delay_of);
    if (options_.reward.moved > 0 && observation_->plan_in_force) {
      step.terms.moved = -MovedShare(*observation_->plan_in_force, plan, *scenario_->played[step_]);
    }
    step.reward = WeightedSum(step.terms, options_.reward);
    ++cost_.steps;
    Observe(plan, step.measured);
    step.done = step_ == static_cast<int>(scenario_->played.size());
    running_ = !step.done;
    return step;
  }

  const Observation& observation() const override { return *observation_; }
  const EnvironmentCost& cost() const override { return cost_; }

 private:
  absl::Status CheckRunning() const {
    if (running_) return absl::OkStatus();
    return absl::FailedPreconditionError("the episode is over or never began: Reset comes first");
  }

  // A network in which nothing flows, and what is known of it.
  absl::Status Start() {
    const Clock::time_point start = Clock::now();
    const absl::Status status = simulator_->Reset(scenario_->episode);
    cost_.simulator_s += std::chrono::duration<double>(Clock::now() - start).count();
    if (!status.ok()) return status;
    step_ = 0;
    observation_ =
        Observation{scenario_->episode.topology, scenario_->past, {}, scenario_->paths, {}};
    if (absl::Status known = ApplyKnownChanges(); !known.ok()) return known;
    running_ = true;
    return absl::OkStatus();
  }

  absl::Status FindReference() {
    if (reference_ == nullptr && options_.references != nullptr) {
      reference_ = options_.references->Find(seed_);
    }
    if (reference_ != nullptr) return absl::OkStatus();
    std::vector<Measurements> steps;
    if (absl::Status status = PlayReference(&steps); !status.ok()) return status;
    reference_ = std::make_shared<const std::vector<Measurements>>(std::move(steps));
    if (options_.references != nullptr) options_.references->Keep(seed_, reference_);
    return absl::OkStatus();
  }

  absl::Status PlayReference(std::vector<Measurements>* steps) {
    if (absl::Status status = Start(); !status.ok()) return status;
    while (step_ < static_cast<int>(scenario_->played.size())) {
      RoutingPlan plan = ShortestPathPlan(observation_->topology, scenario_->reference);
      auto measured = Play(plan);
      if (!measured.ok()) return measured.status();
      steps->push_back(*measured);
      Observe(std::move(plan), std::make_shared<const Measurements>(*std::move(measured)));
    }
    running_ = false;
    return absl::OkStatus();
  }

  absl::StatusOr<Measurements> Play(const RoutingPlan& plan) {
    Interval interval;
    interval.demands = *scenario_->played[step_];
    interval.duration = scenario_->duration;
    interval.warm_up = step_ == 0 ? scenario_->warm_up : absl::ZeroDuration();
    interval.drain = scenario_->drain;
    for (const StepChange& change : scenario_->changes) {
      if (change.step != step_) continue;
      if (change.at == absl::ZeroDuration()) {
        interval.changes_at_start.insert(interval.changes_at_start.end(), change.change.begin(),
                                         change.change.end());
      } else {
        interval.changes.push_back({change.at, change.change});
      }
    }
    const Clock::time_point start = Clock::now();
    auto measured = simulator_->Play(plan, interval);
    cost_.simulator_s += std::chrono::duration<double>(Clock::now() - start).count();
    if (measured.ok()) cost_.hop_packets += measured->cost.hop_packets;
    return measured;
  }

  // After an interval: what is known at the start of the next one.
  void Observe(RoutingPlan plan, std::shared_ptr<const Measurements> measured) {
    for (const StepChange& change : scenario_->changes) {
      if (change.step == step_ && change.at > absl::ZeroDuration()) {
        observation_->topology = observation_->topology.Apply(change.change).value();
      }
    }
    observation_->past_demands.push_back(scenario_->played[step_]);
    observation_->past_measurements.push_back(std::move(measured));
    observation_->plan_in_force = std::move(plan);
    ++step_;
    // A scenario's changes were checked when the episode started.
    ApplyKnownChanges().IgnoreError();
  }

  absl::Status ApplyKnownChanges() {
    for (const StepChange& change : scenario_->changes) {
      if (change.step != step_ || change.at > absl::ZeroDuration()) continue;
      auto changed = observation_->topology.Apply(change.change);
      if (!changed.ok()) return changed.status();
      observation_->topology = *std::move(changed);
    }
    return absl::OkStatus();
  }

  // Mean over the demands of the step of the delay of their fastest candidate.
  double FastestPropagation() const {
    const PathSet& paths = *scenario_->paths;
    const TrafficMatrix& demands = *scenario_->played[step_];
    double sum = 0, total = 0;
    for (int pair = 0; pair < paths.num_pairs(); ++pair) {
      const auto range = paths.paths_of(pair);
      if (range.size() == 0) continue;
      absl::Duration fastest = absl::InfiniteDuration();
      for (int p = range.begin; p < range.end; ++p) {
        fastest = std::min(fastest, PropagationDelay(scenario_->episode.topology, paths.links(p)));
      }
      const double rate = demands.rate_bps(paths.pair(pair).source, paths.pair(pair).destination);
      sum += rate * absl::ToDoubleSeconds(fastest);
      total += rate;
    }
    return total > 0 ? sum / total : 0;
  }

  std::unique_ptr<NetworkSimulator> simulator_;
  ScenarioSource scenarios_;
  EnvironmentOptions options_;

  std::shared_ptr<const EpisodeScenario> scenario_;
  uint64_t seed_ = 0;
  ReferenceCache::Steps reference_;  // of shortest path on the same arrivals
  std::optional<Observation> observation_;
  int step_ = 0;
  bool running_ = false;
  EnvironmentCost cost_;
};

}  // namespace

RoutingPlan PlanOfLogits(const Topology& topology, std::shared_ptr<const PathSet> paths,
                         absl::Span<const float> logits) {
  std::vector<double> ratios(logits.size(), 0.0);
  std::vector<char> counts;
  for (int pair = 0; pair < paths->num_pairs(); ++pair) {
    const auto range = paths->paths_of(pair);
    counts.assign(range.size(), 1);
    bool any = false;
    for (int p = range.begin; p < range.end; ++p) {
      counts[p - range.begin] = IsUsable(topology, paths->links(p)) ? 1 : 0;
      any = any || counts[p - range.begin] != 0;
    }
    if (!any) counts.assign(range.size(), 1);
    double largest = -1e30, sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (counts[p - range.begin] != 0) largest = std::max<double>(largest, logits[p]);
    }
    for (int p = range.begin; p < range.end; ++p) {
      if (counts[p - range.begin] != 0) sum += ratios[p] = std::exp(logits[p] - largest);
    }
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(std::move(paths), std::move(ratios), topology.version());
}

std::unique_ptr<Environment> MakeRoutingEnvironment(std::unique_ptr<NetworkSimulator> simulator,
                                                    ScenarioSource scenarios,
                                                    const EnvironmentOptions& options) {
  return std::make_unique<RoutingEnvironment>(std::move(simulator), std::move(scenarios), options);
}

}  // namespace rhumb::training

#include "agents/training/scenario_scores.h"

#include <cmath>
#include <utility>

#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/training/estimators.h"

namespace rhumb::training {
namespace {

constexpr double kNormalQuantile = 1.959964;

double MeanReward(const Trajectory& trajectory) {
  double sum = 0;
  for (const Transition& transition : trajectory) sum += transition.reward;
  return sum / static_cast<double>(trajectory.size());
}

}  // namespace

Estimate MeanWithInterval(const std::vector<double>& values) {
  RunningScale spread;
  for (double value : values) spread.Add(value);
  if (spread.count < 2) return {spread.mean, spread.mean, spread.mean};
  const double n = static_cast<double>(spread.count);
  const double half = kNormalQuantile * std::sqrt(spread.squares / (n - 1) / n);
  return {spread.mean, spread.mean - half, spread.mean + half};
}

absl::StatusOr<ScenarioScores> ScoreScenarios(std::string name, const RolloutJob& job,
                                              const std::vector<uint64_t>& seeds, RolloutPool* pool,
                                              std::vector<RolloutGroup>* late) {
  ScenarioScores scores{std::move(name), std::vector<double>(seeds.size(), 0.0),
                        std::vector<char>(seeds.size(), 0)};
  int64_t first = -1;
  for (uint64_t seed : seeds) {
    RolloutJob one = job;
    one.seed = seed;
    one.repeats = 1;
    const int64_t number = pool->Submit(std::move(one));
    if (first < 0) first = number;
  }
  auto groups = pool->Collect(0);
  if (!groups.ok()) return groups.status();
  for (RolloutGroup& group : *groups) {
    if (group.number < first) {
      late->push_back(std::move(group));
    } else if (!group.trajectories.empty()) {
      scores.rewards[group.number - first] = MeanReward(group.trajectories[0]);
      scores.valid[group.number - first] = 1;
    }
  }
  return scores;
}

Estimate PairedDifference(const ScenarioScores& a, const ScenarioScores& b) {
  std::vector<double> differences;
  for (size_t i = 0; i < a.rewards.size(); ++i) {
    if (a.valid[i] != 0 && b.valid[i] != 0) differences.push_back(a.rewards[i] - b.rewards[i]);
  }
  return MeanWithInterval(differences);
}

Estimate MeanScore(const ScenarioScores& scores) {
  std::vector<double> valid;
  for (size_t i = 0; i < scores.rewards.size(); ++i) {
    if (scores.valid[i] != 0) valid.push_back(scores.rewards[i]);
  }
  return MeanWithInterval(valid);
}

std::vector<std::pair<std::string, RolloutJob>> ShortestPathJobs() {
  std::vector<std::pair<std::string, RolloutJob>> jobs;
  const auto add = [&jobs](const std::string& name, MetricPolicy::PlanFunction plan,
                           LinkMetric metric) {
    RolloutJob job;
    job.baseline = [name, plan, metric] {
      return std::make_unique<MetricPolicy>(name, plan, metric);
    };
    jobs.emplace_back(name + ":" + std::string(LinkMetricName(metric)), std::move(job));
  };
  for (LinkMetric metric : {LinkMetric::kIgp, LinkMetric::kDelay, LinkMetric::kInverseCapacity}) {
    add("shortest-path", ShortestPathPlan, metric);
  }
  add("ecmp", EcmpPlan, LinkMetric::kIgp);
  return jobs;
}

}  // namespace rhumb::training

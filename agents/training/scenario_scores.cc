#include "agents/training/scenario_scores.h"

#include <array>
#include <cmath>

#include "absl/strings/str_format.h"
#include "agents/baselines/cspf_policy.h"
#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/lp_policy.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb::training {
namespace {

double MeanReward(const Trajectory& trajectory) {
  double sum = 0;
  for (const Transition& transition : trajectory) sum += transition.reward;
  return sum / static_cast<double>(trajectory.size());
}

// A part of the reward: how to find it, and how people count it.
struct Part {
  const char* name;
  double RewardTerms::*term;
  bool ratio;   // a log ratio, to be told in percent; otherwise a difference, in points
  double sign;  // of what is measured, in a term that is larger when better
};
constexpr std::array<Part, 5> kParts = {{{"completion time", &RewardTerms::completion, true, -1},
                                         {"on time", &RewardTerms::on_time, false, 1},
                                         {"delay", &RewardTerms::delay, true, -1},
                                         {"loss", &RewardTerms::loss, false, -1},
                                         {"goodput", &RewardTerms::goodput, true, 1}}};

RewardTerms MeanTerms(const Trajectory& trajectory) {
  RewardTerms mean;
  for (const Part& part : kParts) {
    for (const Transition& transition : trajectory) {
      mean.*part.term += transition.terms.*part.term / static_cast<double>(trajectory.size());
    }
  }
  return mean;
}

// Of value(scores, scenario), a minus b, over the scenarios that both have.
template <typename Value>
Estimate PairedDifferenceOf(const ScenarioScores& a, const ScenarioScores& b, Value value) {
  std::vector<double> differences;
  for (size_t i = 0; i < a.valid.size(); ++i) {
    if (a.valid[i] != 0 && b.valid[i] != 0) differences.push_back(value(a, i) - value(b, i));
  }
  return MeanWithInterval(differences);
}

std::string PartRow(const Part& part, const ScenarioScores& agent, const ScenarioScores& other) {
  const Estimate change =
      PairedDifferenceOf(agent, other, [&part](const ScenarioScores& scores, size_t i) {
        return part.sign * scores.terms[i].*part.term;
      });
  const auto told = [&part](double x) { return 100 * (part.ratio ? std::expm1(x) : x); };
  return absl::StrFormat("  %-32s %+.2f [%+.2f, %+.2f] %s", part.name, told(change.mean),
                         told(change.low), told(change.high), part.ratio ? "%" : "points");
}

std::string Row(const ScenarioScores& agent, const ScenarioScores& other) {
  const Estimate difference = PairedDifference(agent, other);
  return absl::StrFormat("  %-32s %+.4f   agent minus it %+.4f [%+.4f, %+.4f]", other.name,
                         MeanScore(other).mean, difference.mean, difference.low, difference.high);
}

}  // namespace

absl::StatusOr<ScenarioScores> ScoreScenarios(std::string name, const RolloutJob& job,
                                              const std::vector<uint64_t>& seeds, RolloutPool* pool,
                                              std::vector<RolloutGroup>* late) {
  ScenarioScores scores{std::move(name), std::vector<double>(seeds.size(), 0.0),
                        std::vector<RewardTerms>(seeds.size()), std::vector<char>(seeds.size(), 0)};
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
      scores.terms[group.number - first] = MeanTerms(group.trajectories[0]);
      scores.valid[group.number - first] = 1;
    }
  }
  return scores;
}

ScenarioScores ReferenceScores(std::string name, size_t scenarios) {
  return {std::move(name), std::vector<double>(scenarios, 0.0), std::vector<RewardTerms>(scenarios),
          std::vector<char>(scenarios, 1)};
}

Estimate PairedDifference(const ScenarioScores& a, const ScenarioScores& b) {
  return PairedDifferenceOf(
      a, b, [](const ScenarioScores& scores, size_t i) { return scores.rewards[i]; });
}

Estimate MeanScore(const ScenarioScores& scores) {
  std::vector<double> valid;
  for (size_t i = 0; i < scores.rewards.size(); ++i) {
    if (scores.valid[i] != 0) valid.push_back(scores.rewards[i]);
  }
  return MeanWithInterval(valid);
}

std::vector<Contender> Baselines() {
  std::vector<Contender> contenders;
  const auto add = [&contenders](const std::string& name, bool shortest, auto make) {
    Contender contender{name, {}, shortest};
    contender.job.baseline = make;
    contenders.push_back(std::move(contender));
  };
  for (LinkMetric metric :
       {LinkMetric::kIgp, LinkMetric::kHops, LinkMetric::kDelay, LinkMetric::kInverseCapacity}) {
    add("shortest-path:" + std::string(LinkMetricName(metric)), true, [metric] {
      return std::make_unique<MetricPolicy>("shortest-path", ShortestPathPlan, metric);
    });
  }
  add("ecmp", false,
      [] { return std::make_unique<MetricPolicy>("ecmp", EcmpPlan, LinkMetric::kIgp); });
  add("cspf", false, [] { return std::make_unique<CspfPolicy>(); });
  add("lp-previous", false, [] {
    return std::make_unique<LpPolicy>(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kAll);
  });
  return contenders;
}

std::vector<std::string> ScoreTable(const ScenarioScores& agent,
                                    const std::vector<std::pair<ScenarioScores, bool>>& others) {
  const Estimate mean = MeanScore(agent);
  std::vector<std::string> lines = {
      absl::StrFormat("  %-32s %+.4f [%+.4f, %+.4f]", agent.name, mean.mean, mean.low, mean.high)};
  const ScenarioScores* best = nullptr;
  for (const auto& [scores, shortest] : others) {
    lines.push_back(Row(agent, scores));
    if (shortest && (best == nullptr || MeanScore(scores).mean > MeanScore(*best).mean)) {
      best = &scores;
    }
  }
  if (best == nullptr) return lines;
  const Estimate gain = PairedDifference(agent, *best);
  lines.push_back(
      absl::StrFormat("best of the shortest paths: %s; the agent's reward is %+.4f "
                      "[%+.4f, %+.4f] over it",
                      best->name, gain.mean, gain.low, gain.high));
  for (const Part& part : kParts) lines.push_back(PartRow(part, agent, *best));
  // The first is the reward's reference and what a network without traffic engineering does.
  const ScenarioScores& first = others.front().first;
  if (&first == best) return lines;
  lines.push_back(absl::StrFormat("against %s:", first.name));
  for (const Part& part : kParts) lines.push_back(PartRow(part, agent, first));
  return lines;
}

}  // namespace rhumb::training

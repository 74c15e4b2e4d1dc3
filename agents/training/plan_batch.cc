#include "agents/training/plan_batch.h"

#include <algorithm>

#include "agents/training/estimators.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr double kMostAdvantage = 3;  // a few episodes without luck do not decide an update

}  // namespace

PlanBatch MakePlanBatch(const std::vector<RolloutGroup>& groups, double discount, double scale,
                        UpdateReport* report) {
  std::vector<const neural::PathGraph*> graphs;
  std::vector<float> history, next, logits;
  std::vector<int64_t> moment_of_path;
  std::vector<Tensor> noise;
  std::vector<double> rewards, advantages;
  int64_t repeats = 0;
  double steps = 0;
  for (const RolloutGroup& group : groups) {
    if (group.trajectories.empty()) {
      ++report->lost_scenarios;
      continue;
    }
    repeats = static_cast<int64_t>(group.trajectories.size());
    std::vector<std::vector<double>> returns;
    for (const Trajectory& trajectory : group.trajectories) {
      returns.push_back(ReturnsToGo(RewardsOf(trajectory), discount));
      for (const Transition& transition : trajectory) {
        report->reward += transition.reward;
        report->terms += transition.terms;
        ++steps;
      }
    }
    const auto without_others = LeaveOneOutAdvantages(returns);
    for (size_t step = 0; step < group.trajectories[0].size(); ++step) {
      // The network sees topology and demands, which are the same in all repeats.
      const PlanMoment& moment = *group.trajectories[0][step].plan;
      const int paths = moment.graph->num_paths();
      moment_of_path.insert(moment_of_path.end(), paths, static_cast<int64_t>(graphs.size()));
      graphs.push_back(moment.graph.get());
      history.insert(history.end(), moment.history.begin(), moment.history.end());
      next.insert(next.end(), moment.next.begin(), moment.next.end());
      logits.insert(logits.end(), moment.logits.begin(), moment.logits.end());
      std::vector<Tensor> columns;
      for (int64_t i = 0; i < repeats; ++i) {
        columns.push_back(torch::tensor(group.trajectories[i][step].plan->noise, torch::kFloat));
        rewards.push_back(returns[i][step]);
        advantages.push_back(without_others[i][step]);
      }
      noise.push_back(torch::stack(columns, 1));
    }
  }
  PlanBatch batch;
  if (graphs.empty()) return batch;
  report->reward /= steps;
  report->terms *= 1 / steps;
  batch.spread = MomentsOf(advantages).deviation;
  const double divisor = std::max(scale > 0 ? scale : batch.spread, 1e-9);
  for (double& advantage : advantages) {
    advantage = std::clamp(advantage / divisor, -kMostAdvantage, kMostAdvantage);
  }
  const auto table = [repeats](const std::vector<double>& values) {
    return torch::tensor(values, torch::kFloat).view({-1, repeats});
  };
  batch.input.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(graphs));
  batch.input.history = torch::tensor(history, torch::kFloat).view({-1, neural::kHistory});
  batch.input.next = torch::tensor(next, torch::kFloat).view({-1, 1});
  batch.input.scale = neural::LoadScale::kOverCapacity;
  batch.logits = torch::tensor(logits, torch::kFloat);
  batch.noise = torch::cat(noise, 0);
  batch.rewards = table(rewards);
  batch.advantages = table(advantages);
  batch.moment_of_path = torch::tensor(moment_of_path, torch::kLong);
  return batch;
}

Tensor NoisyRatios(const neural::SharedGraph& graph, const Tensor& logits, const Tensor& noise) {
  std::vector<Tensor> columns;
  for (int64_t i = 0; i < noise.size(1); ++i) {
    columns.push_back(neural::SoftmaxOfPairs(graph, logits + noise.select(1, i)));
  }
  return torch::stack(columns, 1);
}

}  // namespace rhumb::training

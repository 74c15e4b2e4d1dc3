#include "agents/training/packet_samples.h"

#include "agents/training/estimators.h"

namespace rhumb::training {
namespace {

void AddTerms(RewardTerms terms, double share, RewardTerms* sum) { *sum += terms *= share; }

}  // namespace

std::vector<double> RewardsOf(const Trajectory& trajectory, double scale) {
  std::vector<double> rewards;
  for (const Transition& transition : trajectory) rewards.push_back(transition.reward / scale);
  return rewards;
}

std::vector<Sample> MakeSamples(const std::vector<RolloutGroup>& groups, const PacketConfig& config,
                                double return_scale, UpdateReport* report) {
  std::vector<Sample> samples;
  std::vector<double> advantages, targets, values;
  for (const RolloutGroup& group : groups) {
    if (group.trajectories.empty()) ++report->lost_scenarios;
    std::vector<std::vector<double>> returns;
    for (const Trajectory& trajectory : group.trajectories) {
      const std::vector<double> rewards = RewardsOf(trajectory, return_scale);
      std::vector<double> guesses;
      for (const Transition& transition : trajectory) {
        samples.push_back({&transition, 0, 0});
        guesses.push_back(transition.answer.value);
      }
      returns.push_back(ReturnsToGo(rewards, config.discount));
      targets.insert(targets.end(), returns.back().begin(), returns.back().end());
      values.insert(values.end(), guesses.begin(), guesses.end());
      if (config.leave_one_out) continue;
      const std::vector<double> estimates =
          GeneralizedAdvantages(rewards, guesses, config.discount, config.decay);
      advantages.insert(advantages.end(), estimates.begin(), estimates.end());
    }
    if (!config.leave_one_out) continue;
    for (const std::vector<double>& one : LeaveOneOutAdvantages(returns)) {
      advantages.insert(advantages.end(), one.begin(), one.end());
    }
  }
  const double share = 1.0 / static_cast<double>(samples.size());
  for (const Sample& sample : samples) {
    report->reward += share * sample.transition->reward;
    AddTerms(sample.transition->terms, share, &report->terms);
  }
  report->explained_variance = ExplainedVariance(values, targets);
  report->reward_spread = return_scale * MomentsOf(advantages).deviation;
  Normalize(&advantages);
  for (size_t i = 0; i < samples.size(); ++i) {
    samples[i].advantage = advantages[i];
    samples[i].value_target = targets[i];
  }
  return samples;
}

}  // namespace rhumb::training

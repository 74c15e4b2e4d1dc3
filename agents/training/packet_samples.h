// From finished episodes to what an update learns from: advantages and value targets.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_SAMPLES_H_
#define RHUMB_AGENTS_TRAINING_PACKET_SAMPLES_H_

#include <vector>

#include "agents/training/actor.h"
#include "agents/training/packet_config.h"
#include "agents/training/reward.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

// A decision to learn from.
struct Sample {
  const Transition* transition = nullptr;
  double advantage = 0;
  double value_target = 0;
};

// The rewards of an episode over `scale`. [steps]
std::vector<double> RewardsOf(const Trajectory& trajectory, double scale = 1);

struct UpdateReport {
  double reward = 0;         // mean over the steps
  RewardTerms terms;         // the same
  double reward_spread = 0;  // standard deviation of the advantages, in units of the reward
  double kl = 0;             // of the policy after the update from the one that acted
  double clipped_share = 0, value_error = 0, entropy = 0;  // of the last step
  double explained_variance = 0;                           // of the returns, by the critic
  int steps = 0;                                           // of the optimiser
  int lost_scenarios = 0;
};

// Advantages and value targets of what was played, in order; lost groups have none. Advantages are
// leave-one-out or GAE, normalised over the batch. Rewards are divided by `return_scale` first.
std::vector<Sample> MakeSamples(const std::vector<RolloutGroup>& groups, const PacketConfig& config,
                                double return_scale, UpdateReport* report);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_SAMPLES_H_

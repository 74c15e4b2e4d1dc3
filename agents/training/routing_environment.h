// The environment over any simulator.
#ifndef RHUMB_AGENTS_TRAINING_ROUTING_ENVIRONMENT_H_
#define RHUMB_AGENTS_TRAINING_ROUTING_ENVIRONMENT_H_

#include <memory>

#include "agents/training/environment.h"
#include "agents/training/episode_scenario.h"
#include "agents/training/reference_cache.h"
#include "agents/training/reward.h"
#include "simulator/network_simulator.h"

namespace rhumb::training {

struct EnvironmentOptions {
  RewardWeights reward;
  DelayOf delay_of = DelayOf::kTraffic;
  // Plays every episode with shortest path first and rewards the difference (RewardTerms). The
  // reference is kept while the same seed is reset again and again.
  bool against_shortest_path = true;
  // Shared by environments that play the same episodes; null: each plays the reference itself.
  std::shared_ptr<ReferenceCache> references;
};

std::unique_ptr<Environment> MakeRoutingEnvironment(std::unique_ptr<NetworkSimulator> simulator,
                                                    ScenarioSource scenarios,
                                                    const EnvironmentOptions& options);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ROUTING_ENVIRONMENT_H_

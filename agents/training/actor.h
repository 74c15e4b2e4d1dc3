// Plays episodes with the agent's current weights and writes down what it did, for the learner.
#ifndef RHUMB_AGENTS_TRAINING_ACTOR_H_
#define RHUMB_AGENTS_TRAINING_ACTOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/neural/inference.h"
#include "agents/neural/priced_inference.h"
#include "agents/routing_policy.h"
#include "agents/training/environment.h"

namespace rhumb::training {

// One decision and what came of it.
struct Transition {
  neural::PriceFeatures features;
  neural::PriceAnswer answer;  // of the weights that acted: the action was drawn from it
  neural::Prices action{};
  double reward = 0;
  RewardTerms terms;
};

using Trajectory = std::vector<Transition>;

// The agent that acts.
struct ActingAgent {
  std::vector<float> weights;     // of the graph network
  std::vector<float> price_head;  // empty: the base plan, all prices 0
  neural::InferenceOptions inference;
  bool explore = false;  // draws actions, else takes their mean
};

class Actor {
 public:
  explicit Actor(std::shared_ptr<const ActingAgent> agent);

  // The whole episode of `seed`; the draws are a function of (seed, repeat). Errors of the
  // environment.
  absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, uint64_t seed, int repeat);

 private:
  void Follow(const Observation& observation);

  std::shared_ptr<const ActingAgent> agent_;
  neural::Inference inference_;
  neural::PricedInference priced_;
  // Of the last decision: a network that did not change keeps its graph.
  std::shared_ptr<const neural::PathGraph> graph_;
  std::shared_ptr<const PathSet> paths_;
  uint64_t topology_version_ = 0;
  std::vector<float> history_;
};

// The same with any policy; transitions hold the rewards only.
absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, RoutingPolicy* policy,
                                       uint64_t seed);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ACTOR_H_

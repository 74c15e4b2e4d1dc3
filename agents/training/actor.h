// Plays episodes with the agent's current weights and writes down what it did, for the learner.
#ifndef RHUMB_AGENTS_TRAINING_ACTOR_H_
#define RHUMB_AGENTS_TRAINING_ACTOR_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/neural/inference.h"
#include "agents/neural/path_graph.h"
#include "agents/routing_policy.h"
#include "agents/training/environment.h"

namespace rhumb::training {

// One decision and what came of it.
struct Transition {
  std::shared_ptr<const neural::PathGraph> graph;
  std::vector<float> history;  // [pairs][kHistory], in units of the graph's mean capacity
  std::vector<float> means;    // [paths of the graph] logits of the policy that acted
  std::vector<float> logits;   // [paths of the graph] the action
  double sigma = 0;            // it was drawn from N(means, sigma^2)
  // The same for the trade-off between congestion and distance, one number for the whole network,
  // on which the means depend.
  double trade_off = 0, trade_off_mean = 0, trade_off_sigma = 0;
  double reward = 0;
  RewardTerms terms;
};

using Trajectory = std::vector<Transition>;

// The agent that acts: weights, and how far it strays from what they say.
struct ActingPolicy {
  std::shared_ptr<const std::vector<float>> weights;
  int iterations = 8;
  double sigma = 0;            // standard deviation of the exploration around every logit; 0: none
  double trade_off_sigma = 0;  // and around the trade-off
};

class Actor {
 public:
  explicit Actor(const ActingPolicy& policy);

  // The whole episode of `seed`; the noise is a function of (seed, repeat). Errors of the
  // environment.
  absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, uint64_t seed, int repeat);

 private:
  void Observe(const Observation& observation, Transition* transition);

  ActingPolicy policy_;
  neural::Inference inference_;
  // Of the last decision: a network that did not change keeps its graph.
  std::shared_ptr<const neural::PathGraph> graph_;
  std::shared_ptr<const PathSet> paths_;
  uint64_t topology_version_ = 0;
};

// The same with any policy; transitions hold the rewards only.
absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, RoutingPolicy* policy,
                                       uint64_t seed);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ACTOR_H_

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
#include "agents/training/plan_noise.h"
#include "agents/training/random.h"

namespace rhumb::training {

// What a whole plan was decided from.
struct PlanMoment {
  std::shared_ptr<const neural::PathGraph> graph;
  std::vector<float> history;  // [pairs][kHistory] over the mean capacity
  std::vector<float> next;     // [pairs] the demands that were then played, in the same unit
  std::vector<float> logits;   // [paths] the network's
  std::vector<float> noise;    // [paths] added to them
  neural::Feedback feedback;   // of agents that see it
};

// One decision and what came of it. An agent of prices has the first three, one that decides whole
// plans the fourth.
struct Transition {
  neural::PriceFeatures features;
  neural::PriceAnswer answer;  // of the weights that acted: the action was drawn from it
  neural::Prices action{};
  std::shared_ptr<PlanMoment> plan;
  double reward = 0;
  RewardTerms terms;
  // How unsure a corrected simulator is of the mean completion time: half of its range's logarithm,
  // more when the scenario is far from what the correction was learned from. 0 of others.
  double doubt = 0;
};

using Trajectory = std::vector<Transition>;

// The agent that acts.
struct ActingAgent {
  // Of the graph network, with those for feedback behind them where it sees what was measured.
  std::vector<float> weights;
  std::vector<float> price_head;  // empty: the base plan, all prices 0
  neural::InferenceOptions inference;
  bool whole_plan = false;  // the graph network's last logits are the plan; there is no price head
  bool explore = false;     // draws actions, else takes their mean
  PlanNoise noise;          // of whole plans; every second draw is the one before it, turned round
  // Above 0: an episode is played with noise on weights (weight_noise.h) instead, of this
  // deviation.
  double weight_noise = 0;
};

class Actor {
 public:
  explicit Actor(std::shared_ptr<const ActingAgent> agent);

  // The whole episode of `seed`; the draws are a function of (seed, repeat). Errors of the
  // environment.
  absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, uint64_t seed, int repeat);

 private:
  void Follow(const Observation& observation);
  // One logit a path of the observation's path set.
  std::vector<float> Act(const Observation& observation, Random& noise, Transition* transition);
  std::vector<float> ActWholly(const Observation& observation, Random& noise, bool turned,
                               Transition* transition);
  neural::Inference& acting() { return noisy_ != nullptr ? *noisy_ : inference_; }

  std::shared_ptr<const ActingAgent> agent_;
  neural::Inference inference_;
  neural::PricedInference priced_;
  std::unique_ptr<neural::Inference> noisy_;  // of the episode; null: the agent's own weights
  // Of the last decision: a network that did not change keeps its graph.
  std::shared_ptr<const neural::PathGraph> graph_;
  std::shared_ptr<const PathSet> paths_;
  uint64_t topology_version_ = 0;
  std::vector<float> history_;
  neural::Feedback feedback_;
};

// The same with any policy; transitions hold the rewards only.
absl::StatusOr<Trajectory> PlayEpisode(Environment* environment, RoutingPolicy* policy,
                                       uint64_t seed);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ACTOR_H_

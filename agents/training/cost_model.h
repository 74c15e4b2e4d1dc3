// A smooth model of what traffic costs, learned from what the simulator said: a school for plans,
// whose gradient needs no noise.
//
// Every link costs its traffic something that depends on its utilization and its relative capacity,
// a small network of both; a path costs its delay, a constant, and the sum over its links; a plan
// the mean over its traffic. The reward of a plan is taken for minus the logarithm of its cost, and
// the network is fitted to how rewards differ between plans on the same arrivals.
//
// In a running network a link's cost depends on what was measured there as well, moving traffic has
// a cost of its own, and what is predicted is the advantage of a plan: the critic of actions of
// which the policy follows the gradient (Silver et al., deterministic policy gradients, 2014).
#ifndef RHUMB_AGENTS_TRAINING_COST_MODEL_H_
#define RHUMB_AGENTS_TRAINING_COST_MODEL_H_

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "agents/neural/graph_ops.h"

namespace rhumb::training {

// With `running`, of the model of a running network.
int NumCostWeights(bool running = false);
std::vector<float> InitialCostWeights(uint64_t seed, bool running = false);

// [graphs, plans] predicted rewards but for a constant of every graph; `ratios` is [paths, plans],
// `demands` [pairs, 1] over the mean capacity, `weights` [NumCostWeights()].
torch::Tensor PredictedRewards(const torch::Tensor& weights, const neural::SharedGraph& graph,
                               const torch::Tensor& ratios, const torch::Tensor& demands);

// What was known when plans were decided that are compared.
struct RunningNetwork {
  torch::Tensor links;     // [links, plans, neural::kNumLinkFeedback]
  torch::Tensor in_force;  // [paths, plans] split ratios of the plans before, all 0 without one
};
// The same with `weights` of NumCostWeights(true).
torch::Tensor PredictedAdvantages(const torch::Tensor& weights, const neural::SharedGraph& graph,
                                  const torch::Tensor& ratios, const torch::Tensor& demands,
                                  const RunningNetwork& running);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_COST_MODEL_H_

// A smooth model of what traffic costs, learned from what the simulator said: a school for plans,
// whose gradient needs no noise.
//
// A link makes its traffic wait and loses some of it, as much as its utilization and its relative
// capacity say through a small network. A path costs its delay, a constant, and the weighted sum of
// both over its links; a plan the mean over its traffic. The reward of a plan is taken for minus
// the logarithm of its cost. Waiting and losses are fitted to the measured delay and loss too,
// which TCP scatters less than completion times.
#ifndef RHUMB_AGENTS_TRAINING_COST_MODEL_H_
#define RHUMB_AGENTS_TRAINING_COST_MODEL_H_

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "agents/neural/graph_ops.h"

namespace rhumb::training {

int NumCostWeights();
std::vector<float> InitialCostWeights(uint64_t seed);

// [graphs, plans] each; rewards and delays but for a constant of every graph.
struct CostGuess {
  torch::Tensor reward;
  torch::Tensor delay;  // as RewardTerms::delay
  torch::Tensor loss;   // as RewardTerms::loss
};

// `ratios` is [paths, plans], `demands` [pairs, 1] over the mean capacity, `weights`
// [NumCostWeights()].
CostGuess GuessCosts(const torch::Tensor& weights, const neural::SharedGraph& graph,
                     const torch::Tensor& ratios, const torch::Tensor& demands);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_COST_MODEL_H_

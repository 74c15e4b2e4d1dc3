// What flow-level training minimises, and the two ways to its gradient.
#ifndef RHUMB_AGENTS_TRAINING_FLOW_OBJECTIVE_H_
#define RHUMB_AGENTS_TRAINING_FLOW_OBJECTIVE_H_

#include <torch/types.h>

#include <functional>

#include "agents/neural/torch_network.h"
#include "agents/training/random.h"
#include "agents/training/sample_pool.h"

namespace rhumb::training {

struct ObjectiveOptions {
  int iterations = 8;        // with gradient
  int without_gradient = 0;  // before them
  // Steepness of the soft maximum over links, the norm of this order: links within about 1 /
  // sharpness of the most loaded one count.
  double sharpness = 60;
  double first_iterate_weight = 0.2;  // the last one has 1, linear between
  // What delay costs: traffic that takes twice as long as on its fastest paths is as bad as an MLU
  // whose logarithm is larger by this.
  double delay_weight = 0;
};

struct ObjectiveValue {
  torch::Tensor loss;  // scalar, to differentiate
  double log_mlu = 0;  // mean over the batch's networks of log MLU of the last iterate
};

neural::NetworkInput ToInput(const Batch& batch, torch::ScalarType type = torch::kFloat);

// Mean over networks and iterates (later ones weigh more) of the log of the soft maximum
// utilization under the next interval's matrix, plus `delay_weight` times the mean delay of its
// traffic over that on the fastest candidate paths, minus one. The log makes it the same, up to a
// constant, as the ratio to the optimum, so networks with different room weigh alike. The gradient
// flows through the flow model (analytic policy gradient).
ObjectiveValue AnalyticObjective(const torch::Tensor& weights, const neural::NetworkInput& input,
                                 const ObjectiveOptions& options);

struct ScoreFunctionOptions {
  int samples = 16;    // plans tried for every network and matrix
  double sigma = 0.3;  // of the Gaussian around the logits
};

// A reward that is only ever evaluated: [graphs] of logits [paths].
using Reward = std::function<torch::Tensor(const torch::Tensor& logits)>;

// [graphs]: mean delay of the next interval's traffic over that on the fastest candidate paths, of
// split ratios [paths]. 1 where there is no traffic.
torch::Tensor DelayRatio(const neural::NetworkInput& input, const torch::Tensor& ratios);

// The reward of the flow level: -log MLU under the next interval's matrix, less the price of delay.
Reward FlowReward(const neural::NetworkInput& input, double delay_weight);

// [samples, graphs] -> the same: reward minus the mean of the other samples of the same network
// (leave-one-out baseline), over the standard deviation of all rewards of the network.
torch::Tensor LeaveOneOutAdvantages(const torch::Tensor& rewards);

// REINFORCE (Williams 1992) with a Gaussian policy over the logits of the last iterate: its
// gradient estimates that of the expected reward without ever differentiating the reward.
ObjectiveValue ScoreFunctionObjective(const torch::Tensor& weights,
                                      const neural::NetworkInput& input, const Reward& reward,
                                      const ObjectiveOptions& options,
                                      const ScoreFunctionOptions& score, Random& random);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_FLOW_OBJECTIVE_H_

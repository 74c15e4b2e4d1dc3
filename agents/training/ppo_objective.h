// Proximal policy optimisation (Schulman et al. 2017) over split-ratio logits: what packet-level
// training minimises.
//
// The policy is a Gaussian around the network's last logits. A network has thousands of logits, and
// the ratio of the joint densities of two policies would leave any clipping range after the
// smallest step. So every demand has a ratio of its own, over the logits of its paths, and all of
// them share the one advantage of the network: to first order that is the same gradient.
//
// Thousands of small changes at once say little about any of them. So the network has one number
// more, the trade-off between congestion and distance, that moves all of its logits together; it is
// explored beside them as an action of its own, with a ratio of its own.
#ifndef RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_
#define RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_

#include <torch/types.h>

#include <memory>
#include <vector>

#include "agents/neural/torch_network.h"
#include "agents/training/actor.h"

namespace rhumb::training {

// A decision with what the learner made of its reward.
struct Sample {
  const Transition* transition = nullptr;
  double advantage = 0;
  double value_target = 0;
};

struct PpoOptions {
  int iterations = 8;  // of the network
  double clip = 0.2;   // ratios of densities count within [1 - clip, 1 + clip]
  double entropy = 0;  // weight of the entropy of a logit, log sigma + constant
  double value = 0.5;  // weight of the critic's squared error; 0: no critic
};

// Parameters in one flat array: the network's weights, then the critic's, then log sigma.
int NumCriticWeights();
int NumParameters();
// Fresh ones: the network's weights as given, a random critic, the exploration of `sigma`.
std::vector<float> InitialParameters(absl::Span<const float> weights, double sigma, uint64_t seed);

// Side by side, in order, as one input of the network.
struct PpoBatch {
  neural::NetworkInput input;
  torch::Tensor logits, means;  // [paths] the action, and the mean of the policy that took it
  torch::Tensor sigma;          // [paths] of that policy
  // [graphs, 1]; the action is input.trade_off. Sigma is 0 where it was not explored.
  torch::Tensor trade_off_mean, trade_off_sigma;
  torch::Tensor advantage;     // [graphs, 1]
  torch::Tensor value_target;  // [graphs, 1]
};
PpoBatch ToBatch(absl::Span<const Sample> samples);

struct PpoLoss {
  torch::Tensor loss;  // scalar, to differentiate
  // Means over demands, then networks, that tell how far the policy has moved.
  double kl = 0;             // of the acting policy from this one, of the logits of a demand
  double clipped_share = 0;  // of ratios outside of the range
  double value_error = 0;    // mean square
  double entropy = 0;
};

// `parameters` is [NumParameters()].
PpoLoss PpoObjective(const torch::Tensor& parameters, const PpoBatch& batch,
                     const PpoOptions& options);

// -min(ratio * advantage, clip(ratio) * advantage) of log ratios and advantages of one shape.
torch::Tensor ClippedSurrogate(const torch::Tensor& log_ratio, const torch::Tensor& advantage,
                               double clip);
// [paths] -> [pairs, 1]: the log density of the logits of a demand under N(mean, sigma^2).
torch::Tensor LogDensityOfPairs(const neural::SharedGraph& graph, const torch::Tensor& logits,
                                const torch::Tensor& mean, const torch::Tensor& sigma);
// [pairs, 1]: Kullback-Leibler divergence of N(new) from N(old), over the logits of a demand.
torch::Tensor DivergenceOfPairs(const neural::SharedGraph& graph, const torch::Tensor& old_mean,
                                const torch::Tensor& old_sigma, const torch::Tensor& new_mean,
                                const torch::Tensor& new_sigma);
// [graphs, 1]: what the critic expects of every network of the batch, from the state that the
// policy's own network has of its links.
torch::Tensor Values(const torch::Tensor& parameters, const neural::NetworkInput& input,
                     const neural::NetworkOutput& output);
// The same without gradient.
std::vector<double> ValuesOf(absl::Span<const float> parameters, const PpoBatch& batch,
                             int iterations);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_

// What an update of packet-level training minimises, with gradients by LibTorch.
#ifndef RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_
#define RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_

#include <torch/types.h>

#include "absl/types/span.h"
#include "agents/training/packet_samples.h"

namespace rhumb::training {

// Decisions side by side.
struct PpoBatch {
  torch::Tensor links;     // [links of all decisions, kLinkFeatures]
  torch::Tensor decision;  // int64 [links of all decisions]: whose a link is
  torch::Tensor even;      // [links of all decisions, 1] weights of the first mean over links
  torch::Tensor load;      // the same of the second
  torch::Tensor network;   // [decisions, kNetworkFeatures]
  torch::Tensor action, acting_mean, acting_sigma;  // [decisions, kNumPrices]
  torch::Tensor advantage, value_target;            // [decisions]
};
PpoBatch ToBatch(absl::Span<const Sample> samples, torch::ScalarType type = torch::kFloat);

struct HeadOutput {
  torch::Tensor mean;       // [decisions, kNumPrices]
  torch::Tensor log_sigma;  // [kNumPrices]
  torch::Tensor value;      // [decisions]
};
// neural::AskPriceHead with gradients; `weights` is [NumPriceWeights()].
HeadOutput PriceHeadForward(const torch::Tensor& weights, const PpoBatch& batch);

// [decisions]: log density of Gaussians of independent components, all [decisions, n].
torch::Tensor GaussianLogDensity(const torch::Tensor& x, const torch::Tensor& mean,
                                 const torch::Tensor& sigma);
// [decisions]: KL divergence of the second from the first of two such Gaussians.
torch::Tensor GaussianKl(const torch::Tensor& mean, const torch::Tensor& sigma,
                         const torch::Tensor& other_mean, const torch::Tensor& other_sigma);

// [decisions]: what is minimised for a ratio of probabilities and an advantage, minus the smaller
// of ratio and clipped ratio times advantage.
torch::Tensor ClippedSurrogate(const torch::Tensor& log_ratio, const torch::Tensor& advantage,
                               double clip);

struct PpoOptions {
  double clip = 0.2;
  double entropy = 0;  // weight of the bonus
  double value = 0.5;  // weight of the critic's error
};

struct PpoLoss {
  torch::Tensor loss;  // scalar, to differentiate
  double clipped_share = 0;
  double value_error = 0;  // mean square
  double entropy = 0;      // of the policy
};

// Proximal policy optimisation (Schulman et al. 2017): the clipped surrogate with one ratio for the
// whole network and all its prices, since there is one reward; minus the entropy bonus, plus the
// critic's squared error.
PpoLoss PpoObjective(const torch::Tensor& weights, const PpoBatch& batch,
                     const PpoOptions& options);

// Mean over the decisions of the KL divergence of `weights` from the policy that acted.
double KlFromActing(const torch::Tensor& weights, const PpoBatch& batch);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PPO_OBJECTIVE_H_

// How likely a plan's noise was: PPO's ratio of probabilities, pair by pair.
//
// All paths of a network are explored at once, and one ratio for all of them would leave its clip
// at the first step. A pair's logits are Gaussian by themselves, with the covariance that noise on
// prices gives them, so every pair has a ratio of its own and all share the advantage of their plan
// (as agents do that are trained together: Yu et al., MAPPO, 2022).
#ifndef RHUMB_AGENTS_TRAINING_PAIR_DENSITY_H_
#define RHUMB_AGENTS_TRAINING_PAIR_DENSITY_H_

#include <torch/types.h>

#include "absl/types/span.h"
#include "agents/neural/graph_ops.h"
#include "agents/training/plan_noise.h"

namespace rhumb::training {

class PairDensity {
 public:
  // `utilization` [links] as DrawPlanNoise got it, `noise` [paths, repeats] as drawn around
  // `acting` [paths].
  PairDensity(const neural::SharedGraph& graph, absl::Span<const float> utilization,
              const PlanNoise& spread, const torch::Tensor& acting, const torch::Tensor& noise);

  // [pairs, repeats] log of the density of what was drawn around `logits` [paths] over that around
  // `acting`. Differentiable.
  torch::Tensor LogRatio(const torch::Tensor& logits) const;
  // [pairs] KL divergence of `logits` from `acting`.
  torch::Tensor Divergence(const torch::Tensor& logits) const;

 private:
  torch::Tensor Padded(const torch::Tensor& of_paths) const;  // [pairs, most paths, columns]

  torch::Tensor acting_;
  torch::Tensor row_;       // int64 [pairs * most paths], of a path, or one past the last
  torch::Tensor inverse_;   // [pairs, most paths, most paths] of the covariance
  torch::Tensor weighted_;  // [pairs, most paths, repeats] inverse times noise
  int64_t most_paths_ = 1;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PAIR_DENSITY_H_

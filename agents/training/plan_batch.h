// Decisions of whole plans side by side, as an update learns from them.
#ifndef RHUMB_AGENTS_TRAINING_PLAN_BATCH_H_
#define RHUMB_AGENTS_TRAINING_PLAN_BATCH_H_

#include <torch/types.h>

#include <vector>

#include "agents/neural/torch_network.h"
#include "agents/training/packet_samples.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

struct PlanBatch {
  neural::NetworkInput input;    // all moments
  torch::Tensor logits;          // [paths] of the network that acted
  torch::Tensor noise;           // [paths, repeats]
  torch::Tensor rewards;         // [moments, repeats] returns from that moment on
  torch::Tensor advantages;      // [moments, repeats] leave-one-out, over `scale`, within [-3, 3]
  torch::Tensor moment_of_path;  // int64 [paths]
  double spread = 0;             // standard deviation of the advantages before scaling
};

// Groups that were lost have no part; a batch without any has no paths. `scale` is what advantages
// are divided by; 0: their own spread.
PlanBatch MakePlanBatch(const std::vector<RolloutGroup>& groups, double discount, double scale,
                        UpdateReport* report);

// [paths, repeats] split ratios of logits [paths] with `noise` on top.
torch::Tensor NoisyRatios(const neural::SharedGraph& graph, const torch::Tensor& logits,
                          const torch::Tensor& noise);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PLAN_BATCH_H_

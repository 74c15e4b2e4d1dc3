// The agent's network on LibTorch, with gradients: what training runs and what the inference code
// is tested against.
//
// It decides split ratios by iterating with shared weights. Scenarios, matrices that the next
// interval may bring, are made from the past first. Every iteration then puts the current ratios on
// the network under all scenarios at once, updates a state per link from the utilizations, sends
// messages along the paths, and moves the path logits. Everything is divided by the current MLU, so
// units and scale of traffic and capacity cancel.
#ifndef RHUMB_AGENTS_NEURAL_TORCH_NETWORK_H_
#define RHUMB_AGENTS_NEURAL_TORCH_NETWORK_H_

#include <torch/types.h>

#include <vector>

#include "agents/neural/graph_ops.h"
#include "agents/neural/network_shape.h"

namespace rhumb::neural {

struct NetworkInput {
  SharedGraph graph;
  torch::Tensor history;  // [pairs, kHistory] past demands, the latest first, in any one unit
  torch::Tensor next;     // [pairs, 1] the demands to be scored on, in the unit of `history`
  LoadScale scale = LoadScale::kOverMlu;
  // Of a running network, see feedback.h; undefined for none.
  torch::Tensor link_feedback;  // [links, kNumLinkFeedback]
  torch::Tensor path_feedback;  // [paths, kNumPathFeedback]
};

struct NetworkOutput {
  // Iterates 0 (before the first update) to K.
  std::vector<torch::Tensor> logits;      // [paths]
  std::vector<torch::Tensor> next_loads;  // [links, 1] utilization under `next`
  torch::Tensor scenarios;                // [pairs, kScenarios]
  torch::Tensor ratios;                   // [paths] of the last iterate
};

// `weights` is the flat array of WeightTable, float or double, and where there is feedback that of
// FeedbackTable behind it. The first `without_gradient`
// iterations are constants to autograd: training learns to go on from a late iterate without the
// memory and time of a long chain.
NetworkOutput Forward(const torch::Tensor& weights, const NetworkInput& input, int iterations,
                      int without_gradient = 0);

// Utilization under `next` [links, 1] of given logits, by the flow model alone.
torch::Tensor Utilization(const NetworkInput& input, const torch::Tensor& logits);

// Random first weights; the last layers start near 0, so an untrained network keeps its first
// ratios.
torch::Tensor InitialWeights(uint64_t seed);
// The same for kOverCapacity: the first ratios are random too, and nearly even.
torch::Tensor InitialPlanWeights(uint64_t seed);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_TORCH_NETWORK_H_

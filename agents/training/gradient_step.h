// One step of an optimiser along the gradient of a loss, averaged over all ranks; and the moving
// average of weights. Includes LibTorch.
#ifndef RHUMB_AGENTS_TRAINING_GRADIENT_STEP_H_
#define RHUMB_AGENTS_TRAINING_GRADIENT_STEP_H_

#include <torch/types.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "agents/training/adam.h"
#include "agents/training/replica_group.h"

namespace rhumb::training {

inline torch::Tensor AsTensor(const std::vector<float>& weights) {
  return torch::tensor(weights, torch::kFloat);
}

// `samples` is the weight of this rank's gradient; at 0 the loss is not asked.
inline absl::Status GradientStep(const std::function<torch::Tensor(const torch::Tensor&)>& loss,
                                 double samples, double rate, double clip, ReplicaGroup* replicas,
                                 std::vector<float>* weights, Adam* adam) {
  std::vector<float> gradient(weights->size(), 0.0F);
  if (samples > 0) {
    const torch::Tensor variables = AsTensor(*weights).requires_grad_(true);
    loss(variables).backward();
    const torch::Tensor computed = variables.grad().contiguous();
    std::copy_n(computed.data_ptr<float>(), gradient.size(), gradient.begin());
  }
  absl::Status status = replicas->Average(absl::MakeSpan(gradient), samples);
  if (!status.ok()) return status;
  adam->Step(gradient, rate, clip, weights->data());
  return absl::OkStatus();
}

// `memory` grows over the first updates, so that the first weights are soon forgotten.
inline void MoveAverage(const std::vector<float>& weights, int64_t updates, double memory,
                        std::vector<float>* average) {
  memory = std::min(memory,
                    (1.0 + static_cast<double>(updates)) / (10.0 + static_cast<double>(updates)));
  for (size_t i = 0; i < weights.size(); ++i) {
    (*average)[i] = static_cast<float>(memory * (*average)[i] + (1 - memory) * weights[i]);
  }
}

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_GRADIENT_STEP_H_

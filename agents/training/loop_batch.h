// Decisions of running networks side by side, as an update learns from them.
//
// Repeats of an episode meet the same arrivals, but what they measure differs after the first step,
// since their plans did. A moment is a step of a scenario; its repeats are compared with each
// other.
#ifndef RHUMB_AGENTS_TRAINING_LOOP_BATCH_H_
#define RHUMB_AGENTS_TRAINING_LOOP_BATCH_H_

#include <torch/types.h>

#include <vector>

#include "agents/neural/torch_network.h"
#include "agents/training/cost_model.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_samples.h"
#include "agents/training/rollout_pool.h"

namespace rhumb::training {

struct LoopMoment {
  // Of the repeats, in order: the same network and demands.
  std::vector<const PlanMoment*> repeats;
  std::vector<double> advantages;  // of the repeats, less their mean
};

// All moments with at least two repeats. What a state is worth is a linear critic's word, fitted to
// the discounted returns of the batch (neural::Feedback, averaged and at its worst over the links,
// and the steps that are left); advantages are GAE's, over their deviation and within [-3, 3].
std::vector<LoopMoment> MakeLoopMoments(const std::vector<RolloutGroup>& groups,
                                        const PacketConfig& config, UpdateReport* report);

// Some moments as tensors.
struct LoopBatch {
  neural::SharedGraph graph;
  torch::Tensor history;        // [pairs, kHistory]
  torch::Tensor next;           // [pairs, 1]
  RunningNetwork running;       // of all repeats
  torch::Tensor path_feedback;  // [paths, repeats, kNumPathFeedback]
  torch::Tensor ratios;         // [paths, repeats] as played
  torch::Tensor advantages;     // [moments, repeats]

  // What the network is asked in one repeat.
  neural::NetworkInput InputOf(int64_t repeat) const;
  // The same for the model: one plan.
  RunningNetwork RunningOf(int64_t repeat) const;
};
// At least one moment; all have as many repeats.
LoopBatch MakeLoopBatch(const std::vector<const LoopMoment*>& moments);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_LOOP_BATCH_H_

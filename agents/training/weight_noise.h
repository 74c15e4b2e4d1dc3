// Exploration by weights instead of actions: an agent that plays a whole episode with other weights
// than its own does one thing consistently, which is seen in noise that drowns a single decision.
#ifndef RHUMB_AGENTS_TRAINING_WEIGHT_NOISE_H_
#define RHUMB_AGENTS_TRAINING_WEIGHT_NOISE_H_

#include <array>
#include <cstdint>
#include <vector>

#include "agents/neural/feedback.h"

namespace rhumb::training {

// The weights that are moved: both shifts of FeedbackTable, which add what was measured to logits.
constexpr int kNumMovedWeights = 2 * neural::kNumPathFeedback;

// Standard normal, a function of (seed, repeat); every second repeat is the one before it, turned
// round.
std::array<float, kNumMovedWeights> DrawWeightNoise(uint64_t seed, int repeat);

// Where the moved weights stand in the weights of an agent with feedback.
int FirstMovedWeight();

// `weights` plus `sigma` times that noise.
std::vector<float> WithWeightNoise(std::vector<float> weights, double sigma, uint64_t seed,
                                   int repeat);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_WEIGHT_NOISE_H_

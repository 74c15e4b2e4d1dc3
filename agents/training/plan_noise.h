// Exploration of whole plans: noise that looks like a change of prices.
//
// Independent noise on every path cancels on every link and teaches nothing. Noise on what a link
// costs moves all paths over it together, as a learned price would; so does noise on what distance,
// hops, narrowness and load cost everywhere.
#ifndef RHUMB_AGENTS_TRAINING_PLAN_NOISE_H_
#define RHUMB_AGENTS_TRAINING_PLAN_NOISE_H_

#include <vector>

#include "absl/types/span.h"
#include "agents/neural/path_graph.h"
#include "agents/training/random.h"

namespace rhumb::training {

// Standard deviations, in logits.
struct PlanNoise {
  double links = 0.4;   // of every link's price
  double common = 0.6;  // of what a hop, delay, narrowness and load cost everywhere, each
  double paths = 0.1;   // of every path by itself
};

// [paths] to be added to the logits of `graph`. `utilization` is [links], of the plan without
// noise.
std::vector<float> DrawPlanNoise(const neural::PathGraph& graph,
                                 absl::Span<const float> utilization, const PlanNoise& noise,
                                 Random& random);

// Covariance of what two paths of a pair are given.
double NoiseCovariance(const neural::PathGraph& graph, absl::Span<const float> utilization,
                       const PlanNoise& noise, int path, int other);

// [links], of ratios [paths] and demands [pairs] over the mean capacity.
std::vector<float> UtilizationOf(const neural::PathGraph& graph, absl::Span<const float> ratios,
                                 absl::Span<const float> demands);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PLAN_NOISE_H_

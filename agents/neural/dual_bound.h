// How good the best split over the candidate paths can be, proven from what a split puts on links.
//
// Weak duality: for any prices w >= 0 of utilization that sum to 1, the MLU of every split is at
// least the sum over demands of rate times the least sum of w / capacity along one of its paths.
// Prices that grow exponentially with utilization prove nearly the optimum once the links that
// matter are about equally full (Garg and Koenemann 2007).
#ifndef RHUMB_AGENTS_NEURAL_DUAL_BOUND_H_
#define RHUMB_AGENTS_NEURAL_DUAL_BOUND_H_

#include <array>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/aligned_floats.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"

namespace rhumb::neural {

// Owned by one thread. All memory is taken in SetGraph.
class DualBound {
 public:
  using PerScenario = std::array<float, kScenarios>;

  void SetGraph(std::shared_ptr<const PathGraph> graph);

  // Forgets what was proven for other demands: [pairs][kPathDemandRow], the scenarios first, in any
  // unit. They are kept until the next call, not copied.
  void SetDemands(absl::Span<const float> demands);

  // Tries the prices that `utilization` [links][kCrossingRow], the scenarios first, suggests.
  // O(path links).
  void Improve(absl::Span<const float> utilization);

  // The largest bound of every scenario's MLU so far, in the unit of the demands over the mean
  // capacity; 0 where nothing is proven.
  const PerScenario& mlu() const { return best_; }

 private:
  std::shared_ptr<const PathGraph> graph_;
  KernelProblem problem_;
  absl::Span<const float> demands_;
  AlignedFloats prices_;  // [links][kPriceRow] over capacity
  AlignedFloats sums_;    // [paths of a block][kPriceRow] scratch
  PerScenario best_ = {};
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_DUAL_BOUND_H_

// How good any routing can be, proven from what a split puts on links; dual_bound.h has the same
// for splits over the candidate paths.
//
// Weak duality as there, with the cheapest of all paths through the network in place of the
// cheapest candidate. Where the two differ, a better candidate is missing, and the prices find it.
#ifndef RHUMB_AGENTS_NEURAL_ROUTING_BOUND_H_
#define RHUMB_AGENTS_NEURAL_ROUTING_BOUND_H_

#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "agents/neural/aligned_floats.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/path_graph.h"
#include "agents/trees/tree_network.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb::neural {

// A path that a pair of the graph lacks.
struct MissingPath {
  int pair = -1;  // of the graph
  Path links;
};

// Owned by one thread.
class RoutingBound {
 public:
  using PerScenario = std::array<float, kScenarios>;

  void SetGraph(const Topology& topology, std::shared_ptr<const PathGraph> graph);

  // Forgets what was proven for other demands: [pairs][kPathDemandRow], the scenarios first. They
  // are kept until the next call, not copied. The mean counts a scenario as `weights` say, sum 1.
  void SetDemands(absl::Span<const float> demands, const PerScenario& weights);

  // Tries prices that grow exponentially with `utilization` [links][kPathDemandRow], the scenarios
  // first: times e where a link is by 1 / sharpness of the MLU fuller, and three blunter ones. Up
  // to kFewNodes nodes O(nodes^3), above O(nodes * links log nodes) and one set of prices for all
  // scenarios.
  void Improve(absl::Span<const float> utilization, float sharpness);

  // The largest bound of every scenario's MLU so far, in the unit of the demands over the mean
  // capacity; 0 where nothing is proven.
  const PerScenario& mlu() const { return best_; }

  // Paths that cost less than all candidates of their pair at `price` [links], those that matter
  // most. Empty where the best of all paths would take less than `least_gain` (relative) off what
  // the mean demands pay for the best candidates. O(nodes * links log nodes).
  std::vector<MissingPath> FindMissing(absl::Span<const float> price, double least_gain);

 private:
  void PriceLinks(absl::Span<const float> utilization, float sharpness);
  void ImproveByDistances();
  void ImproveByTrees();

  std::shared_ptr<const PathGraph> graph_;
  absl::Span<const float> demands_;
  PerScenario weights_ = {};
  std::optional<trees::TreeNetwork> network_;
  std::optional<trees::TreeSearch> search_;
  AlignedFloats prices_;                                 // [links][kPriceRow] over capacity
  AlignedFloats distances_;                              // [nodes][nodes][kPriceRow], for few nodes
  std::vector<float> mean_price_;                        // [links]
  std::vector<int> by_destination_, destination_begin_;  // pairs
  PerScenario best_ = {};
};

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_ROUTING_BOUND_H_

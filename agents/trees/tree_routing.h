// A network, the trees that its demands take and what they put on links: what every step towards a
// plan works on, and with which threads.
#ifndef RHUMB_AGENTS_TREES_TREE_ROUTING_H_
#define RHUMB_AGENTS_TREES_TREE_ROUTING_H_

#include <functional>
#include <memory>
#include <vector>

#include "agents/trees/link_prices.h"
#include "agents/trees/split_demands.h"
#include "agents/trees/tree_demands.h"
#include "agents/trees/tree_network.h"
#include "agents/trees/tree_split.h"
#include "topologies/topology.h"

namespace rhumb::trees {

// Asked often while a plan is made, from several threads; true ends it with the plan as it is then.
using Stop = std::function<bool()>;

// Blunt enough that links are told apart up to three times the present MLU, and sharp enough that
// those that are nearly full are: what prices begin with after a failure, and else.
constexpr float kServingSharpness = 30, kFirstSharpness = 100;
// A plan is far from the best possible when its MLU is so much above the bound: MLU over it - 1.
constexpr double kFar = 0.1;

struct TreeRouting {
  TreeRouting(const Topology& topology, int max_trees, const SplitLimits& limits, int workers);

  // The same demands on the same trees while links have other states.
  void SetNetwork(std::unique_ptr<TreeNetwork> changed);

  int workers() const { return static_cast<int>(scratch.size()); }
  // Is every pair cheap to improve?
  bool Precise() const;
  // Demands that would gain less are left where they are.
  double PassedOver() const;
  // Computes load.
  void PutOnLinks(const TreeDemands& demands);
  // Searches the cheapest tree towards a destination at `price` and offers it to its demands.
  void SearchTree(NodeId destination, const TreeDemands& demands, absl::Span<const float> price,
                  int worker);

  std::unique_ptr<TreeNetwork> network;
  TreeSplit split;
  LinkPrices prices;
  std::vector<float> load;                  // [links]
  std::vector<TreeSearch> searches;         // [workers]
  std::vector<TreeSplit::Scratch> scratch;  // [workers]
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_ROUTING_H_

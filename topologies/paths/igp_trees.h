// The shortest path trees of all nodes by IGP metric, for whoever asks for many of them again after
// every change of the network.
#ifndef RHUMB_TOPOLOGIES_PATHS_IGP_TREES_H_
#define RHUMB_TOPOLOGIES_PATHS_IGP_TREES_H_

#include <memory>
#include <optional>
#include <vector>

#include "topologies/paths/shortest_paths.h"
#include "topologies/topology.h"

namespace rhumb {

// Trees are made when first asked for and kept until a change of the topology touches them; they
// are those that ShortestPathTree would make, whatever the way to this topology was. Of networks of
// more than kMostKept nodes none is kept: all trees of a thousand nodes are a hundred megabytes.
class IgpTrees {
 public:
  IgpTrees() = default;
  explicit IgpTrees(const Topology& topology) { SetTopology(topology); }

  // O(kept trees * changed links), and O(links); nothing for the snapshot that it has.
  void SetTopology(const Topology& topology);

  // Over usable links, from `root` to all or from all to it. The topology has been set.
  // O(links log nodes) when it is not kept.
  std::shared_ptr<const ShortestPathTree> From(NodeId root) { return Get(root, &from_, kFromRoot); }
  std::shared_ptr<const ShortestPathTree> To(NodeId root) { return Get(root, &to_, kToRoot); }

  static constexpr int kMostKept = 400;

 private:
  static constexpr auto kFromRoot = ShortestPathTree::Direction::kFromRoot;
  static constexpr auto kToRoot = ShortestPathTree::Direction::kToRoot;
  using Trees = std::vector<std::shared_ptr<const ShortestPathTree>>;  // [nodes], null: not made

  std::shared_ptr<const ShortestPathTree> Get(NodeId root, Trees* trees,
                                              ShortestPathTree::Direction direction);

  std::optional<Topology> topology_;
  std::vector<double> weights_;  // [links]
  Trees from_, to_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_IGP_TREES_H_

// Shortest paths by a link metric: what an IGP computes. For several paths a demand see
// candidate_paths.h and yen.h.
#ifndef RHUMB_TOPOLOGIES_PATHS_SHORTEST_PATHS_H_
#define RHUMB_TOPOLOGIES_PATHS_SHORTEST_PATHS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// What "short" means.
enum class LinkMetric {
  kIgp,              // Link::igp_metric
  kHops,             // 1 a link
  kDelay,            // propagation delay in seconds; may be 0
  kInverseCapacity,  // 1 / capacity in s/bit, the usual default of router vendors up to a factor
};

// "igp", "hops", "delay", "inverse-capacity", as on the command line.
absl::string_view LinkMetricName(LinkMetric metric);

// One length a link whatever its state, indexed by LinkId, all 0 or above.
std::vector<double> LinkLengths(const Topology& topology, LinkMetric metric);

// The same, but +infinity for links that may not carry traffic now.
std::vector<double> LinkWeights(const Topology& topology, LinkMetric metric);

// Distances whose relative difference is below this are equal: sums of decimal fractions such as
// delays differ in their last bits by the order of addition alone.
constexpr double kEqualCostTolerance = 1e-9;

// All shortest paths from one node (or to one node), as distances and, for every node, the links
// over which a shortest path arrives there (or leaves for the root): the shortest-path DAG that
// equal-cost multipath splits over.
//
// Ties are broken the same way on every platform. Nodes are ranked by (distance, hops, node id),
// and a link is on the DAG when it runs between ranks in the right direction and its distance is
// equal within kEqualCostTolerance; so the DAG has no cycle even where weights are 0. Parallel
// links of equal cost are each on the DAG. The one path that `PathOf` gives takes, at each node
// from the far end back to the root, the DAG link whose near end has fewest hops, then the smallest
// LinkId.
//
// O(links log nodes) to build (Boost.Graph's Dijkstra). Immutable; does not refer to the topology
// afterwards.
class ShortestPathTree {
 public:
  enum class Direction { kFromRoot, kToRoot };

  // `weights` has one entry a link: at least 0, infinite for links that must not be used. `root` is
  // a node of `topology`.
  ShortestPathTree(const Topology& topology, absl::Span<const double> weights, NodeId root,
                   Direction direction = Direction::kFromRoot);

  NodeId root() const { return root_; }
  Direction direction() const { return direction_; }
  // +infinity when unreachable, 0 for the root.
  double distance(NodeId node) const { return distance_[node]; }
  bool reaches(NodeId node) const;
  // Links of the DAG at a node by increasing LinkId: with kFromRoot those that arrive there from
  // the root, with kToRoot those that leave for it (equal-cost next hops). Empty for the root and
  // for unreachable nodes.
  absl::Span<const LinkId> dag_links(NodeId node) const;
  // The link of the one canonical path, -1 for the root and for unreachable nodes.
  LinkId tree_link(NodeId node) const { return tree_link_[node]; }
  // The canonical path from the root to `node`, or from `node` to the root with kToRoot. Empty when
  // unreachable and for the root itself.
  Path PathOf(NodeId node) const;
  // Nodes that are reached, nearest first, the root included. Every DAG link joins an earlier to a
  // later node.
  absl::Span<const NodeId> order() const { return order_; }

 private:
  NodeId root_;
  Direction direction_;
  std::vector<double> distance_;   // [nodes]
  std::vector<LinkId> tree_link_;  // [nodes]
  std::vector<NodeId> near_end_;   // [nodes] other end of tree_link_
  std::vector<int> dag_begin_;     // [nodes + 1]
  std::vector<LinkId> dag_;        // grouped by node
  std::vector<NodeId> order_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_SHORTEST_PATHS_H_

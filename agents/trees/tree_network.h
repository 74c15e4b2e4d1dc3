// A topology as flat arrays for the work on whole large networks: millions of demands, a few
// thousand links. For single paths see topologies/paths.
#ifndef RHUMB_AGENTS_TREES_TREE_NETWORK_H_
#define RHUMB_AGENTS_TREES_TREE_NETWORK_H_

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/types/span.h"
#include "topologies/topology.h"

namespace rhumb::trees {

constexpr float kUnreachable = std::numeric_limits<float>::infinity();

// Immutable. Capacities are in units of their mean, so that float is wide enough for any network.
struct TreeNetwork {
  struct Arc {  // against the direction of traffic: from a link's destination to its source
    NodeId tail;
    LinkId link;
  };

  struct Ends {
    NodeId tail, head;
  };

  explicit TreeNetwork(const Topology& topology);

  int num_nodes() const { return static_cast<int>(in_begin.size()) - 1; }
  int num_links() const { return static_cast<int>(tail.size()); }

  std::vector<int> in_begin;  // [nodes + 1] into in_arcs
  std::vector<Arc> in_arcs;   // usable links alone
  std::vector<NodeId> tail, head;
  std::vector<Ends> ends;        // [links] the same, side by side
  std::vector<float> capacity;   // [links] over mean_capacity_bps
  std::vector<float> delay_s;    // [links]
  std::vector<uint8_t> usable;   // [links]
  double mean_capacity_bps = 0;  // over all links
};

// One thread's working memory for cheapest paths from every node to one destination.
class TreeSearch {
 public:
  // The network must outlive the search.
  explicit TreeSearch(const TreeNetwork& network);

  // Dijkstra over `price` [links], at least 0. Equal distances are settled by node id, and the
  // first link that reaches a node at its distance stays: equal input gives equal trees. O(links
  // log nodes).
  void Run(absl::Span<const float> price, NodeId destination);

  // [nodes], kUnreachable where no usable path leads to the destination.
  absl::Span<const float> distance() const { return distance_; }
  // The links of the tree, one for each node that is reached, every link after that of its head,
  // and whole branches one after the other (depth first).
  absl::Span<const LinkId> tree() const { return tree_; }
  // The path from a node that is reached.
  void Walk(NodeId source, std::vector<LinkId>* path) const;

 private:
  void WalkDepthFirst(NodeId destination);

  const TreeNetwork* network_;
  std::vector<float> distance_;
  std::vector<LinkId> next_;  // [nodes] link towards the destination, -1 for none
  std::vector<uint8_t> settled_;
  std::vector<uint64_t> heap_;           // distance, then node
  std::vector<NodeId> order_;            // as settled
  std::vector<NodeId> child_, sibling_;  // [nodes] first child and next sibling in the tree
  std::vector<NodeId> stack_;
  std::vector<LinkId> tree_;
};

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_TREE_NETWORK_H_

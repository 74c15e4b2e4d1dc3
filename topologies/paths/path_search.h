// The inner loop of the path algorithms of this folder: Dijkstra from one node to another over
// weights that change from call to call, without an allocation a call. Use ShortestPathTree for
// everything else; tests hold the two against each other.
#ifndef RHUMB_TOPOLOGIES_PATHS_PATH_SEARCH_H_
#define RHUMB_TOPOLOGIES_PATHS_PATH_SEARCH_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// Adjacency without the rest of the topology, shared by the searches of all threads.
class SearchGraph {
 public:
  struct Arc {
    NodeId head;  // where the arc leads
    LinkId link;
  };
  enum class Direction { kForward, kBackward };

  explicit SearchGraph(const Topology& topology, Direction direction = Direction::kForward);

  int num_nodes() const { return static_cast<int>(begin_.size()) - 1; }
  int num_links() const { return static_cast<int>(arcs_.size()); }
  NodeId tail(LinkId link) const { return tail_[link]; }
  // By increasing LinkId.
  absl::Span<const Arc> out(NodeId node) const {
    return absl::MakeConstSpan(arcs_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
  }

 private:
  std::vector<int> begin_;
  std::vector<Arc> arcs_;
  std::vector<NodeId> tail_;
};

// One thread's working memory over a graph that must outlive it. Nodes are settled by (distance,
// node id) and the first link that reaches a node at its distance stays, so equal input gives equal
// paths.
class PathSearch {
 public:
  explicit PathSearch(const SearchGraph& graph);

  // The shortest path, in `*path`; false (and an empty path) when there is none. Weights are at
  // least 0, infinite for links that must not be used. Blocked nodes are not entered.
  //
  // `bound` may hold, for every node, a lower bound of its distance to `destination` that no link
  // undercuts (bound[tail] <= weight + bound[head]; a distance over smaller weights is one). The
  // search then goes towards the destination (A*) and settles a fraction of the nodes.
  bool Find(absl::Span<const double> weights, NodeId source, NodeId destination, Path* path,
            absl::Span<const double> bound = {});

  // Distances from `source` to all nodes; `distance` and `PathTo` speak of the last Settle or Find.
  void Settle(absl::Span<const double> weights, NodeId source);
  // +infinity where unreachable.
  double distance(NodeId node) const;
  // Path to a node after Settle; false (and an empty path) when it is unreachable, or the source.
  bool PathTo(NodeId node, Path* path) const;

  void Block(NodeId node) { blocked_[node] = 1; }
  void Unblock(NodeId node) { blocked_[node] = 0; }

 private:
  struct Entry {
    double key;  // distance plus bound
    NodeId node;
    friend bool operator>(const Entry& a, const Entry& b) {
      return a.key != b.key ? a.key > b.key : a.node > b.node;
    }
  };

  template <typename Bound>
  void Run(absl::Span<const double> weights, NodeId source, NodeId destination, Bound bound);
  bool reached(NodeId node) const { return reached_in_[node] == round_; }

  const SearchGraph* graph_;
  NodeId source_ = -1;
  uint32_t round_ = 0;
  std::vector<double> distance_;
  std::vector<LinkId> arrival_;
  std::vector<uint32_t> reached_in_;  // the round in which distance_ and arrival_ were written
  std::vector<uint32_t> settled_in_;  // the round in which the node was settled
  std::vector<char> blocked_;
  std::vector<Entry> heap_;
};

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_PATH_SEARCH_H_

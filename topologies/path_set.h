// Paths for many source-destination pairs in one flat, immutable table.
//
// It holds a policy's candidate paths as well as the paths that a plan uses. Flat arrays, because a
// plan of 870 demands touches 5,000 paths per decision and the agent reads the same table as
// tensors.
#ifndef RHUMB_TOPOLOGIES_PATH_SET_H_
#define RHUMB_TOPOLOGIES_PATH_SET_H_

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "topologies/topology.h"

namespace rhumb {

// Links in order from source to destination.
using Path = std::vector<LinkId>;

struct NodePair {
  NodeId source = -1;
  NodeId destination = -1;

  friend bool operator==(NodePair a, NodePair b) {
    return a.source == b.source && a.destination == b.destination;
  }
  template <typename H>
  friend H AbslHashValue(H h, NodePair p) {
    return H::combine(std::move(h), p.source, p.destination);
  }
};

class PathSet {
 public:
  // Half-open range of path indices.
  struct Range {
    int begin = 0;
    int end = 0;
    int size() const { return end - begin; }
  };

  // Pairs in the order in which they were added; the paths of a pair are contiguous.
  class Builder {
   public:
    // Starts the next pair. A pair is added once.
    Builder& AddPair(NodeId source, NodeId destination);
    // Adds a path to the pair that was started last.
    Builder& AddPath(absl::Span<const LinkId> links);
    PathSet Build();

   private:
    friend class PathSet;
    std::vector<NodePair> pairs_;
    std::vector<int> path_begin_;  // [pairs]
    std::vector<int> link_begin_;  // [paths]
    std::vector<LinkId> links_;
  };

  PathSet() : path_begin_{0}, link_begin_{0} {}

  int num_pairs() const { return static_cast<int>(pairs_.size()); }
  int num_paths() const { return static_cast<int>(pair_of_path_.size()); }
  int num_path_links() const { return static_cast<int>(links_.size()); }
  absl::Span<const NodePair> pairs() const { return pairs_; }
  NodePair pair(int pair_index) const { return pairs_[pair_index]; }
  Range paths_of(int pair_index) const {
    return {path_begin_[pair_index], path_begin_[pair_index + 1]};
  }
  int pair_of_path(int path) const { return pair_of_path_[path]; }
  absl::Span<const LinkId> links(int path) const {
    return absl::MakeConstSpan(links_).subspan(link_begin_[path],
                                               link_begin_[path + 1] - link_begin_[path]);
  }
  // Index of a pair, absent when the set has no entry for it.
  std::optional<int> Find(NodeId source, NodeId destination) const;

  // The flat arrays themselves, for code that turns them into tensors or LP columns.
  absl::Span<const int> path_begin() const { return path_begin_; }        // [pairs + 1]
  absl::Span<const int> link_begin() const { return link_begin_; }        // [paths + 1]
  absl::Span<const LinkId> all_links() const { return links_; }           // [path links]
  absl::Span<const int> pairs_of_paths() const { return pair_of_path_; }  // [paths]

  // InvalidArgument, naming the pair and path, unless every path runs from its pair's source to its
  // destination over adjacent links of `topology` without visiting a node twice.
  absl::Status Validate(const Topology& topology) const;

 private:
  std::vector<NodePair> pairs_;
  std::vector<int> path_begin_;
  std::vector<int> link_begin_;
  std::vector<LinkId> links_;
  std::vector<int> pair_of_path_;
  absl::flat_hash_map<NodePair, int> index_;
};

// True when two pairs have the same paths in the same order: what most have from one path set to
// the next, and what can be compared path by path without a look-up. O(path links).
bool SamePaths(const PathSet& a, PathSet::Range in_a, const PathSet& b, PathSet::Range in_b);

// Sum of the propagation delays along a path.
absl::Duration PropagationDelay(const Topology& topology, absl::Span<const LinkId> path);
// Smallest capacity along a path in bits per second; infinite for an empty path.
double BottleneckCapacityBps(const Topology& topology, absl::Span<const LinkId> path);
// True when every link may carry traffic.
bool IsUsable(const Topology& topology, absl::Span<const LinkId> path);
// "A>B>C" by node names, for people.
std::string DescribePath(const Topology& topology, absl::Span<const LinkId> path);

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATH_SET_H_

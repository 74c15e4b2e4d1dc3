// Plain k shortest paths, for users who ask for them. They share most of their links, so they leave
// a traffic engineer little room: candidate_paths.h has the set that policies use by default.
#ifndef RHUMB_TOPOLOGIES_PATHS_YEN_H_
#define RHUMB_TOPOLOGIES_PATHS_YEN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "topologies/path_set.h"
#include "topologies/paths/path_search.h"
#include "topologies/topology.h"

namespace rhumb {

// Finds up to `max_paths` loop-free paths in order of increasing weight (Yen 1971, with Lawler's
// rule that a path is branched only at or after the place where it left its own parent). Among
// paths of equal weight, those found later do not displace those found earlier, and paths found
// together come by fewest hops, then by their link ids; so equal inputs give equal output on every
// platform.
//
// `weights` has one entry a link: at least 0, infinite for links that must not be used (see
// LinkWeights). Returns fewer paths when the graph has fewer, an empty list when `destination` is
// unreachable. InvalidArgument if a node is unknown, both are the same, max_paths < 1 or a weight
// is negative or not a number. O(max_paths * nodes * links log nodes). Safe to call from several
// threads.
absl::StatusOr<std::vector<Path>> KShortestPaths(const Topology& topology,
                                                 absl::Span<const double> weights, NodeId source,
                                                 NodeId destination, int max_paths);

// The same over a graph and memory that are kept between calls, with a lower bound as in
// PathSearch::Find. The arguments must be valid.
std::vector<Path> KShortestPaths(const SearchGraph& graph, PathSearch* search,
                                 absl::Span<const double> weights, NodeId source,
                                 NodeId destination, int max_paths,
                                 absl::Span<const double> bound = {});

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_PATHS_YEN_H_

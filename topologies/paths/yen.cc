#include "topologies/paths/yen.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Branch {
  double weight = 0;
  Path path;
  int left_parent_at = 0;  // index of the first link that differs from its parent

  friend bool operator<(const Branch& a, const Branch& b) {
    return std::make_tuple(a.weight, a.path.size(), std::cref(a.path)) <
           std::make_tuple(b.weight, b.path.size(), std::cref(b.path));
  }
};

// Always added from the source on, so that one path has one weight whatever it branched from.
double WeightOf(absl::Span<const double> weights, const Path& path) {
  double sum = 0;
  for (LinkId l : path) sum += weights[l];
  return sum;
}

}  // namespace

std::vector<Path> KShortestPaths(const SearchGraph& graph, PathSearch* search,
                                 absl::Span<const double> weights, NodeId source,
                                 NodeId destination, int max_paths,
                                 absl::Span<const double> bound) {
  std::vector<Path> found;
  Path path;
  if (!search->Find(weights, source, destination, &path, bound)) return found;
  std::vector<double> masked(weights.begin(), weights.end());
  std::set<Branch> waiting;
  waiting.insert({WeightOf(weights, path), path, 0});
  while (!waiting.empty()) {
    Branch next = std::move(waiting.extract(waiting.begin()).value());
    found.push_back(next.path);
    if (static_cast<int>(found.size()) >= max_paths) break;

    for (int i = 0; i < next.left_parent_at; ++i) search->Block(graph.tail(next.path[i]));
    for (int at = next.left_parent_at; at < static_cast<int>(next.path.size()); ++at) {
      // Every path found so far that shares this root has used up its next link.
      std::vector<LinkId> used;
      for (const Path& other : found) {
        if (static_cast<int>(other.size()) > at &&
            std::equal(other.begin(), other.begin() + at, next.path.begin())) {
          used.push_back(other[at]);
          masked[other[at]] = kInfinity;
        }
      }
      const NodeId spur = graph.tail(next.path[at]);
      if (search->Find(masked, spur, destination, &path, bound)) {
        Path whole(next.path.begin(), next.path.begin() + at);
        whole.insert(whole.end(), path.begin(), path.end());
        const double weight = WeightOf(weights, whole);
        waiting.insert({weight, std::move(whole), at});
      }
      for (LinkId l : used) masked[l] = weights[l];
      search->Block(spur);
    }
    for (LinkId l : next.path) search->Unblock(graph.tail(l));
  }
  return found;
}

absl::StatusOr<std::vector<Path>> KShortestPaths(const Topology& topology,
                                                 absl::Span<const double> weights, NodeId source,
                                                 NodeId destination, int max_paths) {
  for (NodeId end : {source, destination}) {
    if (end < 0 || end >= topology.num_nodes()) {
      return absl::InvalidArgumentError(
          absl::StrFormat("node %d does not exist; topology \"%s\" has nodes 0 to %d", end,
                          topology.name(), topology.num_nodes() - 1));
    }
  }
  if (source == destination) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "source and destination are both \"%s\"; name two nodes", topology.node(source).name));
  }
  if (max_paths < 1) {
    return absl::InvalidArgumentError(
        absl::StrFormat("max_paths is %d; ask for at least one path", max_paths));
  }
  if (static_cast<int>(weights.size()) != topology.num_links()) {
    return absl::InvalidArgumentError(
        absl::StrFormat("there are %d weights for %d links; give one a link", weights.size(),
                        topology.num_links()));
  }
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (!(weights[l] >= 0)) {
      return absl::InvalidArgumentError(absl::StrFormat("link %s has weight %g; give 0 or more",
                                                        topology.link(l).name, weights[l]));
    }
  }
  const SearchGraph graph(topology);
  PathSearch search(graph);
  return KShortestPaths(graph, &search, weights, source, destination, max_paths);
}

}  // namespace rhumb

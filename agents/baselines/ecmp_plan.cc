#include "agents/baselines/ecmp_plan.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace rhumb {
namespace {

struct WeightedPath {
  Path links;
  double ratio;
};

// Paths on the shortest-path DAG towards one destination.
class EcmpSplitter {
 public:
  EcmpSplitter(const Topology& topology, const ShortestPathTree& to_destination)
      : topology_(topology),
        dag_(to_destination),
        num_paths_(topology.num_nodes(), 0.0),
        flow_(topology.num_links(), 0.0) {
    num_paths_[dag_.root()] = 1;
    for (NodeId v : dag_.order()) {
      for (LinkId l : dag_.dag_links(v)) num_paths_[v] += num_paths_[topology_.link(l).destination];
    }
  }

  std::vector<WeightedPath> Split(NodeId source) {
    std::vector<WeightedPath> paths;
    if (num_paths_[source] <= kMaxEcmpPaths) {
      Path path;
      Enumerate(source, 1, &path, &paths);
    } else {
      Decompose(source, &paths);
    }
    return paths;
  }

 private:
  void Enumerate(NodeId at, double ratio, Path* path, std::vector<WeightedPath>* paths) const {
    if (at == dag_.root()) {
      paths->push_back({*path, ratio});
      return;
    }
    const absl::Span<const LinkId> next = dag_.dag_links(at);
    for (LinkId l : next) {
      path->push_back(l);
      Enumerate(topology_.link(l).destination, ratio / static_cast<double>(next.size()), path,
                paths);
      path->pop_back();
    }
  }

  // Follows the link with the most flow left from the source on and takes off what the whole path
  // has in common; each path empties a link, so there are at most as many as links.
  void Decompose(NodeId source, std::vector<WeightedPath>* paths) {
    std::fill(flow_.begin(), flow_.end(), 0.0);
    std::vector<double> arriving(topology_.num_nodes(), 0.0);
    arriving[source] = 1;
    // Nodes nearest to the destination come first in the order; flow runs the other way.
    for (auto v = dag_.order().rbegin(); v != dag_.order().rend(); ++v) {
      const absl::Span<const LinkId> next = dag_.dag_links(*v);
      for (LinkId l : next) {
        flow_[l] = arriving[*v] / static_cast<double>(next.size());
        arriving[topology_.link(l).destination] += flow_[l];
      }
    }
    double left = 1;
    while (left > 1e-12) {
      Path path;
      double share = std::numeric_limits<double>::infinity();
      for (NodeId at = source; at != dag_.root(); at = topology_.link(path.back()).destination) {
        const absl::Span<const LinkId> next = dag_.dag_links(at);
        path.push_back(*std::max_element(
            next.begin(), next.end(), [this](LinkId a, LinkId b) { return flow_[a] < flow_[b]; }));
        share = std::min(share, flow_[path.back()]);
      }
      // Rounding may leave crumbs that no longer form a path.
      if (share <= 0) break;
      for (LinkId l : path) flow_[l] = flow_[l] > share ? flow_[l] - share : 0;
      left -= share;
      paths->push_back({std::move(path), share});
    }
    double sum = 0;
    for (const WeightedPath& path : *paths) sum += path.ratio;
    for (WeightedPath& path : *paths) path.ratio /= sum;
  }

  const Topology& topology_;
  const ShortestPathTree& dag_;
  std::vector<double> num_paths_;  // [nodes], to the destination; a double because it may be huge
  std::vector<double> flow_;       // [links], scratch
};

}  // namespace

RoutingPlan EcmpPlan(const Topology& topology, LinkMetric metric) {
  const int nodes = topology.num_nodes();
  const std::vector<double> weights = LinkWeights(topology, metric);
  std::vector<std::vector<WeightedPath>> paths_of_pair(static_cast<size_t>(nodes) * nodes);
  for (NodeId d = 0; d < nodes; ++d) {
    const ShortestPathTree tree(topology, weights, d, ShortestPathTree::Direction::kToRoot);
    EcmpSplitter splitter(topology, tree);
    for (NodeId s : tree.order()) {
      if (s != d) paths_of_pair[static_cast<size_t>(s) * nodes + d] = splitter.Split(s);
    }
  }
  PathSet::Builder builder;
  std::vector<double> ratios;
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d) continue;
      builder.AddPair(s, d);
      for (const WeightedPath& path : paths_of_pair[static_cast<size_t>(s) * nodes + d]) {
        builder.AddPath(path.links);
        ratios.push_back(path.ratio);
      }
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     topology.version());
}

}  // namespace rhumb

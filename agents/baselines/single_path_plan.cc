#include "agents/baselines/single_path_plan.h"

#include <memory>
#include <optional>
#include <utility>

namespace rhumb {

RoutingPlan SinglePathPlan(const Topology& topology, const std::vector<Path>& path_of_pair) {
  const int nodes = topology.num_nodes();
  PathSet::Builder builder;
  int paths = 0;
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d) continue;
      builder.AddPair(s, d);
      const Path& path = path_of_pair[static_cast<size_t>(s) * nodes + d];
      if (path.empty()) continue;
      builder.AddPath(path);
      ++paths;
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                     std::vector<double>(paths, 1.0), topology.version());
}

RoutingPlan ShortestPathPlan(const Topology& topology, LinkMetric metric) {
  const int nodes = topology.num_nodes();
  const std::vector<double> weights = LinkWeights(topology, metric);
  std::vector<Path> path_of_pair(static_cast<size_t>(nodes) * nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    const ShortestPathTree tree(topology, weights, s);
    for (NodeId d = 0; d < nodes; ++d) {
      path_of_pair[static_cast<size_t>(s) * nodes + d] = tree.PathOf(d);
    }
  }
  return SinglePathPlan(topology, path_of_pair);
}

RoutingPlan CompletePlan(const Topology& topology, RoutingPlan plan) {
  const int nodes = topology.num_nodes();
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kIgp);
  const PathSet& old = plan.paths();
  PathSet::Builder builder;
  std::vector<double> ratios;
  bool missing = false;
  for (NodeId s = 0; s < nodes; ++s) {
    std::optional<ShortestPathTree> tree;
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d) continue;
      builder.AddPair(s, d);
      const std::optional<int> pair = old.Find(s, d);
      double routed = 0;
      if (pair) {
        for (int p = old.paths_of(*pair).begin; p < old.paths_of(*pair).end; ++p) {
          builder.AddPath(old.links(p));
          ratios.push_back(plan.ratios()[p]);
          routed += plan.ratios()[p];
        }
      }
      if (routed > 0) continue;
      if (!tree) tree.emplace(topology, weights, s);
      if (!tree->reaches(d)) continue;
      builder.AddPath(tree->PathOf(d));
      ratios.push_back(1);
      missing = true;
    }
  }
  if (!missing) return plan;
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     topology.version());
}

}  // namespace rhumb

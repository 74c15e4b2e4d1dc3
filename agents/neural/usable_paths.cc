#include "agents/neural/usable_paths.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "topologies/paths/shortest_paths.h"

namespace rhumb::neural {

std::shared_ptr<const PathSet> WithUsablePaths(const Topology& topology,
                                               const std::shared_ptr<const PathSet>& given) {
  const PathSet& candidates = *given;
  std::vector<uint8_t> lacks(candidates.num_pairs(), 0);
  for (int pair = 0; pair < candidates.num_pairs(); ++pair) {
    bool usable = false;
    for (int p = candidates.paths_of(pair).begin; p < candidates.paths_of(pair).end && !usable;
         ++p) {
      usable = !candidates.links(p).empty() && IsUsable(topology, candidates.links(p));
    }
    lacks[pair] = usable ? 0 : 1;
  }
  const auto has_path = [&](NodeId s, NodeId d) {
    const std::optional<int> pair = candidates.Find(s, d);
    return pair && lacks[*pair] == 0;
  };
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
  PathSet::Builder builder;
  int added = 0;
  for (int pair = 0; pair < candidates.num_pairs(); ++pair) {
    if (lacks[pair] != 0) continue;
    builder.AddPair(candidates.pair(pair).source, candidates.pair(pair).destination);
    for (int p = candidates.paths_of(pair).begin; p < candidates.paths_of(pair).end; ++p) {
      builder.AddPath(candidates.links(p));
    }
  }
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    std::optional<ShortestPathTree> tree;
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d || has_path(s, d)) continue;
      if (!tree) tree.emplace(topology, weights, s);
      if (!tree->reaches(d)) continue;
      builder.AddPair(s, d).AddPath(tree->PathOf(d));
      ++added;
    }
  }
  return added == 0 ? given : std::make_shared<const PathSet>(builder.Build());
}

}  // namespace rhumb::neural

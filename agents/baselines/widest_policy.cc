#include "agents/baselines/widest_policy.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <vector>

#include "agents/baselines/latest_demands.h"
#include "agents/baselines/single_path_plan.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

// The path over the DAG whose narrowest link is widest.
Path WidestOnDag(const Topology& topology, const ShortestPathTree& tree, NodeId destination,
                 const std::vector<double>& residual_bps) {
  std::vector<double> width(topology.num_nodes(), -std::numeric_limits<double>::infinity());
  std::vector<LinkId> arrival(topology.num_nodes(), -1);
  width[tree.root()] = std::numeric_limits<double>::infinity();
  for (NodeId v : tree.order()) {
    for (LinkId l : tree.dag_links(v)) {
      const double through = std::min(width[topology.link(l).source], residual_bps[l]);
      if (arrival[v] >= 0 && through <= width[v]) continue;
      width[v] = through;
      arrival[v] = l;
    }
    if (v == destination) break;
  }
  Path path;
  for (NodeId v = destination; arrival[v] >= 0; v = topology.link(arrival[v]).source) {
    path.push_back(arrival[v]);
  }
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace

absl::StatusOr<Decision> WidestPolicy::Decide(const Observation& observation) {
  const Topology& topology = observation.topology;
  const absl::StatusOr<const TrafficMatrix*> demands = LatestDemands(observation);
  if (!demands.ok()) return demands.status();

  const int nodes = topology.num_nodes();
  const std::vector<double> hops = LinkWeights(topology, LinkMetric::kHops);
  std::vector<std::optional<ShortestPathTree>> trees(nodes);
  std::vector<double> residual_bps;
  for (const Link& link : topology.links()) residual_bps.push_back(link.capacity_bps);
  std::vector<Path> path_of_pair(static_cast<size_t>(nodes) * nodes);
  auto place = [&](NodeId s, NodeId d, double rate_bps) {
    if (!trees[s]) trees[s].emplace(topology, hops, s);
    if (!trees[s]->reaches(d)) return;
    Path path = WidestOnDag(topology, *trees[s], d, residual_bps);
    for (LinkId l : path) residual_bps[l] -= rate_bps;
    path_of_pair[static_cast<size_t>(s) * nodes + d] = std::move(path);
  };
  if (*demands != nullptr) {
    for (NodePair pair : DemandsLargestFirst(**demands)) {
      place(pair.source, pair.destination, (*demands)->rate_bps(pair.source, pair.destination));
    }
  }
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s != d && path_of_pair[static_cast<size_t>(s) * nodes + d].empty()) place(s, d, 0);
    }
  }
  Decision decision;
  decision.plan = SinglePathPlan(topology, path_of_pair);
  if (*demands != nullptr) {
    decision.predicted_mlu = PredictMlu(topology, decision.plan, **demands);
  }
  return decision;
}

}  // namespace rhumb

#include "agents/baselines/latest_demands.h"

#include <algorithm>

#include "absl/strings/str_format.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb {

absl::StatusOr<const TrafficMatrix*> LatestDemands(const Observation& observation) {
  if (observation.past_demands.empty()) return nullptr;
  const TrafficMatrix* latest = observation.past_demands.back().get();
  if (latest->num_nodes() != observation.topology.num_nodes()) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "the observed traffic matrix has %d nodes and topology %s has %d; use "
        "TrafficSeries::ForTopology",
        latest->num_nodes(), observation.topology.name(), observation.topology.num_nodes()));
  }
  return latest;
}

std::vector<NodePair> DemandsLargestFirst(const TrafficMatrix& demands) {
  std::vector<NodePair> pairs;
  for (NodeId s = 0; s < demands.num_nodes(); ++s) {
    for (NodeId d = 0; d < demands.num_nodes(); ++d) {
      if (demands.rate_bps(s, d) > 0) pairs.push_back({s, d});
    }
  }
  std::stable_sort(pairs.begin(), pairs.end(), [&](NodePair a, NodePair b) {
    return demands.rate_bps(a.source, a.destination) > demands.rate_bps(b.source, b.destination);
  });
  return pairs;
}

Decision DecideWithoutHistory(const Topology& topology) {
  Decision decision;
  decision.plan = ShortestPathPlan(topology, LinkMetric::kIgp);
  decision.fell_back = true;
  decision.note = "no demand has been measured yet; shortest path by IGP metric";
  return decision;
}

double PredictMlu(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

}  // namespace rhumb

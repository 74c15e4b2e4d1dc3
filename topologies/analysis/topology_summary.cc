#include "topologies/analysis/topology_summary.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

void CountLinks(const Topology& topology, TopologySummary* summary) {
  std::map<std::pair<NodeId, NodeId>, int> links_between;
  std::vector<double> delays_s, metrics;
  for (LinkId id = 0; id < topology.num_links(); ++id) {
    const Link& link = topology.link(id);
    if (++links_between[{link.source, link.destination}] > 1) ++summary->parallel_links;
    if (link.administrative_state == AdministrativeState::kDrained) summary->drained.push_back(id);
    if (link.operational_state == OperationalState::kDown) summary->down.push_back(id);
    for (const std::string& group : link.shared_risk_groups) ++summary->links_by_risk_group[group];
    if (!link.usable()) continue;
    ++summary->links_by_capacity_bps[link.capacity_bps];
    summary->usable_capacity_bps += link.capacity_bps;
    delays_s.push_back(absl::ToDoubleSeconds(link.propagation_delay));
    metrics.push_back(link.igp_metric);
  }
  for (const auto& [ends, count] : links_between) {
    const bool two_way = links_between.count({ends.second, ends.first}) > 0;
    if (!two_way) summary->one_way_links += count;
    if (!two_way || ends.first < ends.second) ++summary->adjacencies;
  }
  summary->delay_s = SpreadOf(std::move(delays_s));
  summary->igp_metric = SpreadOf(std::move(metrics));
}

void MeasureDegrees(const Topology& topology, TopologySummary* summary) {
  std::vector<double> degree(topology.num_nodes(), 0);
  for (const Adjacency& adjacency : Adjacencies(topology)) {
    ++degree[adjacency.a];
    ++degree[adjacency.b];
  }
  summary->degree = SpreadOf(degree);
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    if (degree[v] == summary->degree.max) summary->most_neighbours.push_back(v);
  }
}

// All nodes, or as many as the effort is enough for when one costs `visits`.
int NodesWithin(const Topology& topology, double effort, double visits) {
  return std::max(1, static_cast<int>(std::min<double>(topology.num_nodes(), effort / visits)));
}

void MeasureDistances(const Topology& topology, const std::function<void(int)>& on_source,
                      TopologySummary* summary) {
  const int sources = summary->distance_sources;
  const std::vector<double> hop_weights = LinkWeights(topology, LinkMetric::kHops);
  const std::vector<double> delay_weights = LinkWeights(topology, LinkMetric::kDelay);
  int64_t pairs = 0;
  for (int i = 0; i < sources; ++i) {
    on_source(i);
    const NodeId source = static_cast<NodeId>(int64_t{i} * topology.num_nodes() / sources);
    const ShortestPathTree hops(topology, hop_weights, source);
    const ShortestPathTree delays(topology, delay_weights, source);
    for (NodeId v = 0; v < topology.num_nodes(); ++v) {
      if (v == source) continue;
      if (!hops.reaches(v)) {
        ++summary->unreachable_pairs;
        continue;
      }
      ++pairs;
      summary->mean_hops += hops.distance(v);
      summary->mean_delay_s += delays.distance(v);
      summary->diameter_hops =
          std::max(summary->diameter_hops, static_cast<int>(hops.distance(v) + 0.5));
      summary->diameter_delay_s = std::max(summary->diameter_delay_s, delays.distance(v));
    }
  }
  if (pairs == 0) return;
  summary->mean_hops /= static_cast<double>(pairs);
  summary->mean_delay_s /= static_cast<double>(pairs);
}

}  // namespace

Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return {values.front(), (values[(n - 1) / 2] + values[n / 2]) / 2,
          std::accumulate(values.begin(), values.end(), 0.0) / n, values.back()};
}

TopologySummary Summarize(const Topology& topology, double effort,
                          const std::function<void(int, int)>& on_progress) {
  TopologySummary summary;
  summary.nodes = topology.num_nodes();
  summary.links = topology.num_links();
  for (const Node& node : topology.nodes()) {
    summary.nodes_with_coordinates += node.coordinates.has_value();
  }
  CountLinks(topology, &summary);
  MeasureDegrees(topology, &summary);
  const double visits = topology.num_nodes() + topology.num_links();
  const int sources = NodesWithin(topology, effort, visits);
  constexpr double kVisitsOfAFlow = 4;
  const int flows = NodesWithin(topology, effort, kVisitsOfAFlow * visits);
  const auto done = [&](int steps) {
    if (on_progress) on_progress(steps, sources + flows);
  };
  summary.distance_sources = sources;
  MeasureDistances(topology, done, &summary);
  summary.cuts = FindCuts(topology);
  const ConnectivityBound connectivity =
      CableConnectivityWithin(topology, flows, [&](int made) { done(sources + made); });
  summary.cable_connectivity = connectivity.value;
  summary.cable_connectivity_exact = connectivity.exact;
  return summary;
}

}  // namespace rhumb

#include "agents/neural/path_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rhumb::neural {
namespace {

void AddCapacities(const Topology& topology, PathGraph* graph) {
  double sum = 0;
  int usable = 0;
  for (const Link& link : topology.links()) {
    if (!link.usable()) continue;
    sum += link.capacity_bps;
    ++usable;
  }
  graph->mean_capacity_bps = usable > 0 ? sum / usable : 1.0;
  for (const Link& link : topology.links()) {
    const double capacity = link.capacity_bps / graph->mean_capacity_bps;
    graph->capacity.push_back(static_cast<float>(capacity));
    graph->log_capacity.push_back(static_cast<float>(0.5 * std::log(capacity)));
  }
}

// What every link adds to the delay of the paths over it, see BuildPathGraph.
std::vector<double> LinkDelays(const Topology& topology) {
  constexpr double kPerHop = 0.01;
  double sum = 0;
  for (const Link& link : topology.links()) sum += absl::ToDoubleSeconds(link.propagation_delay);
  std::vector<double> delays(topology.num_links(), 1.0);
  if (sum <= 0) return delays;
  const double mean = sum / topology.num_links();
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    delays[l] = absl::ToDoubleSeconds(topology.link(l).propagation_delay) / mean + kPerHop;
  }
  return delays;
}

// Appends what depends on a pair's other paths.
void FinishPair(PathGraph* graph) {
  const int begin = graph->path_begin.back();
  const int end = graph->num_paths();
  int fewest_hops = std::numeric_limits<int>::max();
  float widest = 0, fastest = std::numeric_limits<float>::infinity();
  for (int p = begin; p < end; ++p) {
    fastest = std::min(fastest, graph->delay[p]);
    fewest_hops = std::min(fewest_hops, graph->link_begin[p + 1] - graph->link_begin[p]);
    widest = std::max(widest, graph->bottleneck[p]);
  }
  for (int p = begin; p < end; ++p) {
    const float extra =
        static_cast<float>(graph->link_begin[p + 1] - graph->link_begin[p]) / fewest_hops - 1.0F;
    graph->extra_hops.push_back(extra / (1.0F + extra));
    graph->start_capacity.push_back(std::log(graph->bottleneck[p] / widest));
    const float longer = graph->delay[p] / fastest - 1.0F;
    graph->extra_delay.push_back(longer / (1.0F + longer));
  }
  graph->path_begin.push_back(end);
}

void AddDetours(PathGraph* graph) {
  std::vector<float> fastest;
  double sum = 0;
  for (int d = 0; d < graph->num_pairs(); ++d) {
    fastest.push_back(*std::min_element(graph->delay.begin() + graph->path_begin[d],
                                        graph->delay.begin() + graph->path_begin[d + 1]));
    sum += fastest.back();
  }
  for (int p = 0; p < graph->num_paths(); ++p) {
    const double longer = graph->delay[p] - fastest[graph->pair_of_path[p]];
    const double extra = longer * graph->num_pairs() / sum;
    graph->detour.push_back(static_cast<float>(extra / (1 + extra)));
  }
}

template <typename T>
void Append(const std::vector<T>& from, std::vector<T>* to) {
  to->insert(to->end(), from.begin(), from.end());
}

// Appends rows [1, end) of a compressed-rows index, shifted so that they continue `to`.
void AppendBegins(const std::vector<int>& from, std::vector<int>* to) {
  const int shift = to->back();
  for (size_t i = 1; i < from.size(); ++i) to->push_back(from[i] + shift);
}

}  // namespace

PathGraph BuildPathGraph(const Topology& topology, const PathSet& paths,
                         absl::Span<const uint8_t> carries_traffic) {
  PathGraph graph;
  AddCapacities(topology, &graph);
  const std::vector<double> link_delays = LinkDelays(topology);
  graph.path_begin = {0};
  graph.link_begin = {0};
  for (int pair = 0; pair < paths.num_pairs(); ++pair) {
    if (!carries_traffic.empty() && carries_traffic[pair] == 0) continue;
    for (int p = paths.paths_of(pair).begin; p < paths.paths_of(pair).end; ++p) {
      const absl::Span<const LinkId> links = paths.links(p);
      if (links.empty() || !IsUsable(topology, links)) continue;
      float bottleneck = std::numeric_limits<float>::infinity();
      double delay = 0;
      for (LinkId link : links) {
        bottleneck = std::min(bottleneck, graph.capacity[link]);
        delay += link_delays[link];
      }
      graph.links.insert(graph.links.end(), links.begin(), links.end());
      graph.link_begin.push_back(static_cast<int>(graph.links.size()));
      graph.bottleneck.push_back(bottleneck);
      graph.delay.push_back(static_cast<float>(delay));
      graph.pair_of_path.push_back(graph.num_pairs());
      graph.path_of_set.push_back(p);
    }
    if (graph.num_paths() == graph.path_begin.back()) continue;
    FinishPair(&graph);
    graph.pairs.push_back(paths.pair(pair));
    graph.graph_of_pair.push_back(0);
  }
  AddDetours(&graph);
  graph.blocks = MakePathBlocks(graph.path_begin, graph.link_begin);
  graph.graph_link_begin = {0, graph.num_links()};
  return graph;
}

PathGraph Concatenate(absl::Span<const PathGraph* const> graphs) {
  PathGraph all;
  all.path_begin = {0};
  all.link_begin = {0};
  for (const PathGraph* graph : graphs) {
    const int first_link = all.num_links();
    const int first_pair = all.num_pairs();
    const int first_graph = all.num_graphs();
    AppendBegins(graph->path_begin, &all.path_begin);
    AppendBegins(graph->link_begin, &all.link_begin);
    for (int link : graph->links) all.links.push_back(link + first_link);
    for (int pair : graph->pair_of_path) all.pair_of_path.push_back(pair + first_pair);
    for (int g : graph->graph_of_pair) all.graph_of_pair.push_back(g + first_graph);
    Append(graph->capacity, &all.capacity);
    Append(graph->log_capacity, &all.log_capacity);
    Append(graph->bottleneck, &all.bottleneck);
    Append(graph->extra_hops, &all.extra_hops);
    Append(graph->start_capacity, &all.start_capacity);
    Append(graph->delay, &all.delay);
    Append(graph->extra_delay, &all.extra_delay);
    Append(graph->detour, &all.detour);
    Append(graph->pairs, &all.pairs);
    Append(graph->path_of_set, &all.path_of_set);
    AppendBegins(graph->graph_link_begin, &all.graph_link_begin);
  }
  all.blocks = MakePathBlocks(all.path_begin, all.link_begin);
  return all;
}

}  // namespace rhumb::neural

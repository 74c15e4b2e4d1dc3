#include "agents/training/packerl_networks.h"

#include <algorithm>
#include <cmath>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace rhumb::training {
namespace {

constexpr double kMeanDegree = 3;         // Erdos, Renyi
constexpr int kNeighbours = 4;            // Watts, Strogatz
constexpr double kRewired = 0.3;          // of their cables
constexpr int kCablesOfNewNode = 2;       // Barabasi, Albert
constexpr double kLargestPotential = 10;  // of a node; the smallest is 1
constexpr double kDegreeShare = 0.6;      // of a potential; the rest is centrality
constexpr double kDeviation = 0.1;        // of a rate, by chance
constexpr double kLowestRate = 50e6, kHighestRate = 200e6;
constexpr absl::Duration kDelay = absl::Milliseconds(5);
// Gaps between the arrivals of flows anywhere in the network, at a traffic scaling of 1 on a graph
// whose own is 1: log-logistic.
constexpr double kGapShape = 1.5;
constexpr double kGapScaleS = 0.7e-3, kLongestGapS = 50e-3;
constexpr double kMeanFlowBytes = 26540;  // of FlowSizes::kLongTail

struct Graph {
  int nodes = 0;
  std::set<std::pair<int, int>> cables;

  bool Joined(int a, int b) const { return cables.count(std::minmax(a, b)) > 0; }
  void Join(int a, int b) {
    if (a != b) cables.insert(std::minmax(a, b));
  }
  void Part(int a, int b) { cables.erase(std::minmax(a, b)); }

  // Hops from a node to all others; -1 where there is no way.
  std::vector<int> HopsFrom(int start) const {
    std::vector<int> hops(nodes, -1);
    std::queue<int> next({start});
    hops[start] = 0;
    for (; !next.empty(); next.pop()) {
      for (int v = 0; v < nodes; ++v) {
        if (hops[v] >= 0 || !Joined(next.front(), v)) continue;
        hops[v] = hops[next.front()] + 1;
        next.push(v);
      }
    }
    return hops;
  }
};

// Joins what is apart from node 0 to a part that is not.
void Connect(Graph* graph, Random& random) {
  std::vector<int> hops = graph->HopsFrom(0);
  for (int v = 0; v < graph->nodes; ++v) {
    if (hops[v] >= 0) continue;
    int to = random.Below(graph->nodes);
    while (hops[to] < 0) to = random.Below(graph->nodes);
    graph->Join(v, to);
    hops = graph->HopsFrom(0);
  }
}

void DrawErdosRenyi(Graph* graph, Random& random) {
  for (int a = 0; a < graph->nodes; ++a) {
    for (int b = a + 1; b < graph->nodes; ++b) {
      if (random.Chance(kMeanDegree / graph->nodes)) graph->Join(a, b);
    }
  }
}

void DrawWattsStrogatz(Graph* graph, Random& random) {
  const int n = graph->nodes;
  for (int reach = 1; reach <= kNeighbours / 2; ++reach) {
    for (int v = 0; v < n; ++v) graph->Join(v, (v + reach) % n);
  }
  for (int reach = 1; reach <= kNeighbours / 2; ++reach) {
    for (int v = 0; v < n; ++v) {
      if (!random.Chance(kRewired)) continue;
      const int to = random.Below(n);
      if (to == v || graph->Joined(v, to)) continue;
      graph->Part(v, (v + reach) % n);
      graph->Join(v, to);
    }
  }
}

void DrawBarabasiAlbert(Graph* graph, Random& random) {
  // Every cable's ends: drawing from them prefers well connected nodes.
  std::vector<int> ends;
  for (int v = 1; v < graph->nodes; ++v) {
    std::set<int> chosen;
    while (static_cast<int>(chosen.size()) < std::min(v, kCablesOfNewNode)) {
      chosen.insert(v <= kCablesOfNewNode ? random.Below(v)
                                          : ends[random.Below(static_cast<int>(ends.size()))]);
    }
    for (int to : chosen) {
      graph->Join(v, to);
      ends.insert(ends.end(), {v, to});
    }
  }
}

// Linear, such that the smallest becomes `low` and the largest `high`; all `high` if they are
// equal.
std::vector<double> Rescaled(std::vector<double> values, double low, double high) {
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double first = *least, range = *most - *least;
  for (double& value : values) {
    value = range > 0 ? low + (high - low) * (value - first) / range : high;
  }
  return values;
}

std::vector<double> Potentials(const Graph& graph) {
  std::vector<double> degree(graph.nodes, 0.0), closeness(graph.nodes, 0.0);
  for (const auto& [a, b] : graph.cables) {
    ++degree[a];
    ++degree[b];
  }
  for (int v = 0; v < graph.nodes; ++v) {
    double sum = 0;
    for (int hops : graph.HopsFrom(v)) sum += hops;
    closeness[v] = 1 / sum;
  }
  degree = Rescaled(std::move(degree), 1, kLargestPotential);
  closeness = Rescaled(std::move(closeness), 1, kLargestPotential);
  std::vector<double> potentials(graph.nodes);
  for (int v = 0; v < graph.nodes; ++v) {
    potentials[v] = kDegreeShare * degree[v] + (1 - kDegreeShare) * closeness[v];
  }
  return potentials;
}

}  // namespace

double EigrpStyleMetric(double capacity_bps, absl::Duration delay) {
  return 256 * (1e10 / capacity_bps + absl::ToDoubleMicroseconds(delay) / 100);
}

PackerlNetwork DrawPackerlNetwork(int nodes, Random& random) {
  Graph graph;
  graph.nodes = nodes;
  absl::string_view name;
  double graph_scaling = std::max(1.0, 22 * std::sqrt(nodes + 10.0) - 75);
  switch (random.Below(3)) {
    case 0:
      DrawErdosRenyi(&graph, random);
      name = "erdos-renyi";
      graph_scaling = std::max(1.0, 16 * std::sqrt(1.0 * nodes) - 30);
      break;
    case 1:
      DrawWattsStrogatz(&graph, random);
      name = "watts-strogatz";
      break;
    default:
      DrawBarabasiAlbert(&graph, random);
      name = "barabasi-albert";
      break;
  }
  Connect(&graph, random);
  const std::vector<double> potentials = Potentials(graph);
  std::vector<double> rates;
  for (const auto& [a, b] : graph.cables) {
    rates.push_back(std::max(potentials[a], potentials[b]) *
                    random.Uniform(1 - kDeviation, 1 + kDeviation));
  }
  rates = Rescaled(std::move(rates), kLowestRate, kHighestRate);

  std::vector<Node> named(nodes);
  for (int v = 0; v < nodes; ++v) named[v].name = absl::StrCat("n", v);
  std::vector<Link> links;
  for (const auto& [a, b] : graph.cables) {
    const double rate = rates[links.size() / 2];
    for (const auto& [source, destination] : {std::pair(a, b), std::pair(b, a)}) {
      Link link;
      link.source = source;
      link.destination = destination;
      link.capacity_bps = rate;
      link.propagation_delay = kDelay;
      link.igp_metric = EigrpStyleMetric(rate, kDelay);
      links.push_back(std::move(link));
    }
  }
  return {
      Topology::Create(absl::StrCat(name, "-", nodes), std::move(named), std::move(links)).value(),
      potentials, graph_scaling};
}

TrafficMatrix DrawPackerlTraffic(const PackerlNetwork& network, double traffic_scaling,
                                 Random& random) {
  const int nodes = network.topology.num_nodes();
  TrafficMatrix matrix(nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d) continue;
      matrix.set_rate_bps(s, d,
                          network.potentials[s] * network.potentials[d] *
                              random.Uniform(1 - kDeviation, 1 + kDeviation));
    }
  }
  // Mean of a log-logistic distribution, less what the longest gap cuts off its tail.
  const double scale_s = kGapScaleS / (traffic_scaling * network.graph_scaling);
  const double gap_s = scale_s * (M_PI / kGapShape) / std::sin(M_PI / kGapShape) -
                       scale_s / (kGapShape - 1) * std::pow(kLongestGapS / scale_s, 1 - kGapShape);
  return matrix.Scaled(8 * kMeanFlowBytes / gap_s / matrix.total_bps());
}

}  // namespace rhumb::training

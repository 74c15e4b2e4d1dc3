#include "topologies/paths/shortest_paths.h"

#include <algorithm>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace rhumb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Ordered by distance, then hops, so that links of weight 0 still lead away from the root.
struct Cost {
  double distance = 0;
  int hops = 0;

  friend bool operator<(const Cost& a, const Cost& b) {
    return a.distance != b.distance ? a.distance < b.distance : a.hops < b.hops;
  }
};

std::vector<Cost> Dijkstra(const TopologyGraph& graph, absl::Span<const double> weights,
                           NodeId root) {
  std::vector<Cost> cost(boost::num_vertices(graph));
  const auto weight_of_edge = boost::make_function_property_map<TopologyGraph::edge_descriptor>(
      [&](const TopologyGraph::edge_descriptor& edge) {
        return Cost{weights[graph[edge]], 1};
      });
  const auto index = boost::get(boost::vertex_index, graph);
  boost::dijkstra_shortest_paths(
      graph, root,
      boost::weight_map(weight_of_edge)
          .distance_map(boost::make_iterator_property_map(cost.begin(), index))
          .distance_compare(std::less<Cost>())
          .distance_combine([](const Cost& a, const Cost& b) {
            return Cost{a.distance + b.distance, a.hops + b.hops};
          })
          // An infinite weight gives an infinite sum of more hops, which is never below this.
          .distance_inf(Cost{kInfinity, 0})
          .distance_zero(Cost{0, 0}));
  return cost;
}

}  // namespace

absl::string_view LinkMetricName(LinkMetric metric) {
  switch (metric) {
    case LinkMetric::kIgp:
      return "igp";
    case LinkMetric::kHops:
      return "hops";
    case LinkMetric::kDelay:
      return "delay";
    case LinkMetric::kInverseCapacity:
      return "inverse-capacity";
  }
  return "unknown";
}

std::vector<double> LinkLengths(const Topology& topology, LinkMetric metric) {
  auto length = [metric](const Link& link) {
    switch (metric) {
      case LinkMetric::kIgp:
        return link.igp_metric;
      case LinkMetric::kDelay:
        return absl::ToDoubleSeconds(link.propagation_delay);
      case LinkMetric::kInverseCapacity:
        return 1 / link.capacity_bps;
      case LinkMetric::kHops:
        break;
    }
    return 1.0;
  };
  std::vector<double> lengths;
  lengths.reserve(topology.num_links());
  for (const Link& link : topology.links()) lengths.push_back(length(link));
  return lengths;
}

std::vector<double> LinkWeights(const Topology& topology, LinkMetric metric) {
  std::vector<double> weights = LinkLengths(topology, metric);
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    if (!topology.link(l).usable()) weights[l] = kInfinity;
  }
  return weights;
}

ShortestPathTree::ShortestPathTree(const Topology& topology, absl::Span<const double> weights,
                                   NodeId root, Direction direction)
    : root_(root), direction_(direction) {
  const int n = topology.num_nodes();
  const bool from_root = direction == Direction::kFromRoot;
  const std::vector<Cost> cost =
      Dijkstra(from_root ? topology.graph() : topology.reversed_graph(), weights, root);
  distance_.resize(n);
  for (NodeId v = 0; v < n; ++v) {
    distance_[v] = cost[v].distance;
    if (reaches(v)) order_.push_back(v);
  }
  auto before = [&](NodeId a, NodeId b) {
    if (cost[a] < cost[b]) return true;
    if (cost[b] < cost[a]) return false;
    return a < b;
  };
  std::sort(order_.begin(), order_.end(), before);

  dag_begin_.assign(n + 1, 0);
  for (NodeId v = 0; v < n; ++v) {
    dag_begin_[v] = static_cast<int>(dag_.size());
    if (!reaches(v)) continue;
    for (LinkId l : from_root ? topology.in_links(v) : topology.out_links(v)) {
      const NodeId near = from_root ? topology.link(l).source : topology.link(l).destination;
      if (!reaches(near) || !before(near, v)) continue;
      if (distance_[near] + weights[l] <= distance_[v] * (1 + kEqualCostTolerance)) {
        dag_.push_back(l);
      }
    }
  }
  dag_begin_[n] = static_cast<int>(dag_.size());

  tree_link_.assign(n, -1);
  near_end_.assign(n, -1);
  std::vector<int> hops(n, 0);
  for (NodeId v : order_) {
    for (LinkId l : dag_links(v)) {
      const NodeId near = from_root ? topology.link(l).source : topology.link(l).destination;
      if (tree_link_[v] < 0 || hops[near] + 1 < hops[v]) {
        tree_link_[v] = l;
        near_end_[v] = near;
        hops[v] = hops[near] + 1;
      }
    }
  }
}

bool ShortestPathTree::reaches(NodeId node) const { return distance_[node] < kInfinity; }

absl::Span<const LinkId> ShortestPathTree::dag_links(NodeId node) const {
  return absl::MakeConstSpan(dag_).subspan(dag_begin_[node],
                                           dag_begin_[node + 1] - dag_begin_[node]);
}

Path ShortestPathTree::PathOf(NodeId node) const {
  Path path;
  for (NodeId v = node; tree_link_[v] >= 0; v = near_end_[v]) path.push_back(tree_link_[v]);
  if (direction_ == Direction::kFromRoot) std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace rhumb

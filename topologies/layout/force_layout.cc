#include "topologies/layout/force_layout.h"

// Boost 1.74's Bellman-Ford keeps an iterator that g++ 12 cannot see being set.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/circle_layout.hpp>
#include <boost/graph/fruchterman_reingold.hpp>
#include <boost/graph/kamada_kawai_spring_layout.hpp>
#include <boost/graph/random_layout.hpp>
#include <boost/graph/topology.hpp>
#include <boost/random/linear_congruential.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace rhumb {
namespace {

constexpr double kMargin = 30;
constexpr int kMostSpringNodes = 120;
constexpr int kFewIterations = 140;  // of a large network
constexpr int kIterations = 400;
constexpr int kLargeNetwork = 400;
// Of all nodes; those beyond are drawn, but do not set the scale.
constexpr double kOutliers = 0.003;

using Graph =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                          boost::property<boost::edge_weight_t, double>>;
using Plane = boost::rectangle_topology<boost::minstd_rand>;
using Points = std::vector<Plane::point_type>;

// One edge a pair of nodes, however many links there are between them.
Graph CableGraph(const Topology& topology) {
  std::set<std::pair<NodeId, NodeId>> cables;
  for (const Link& link : topology.links()) {
    cables.insert(std::minmax(link.source, link.destination));
  }
  Graph graph(topology.num_nodes());
  for (const auto& [a, b] : cables) boost::add_edge(a, b, 1.0, graph);
  return graph;
}

bool SettleSprings(const Graph& graph, double side, Points* points) {
  auto map = boost::make_iterator_property_map(points->begin(), get(boost::vertex_index, graph));
  boost::circle_graph_layout(graph, map, side / 2);
  return boost::kamada_kawai_spring_layout(graph, map, get(boost::edge_weight, graph),
                                           boost::square_topology<>(side),
                                           boost::side_length(side));
}

void Repel(const Graph& graph, double width, double height, Points* points) {
  boost::minstd_rand random(1);
  const Plane plane(random, -width / 2, -height / 2, width / 2, height / 2);
  auto map = boost::make_iterator_property_map(points->begin(), get(boost::vertex_index, graph));
  boost::random_graph_layout(graph, map, plane);
  const int iterations = num_vertices(graph) > kLargeNetwork ? kFewIterations : kIterations;
  boost::fruchterman_reingold_force_directed_layout(
      graph, map, plane,
      boost::cooling(boost::linear_cooling<double>(iterations, std::min(width, height) / 8)));
}

// The value below which a share of the values lies.
double Quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

MapLayout ForceLayout(const Topology& topology, double width, double height) {
  MapLayout layout;
  layout.width = width;
  layout.height = height;
  const Graph graph = CableGraph(topology);
  Points points(topology.num_nodes());
  const bool springs = topology.num_nodes() > 1 && topology.num_nodes() <= kMostSpringNodes &&
                       CountParts(topology) == 1 && SettleSprings(graph, height, &points);
  if (!springs) Repel(graph, width, height, &points);

  std::vector<double> xs, ys;
  for (const auto& point : points) {
    xs.push_back(point[0]);
    ys.push_back(point[1]);
  }
  const double left = Quantile(xs, kOutliers), right = Quantile(xs, 1 - kOutliers);
  const double top = Quantile(ys, kOutliers), bottom = Quantile(ys, 1 - kOutliers);
  // Wider than high, as the box is: angles of such a layout mean nothing.
  const double kx = (width - 2 * kMargin) / std::max(right - left, 1e-9);
  const double ky = (height - 2 * kMargin) / std::max(bottom - top, 1e-9);
  const double least = std::min(kx, ky);
  const double scale_x = right > left ? std::min(kx, 1.7 * least) : 0;
  const double scale_y = bottom > top ? std::min(ky, 1.7 * least) : 0;
  for (const auto& point : points) {
    const double x = width / 2 + (point[0] - (left + right) / 2) * scale_x;
    const double y = height / 2 + (point[1] - (top + bottom) / 2) * scale_y;
    layout.positions.push_back({std::clamp(x, 4.0, width - 4), std::clamp(y, 4.0, height - 4)});
  }
  return layout;
}

}  // namespace rhumb

#pragma GCC diagnostic pop

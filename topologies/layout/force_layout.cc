#include "topologies/layout/force_layout.h"

// Boost 1.74's Bellman-Ford keeps an iterator that g++ 12 cannot see being set.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/circle_layout.hpp>
#include <boost/graph/kamada_kawai_spring_layout.hpp>
#include <boost/graph/topology.hpp>
#include <cmath>
#include <optional>
#include <set>
#include <utility>

#include "topologies/layout/repulsion_layout.h"

namespace rhumb {
namespace {

constexpr double kMargin = 30;
constexpr int kMostSpringNodes = 120;
// Of all nodes; those beyond are drawn at the edge and do not set the scale.
constexpr double kOutliers = 0.003;
constexpr double kStretch = 1.7;  // of one axis against the other

// One a pair of nodes, however many links there are between them.
Cables CablesOf(const Topology& topology) {
  std::set<std::pair<NodeId, NodeId>> cables;
  for (const Link& link : topology.links()) {
    cables.insert(std::minmax(link.source, link.destination));
  }
  return Cables(cables.begin(), cables.end());
}

// Absent when the springs do not settle.
std::optional<std::vector<MapPoint>> SpringLayout(int nodes, const Cables& cables) {
  using Graph =
      boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                            boost::property<boost::edge_weight_t, double>>;
  constexpr double kSide = 300;
  Graph graph(nodes);
  for (const auto& [a, b] : cables) boost::add_edge(a, b, 1.0, graph);
  std::vector<boost::square_topology<>::point_type> points(nodes);
  auto map = boost::make_iterator_property_map(points.begin(), get(boost::vertex_index, graph));
  boost::circle_graph_layout(graph, map, kSide / 2);
  if (!boost::kamada_kawai_spring_layout(graph, map, get(boost::edge_weight, graph),
                                         boost::square_topology<>(kSide),
                                         boost::side_length(kSide))) {
    return std::nullopt;
  }
  std::vector<MapPoint> result;
  for (const auto& point : points) result.push_back({point[0], point[1]});
  return result;
}

// The direction in which the points spread most comes to lie across.
void TurnAcross(std::vector<MapPoint>* points) {
  const double count = static_cast<double>(points->size());
  MapPoint middle;
  for (const MapPoint& p : *points) {
    middle.x += p.x / count;
    middle.y += p.y / count;
  }
  double xx = 0, xy = 0, yy = 0;
  for (MapPoint& p : *points) {
    p = {p.x - middle.x, p.y - middle.y};
    xx += p.x * p.x;
    xy += p.x * p.y;
    yy += p.y * p.y;
  }
  const double turn = -0.5 * std::atan2(2 * xy, xx - yy);
  for (MapPoint& p : *points) {
    p = {p.x * std::cos(turn) - p.y * std::sin(turn), p.x * std::sin(turn) + p.y * std::cos(turn)};
  }
}

// The values between which all but the outliers lie.
std::pair<double, double> Extent(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double last = static_cast<double>(values.size() - 1);
  return {values[static_cast<size_t>(kOutliers * last)],
          values[static_cast<size_t>(std::ceil((1 - kOutliers) * last))]};
}

}  // namespace

MapLayout ForceLayout(const Topology& topology, double width, double height) {
  const int nodes = topology.num_nodes();
  const Cables cables = CablesOf(topology);
  std::optional<std::vector<MapPoint>> points;
  if (nodes > 1 && nodes <= kMostSpringNodes && CountParts(topology) == 1) {
    points = SpringLayout(nodes, cables);
  }
  if (!points) points = RepulsionLayout(nodes, cables);
  TurnAcross(&*points);

  std::vector<double> xs, ys;
  for (const MapPoint& point : *points) {
    xs.push_back(point.x);
    ys.push_back(point.y);
  }
  const auto [left, right] = Extent(xs);
  const auto [top, bottom] = Extent(ys);
  // Both axes by the same scale at first, then one is stretched: angles mean little here.
  constexpr double kLeast = 1e-6;
  const double across = (width - 2 * kMargin) / std::max(right - left, kLeast);
  const double down = (height - 2 * kMargin) / std::max(bottom - top, kLeast);
  const double scale_x = std::min(across, down * kStretch);
  const double scale_y = std::min(down, across * kStretch);
  MapLayout layout;
  layout.width = width;
  layout.height = height;
  for (const MapPoint& point : *points) {
    const double x = width / 2 + (point.x - (left + right) / 2) * scale_x;
    const double y = height / 2 + (point.y - (top + bottom) / 2) * scale_y;
    layout.positions.push_back({std::clamp(x, 4.0, width - 4), std::clamp(y, 4.0, height - 4)});
  }
  return layout;
}

}  // namespace rhumb

#pragma GCC diagnostic pop

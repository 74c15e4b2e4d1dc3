#include "topologies/layout/geographic_layout.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "topologies/layout/coastline.h"
#include "topologies/layout/map_projection.h"

namespace rhumb {
namespace {

constexpr double kApart = 25;       // pixels between nodes, where there is room
constexpr double kBackHome = 0.03;  // of the way, a round
constexpr int kRounds = 220;
constexpr double kMostPairs = 6e7;  // compared in all, so that a large map takes half a second

using Places = std::vector<std::optional<Coordinates>>;

// Nodes without coordinates stand in the middle of their neighbours', those without such
// neighbours in the middle of all.
std::vector<Coordinates> PlacesOf(const Topology& topology) {
  Places places;
  for (const Node& node : topology.nodes()) places.push_back(node.coordinates);
  auto middle = [](const std::vector<Coordinates>& of) {
    Coordinates sum;
    for (const Coordinates& place : of) {
      sum.latitude_deg += place.latitude_deg / static_cast<double>(of.size());
      sum.longitude_deg += place.longitude_deg / static_cast<double>(of.size());
    }
    return sum;
  };
  std::vector<Coordinates> known;
  for (const auto& place : places) {
    if (place) known.push_back(*place);
  }
  for (NodeId node = 0; node < topology.num_nodes(); ++node) {
    if (places[node]) continue;
    std::vector<Coordinates> near;
    for (const LinkId link : topology.out_links(node)) {
      const auto& place = topology.node(topology.link(link).destination).coordinates;
      if (place) near.push_back(*place);
    }
    places[node] = middle(near.empty() ? known : near);
  }
  std::vector<Coordinates> all;
  for (const auto& place : places) all.push_back(*place);
  return all;
}

// Places closer than a glyph are pushed apart, and drawn back towards home.
void PushApart(double width, std::vector<MapPoint>* points) {
  const std::vector<MapPoint> home = *points;
  const size_t count = points->size();
  const double nodes = static_cast<double>(count);
  const double apart = std::min(kApart, width / std::sqrt(nodes) / 5.2);
  const int rounds = static_cast<int>(std::min<double>(kRounds, kMostPairs / (nodes * nodes / 2)));
  for (int round = 0; round < rounds; ++round) {
    for (size_t a = 0; a < count; ++a) {
      for (size_t b = a + 1; b < count; ++b) {
        MapPoint& p = (*points)[a];
        MapPoint& q = (*points)[b];
        double dx = q.x - p.x, dy = q.y - p.y;
        if (std::abs(dx) >= apart || std::abs(dy) >= apart) continue;
        double distance = std::hypot(dx, dy);
        if (distance >= apart) continue;
        if (distance < 0.01) {
          // On one spot: any direction, but the same one every time.
          const double turn = static_cast<double>(a) * 2.4 + static_cast<double>(b);
          dx = std::cos(turn);
          dy = std::sin(turn);
          distance = 1;
        }
        const double push = (apart - distance) / 2 / distance * 0.6;
        p.x -= dx * push;
        p.y -= dy * push;
        q.x += dx * push;
        q.y += dy * push;
      }
    }
    for (size_t a = 0; a < count; ++a) {
      (*points)[a].x += (home[a].x - (*points)[a].x) * kBackHome;
      (*points)[a].y += (home[a].y - (*points)[a].y) * kBackHome;
    }
  }
}

}  // namespace

MapLayout GeographicLayout(const Topology& topology, double width, double height) {
  const std::vector<Coordinates> places = PlacesOf(topology);
  const MapProjection projection(places, width, height);
  MapLayout layout;
  layout.width = width;
  layout.height = height;
  for (const Coordinates& place : places) layout.positions.push_back(projection.At(place));
  PushApart(width, &layout.positions);
  layout.land = LandPath(projection, width, height);
  layout.breaks = projection.breaks();
  return layout;
}

}  // namespace rhumb

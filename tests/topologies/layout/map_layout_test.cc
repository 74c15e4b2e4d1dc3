#include "topologies/layout/map_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/networks.h"
#include "topologies/layout/coastline.h"
#include "topologies/layout/map_projection.h"

namespace rhumb {
namespace {

using ::testing::IsEmpty;
using testing::NamedNodes;
using ::testing::SizeIs;

// A line of nodes at these places.
Topology At(const std::vector<Coordinates>& places) {
  std::vector<Node> nodes = NamedNodes(static_cast<int>(places.size()));
  std::vector<Link> links;
  for (size_t i = 0; i < places.size(); ++i) {
    nodes[i].coordinates = places[i];
    if (i > 0) testing::AddCable(&links, static_cast<int>(i) - 1, static_cast<int>(i), 1e9);
  }
  return Topology::Create("places", std::move(nodes), std::move(links)).value();
}

double Distance(const MapPoint& a, const MapPoint& b) { return std::hypot(a.x - b.x, a.y - b.y); }

void ExpectInBox(const MapLayout& layout) {
  for (const MapPoint& point : layout.positions) {
    EXPECT_TRUE(point.x >= 0 && point.x <= layout.width) << point.x;
    EXPECT_TRUE(point.y >= 0 && point.y <= layout.height) << point.y;
  }
}

TEST(MapLayoutTest, EastIsRightAndNorthIsUp) {
  const MapLayout layout = LayOutMap(At({{47.6, -122.3}, {40.7, -74.0}, {29.8, -95.4}}));
  ASSERT_THAT(layout.positions, SizeIs(3));
  const auto& [seattle, new_york, houston] =
      std::tie(layout.positions[0], layout.positions[1], layout.positions[2]);
  EXPECT_LT(seattle.x, houston.x);
  EXPECT_LT(houston.x, new_york.x);
  EXPECT_LT(seattle.y, new_york.y);
  EXPECT_LT(new_york.y, houston.y);
  EXPECT_FALSE(layout.land.empty());
  ExpectInBox(layout);
}

TEST(MapLayoutTest, AnOceanIsNarrowerAndMarkedButAnEmptyCountrysideIsNot) {
  // New York to London is 74 degrees, four times what the rest is apart.
  const MapLayout ocean = LayOutMap(At({{40.7, -90}, {40.7, -74}, {51.5, 0}, {50.1, 8.7}}));
  ASSERT_THAT(ocean.breaks, SizeIs(1));
  EXPECT_GT(ocean.breaks[0], ocean.positions[1].x);
  EXPECT_LT(ocean.breaks[0], ocean.positions[2].x);
  EXPECT_LT(Distance(ocean.positions[1], ocean.positions[2]),
            1.5 * Distance(ocean.positions[0], ocean.positions[1]));

  // Denver to Sunnyvale is most of this map, but less than 30 degrees.
  EXPECT_THAT(LayOutMap(At({{37.4, -122}, {39.7, -105}, {39.1, -104}})).breaks, IsEmpty());
}

TEST(MapLayoutTest, APacificNetworkIsInOnePiece) {
  const MapLayout layout = LayOutMap(At({{35.7, 139.7}, {21.3, -157.9}, {37.8, -122.4}}));
  EXPECT_LT(layout.positions[0].x, layout.positions[1].x);
  EXPECT_LT(layout.positions[1].x, layout.positions[2].x);
}

TEST(MapLayoutTest, SitesOfOneTownAreApart) {
  const MapLayout layout =
      LayOutMap(At({{41.9, -87.6}, {41.9, -87.6}, {41.9, -87.6}, {40.7, -74.0}}));
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < a; ++b) {
      EXPECT_GT(Distance(layout.positions[a], layout.positions[b]), 12) << a << b;
    }
  }
}

TEST(MapLayoutTest, ANodeWithoutAPlaceStandsAmongItsNeighbours) {
  std::vector<Node> nodes = NamedNodes(4);
  nodes[0].coordinates = {{40, -120}};
  nodes[1].coordinates = {{40, -80}};
  nodes[2].coordinates = {{30, -100}};
  std::vector<Link> links;
  testing::AddCable(&links, 0, 3, 1e9);
  testing::AddCable(&links, 1, 3, 1e9);
  testing::AddCable(&links, 1, 2, 1e9);
  const MapLayout layout =
      LayOutMap(Topology::Create("gap", std::move(nodes), std::move(links)).value());
  EXPECT_NEAR(layout.positions[3].x, (layout.positions[0].x + layout.positions[1].x) / 2, 30);
}

TEST(MapLayoutTest, WithoutPlacesNeighboursAreNearerThanTheEnds) {
  const MapLayout layout = LayOutMap(testing::Line(8));
  EXPECT_THAT(layout.land, IsEmpty());
  ExpectInBox(layout);
  const double ends = Distance(layout.positions[0], layout.positions[7]);
  for (int i = 0; i < 7; ++i) {
    EXPECT_LT(Distance(layout.positions[i], layout.positions[i + 1]), ends / 3);
  }
}

TEST(MapLayoutTest, SmallestLargerAndDividedNetworksAreLaidOutTheSameEveryTime) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 2, 3, 1e9);
  const Topology divided = Topology::Create("two", NamedNodes(4), std::move(links)).value();
  const Topology one = Topology::Create("one", NamedNodes(1), {}).value();
  for (const Topology& topology :
       {one, testing::Line(2), divided, testing::RandomConnected(1, 300)}) {
    const MapLayout once = LayOutMap(topology);
    const MapLayout again = LayOutMap(topology);
    ASSERT_THAT(once.positions, SizeIs(topology.num_nodes()));
    ExpectInBox(once);
    for (int i = 0; i < topology.num_nodes(); ++i) {
      EXPECT_EQ(once.positions[i].x, again.positions[i].x);
      EXPECT_TRUE(std::isfinite(once.positions[i].x) && std::isfinite(once.positions[i].y));
    }
  }
}

// Whether a point is inside of a path of "M x,y x,y ... Z" rings, by the number of crossings.
bool Inside(const std::string& path, const MapPoint& p) {
  std::vector<std::vector<MapPoint>> rings;
  const char* at = path.c_str();
  while (*at != '\0') {
    if (*at == 'M') rings.emplace_back();
    if (*at == 'M' || *at == ' ') ++at;
    if (*at == 'Z') {
      ++at;
      continue;
    }
    char* end = nullptr;
    const double x = std::strtod(at, &end);
    const double y = std::strtod(end + 1, &end);
    rings.back().push_back({x, y});
    at = end;
  }
  bool inside = false;
  for (const auto& ring : rings) {
    for (size_t i = 0; i < ring.size(); ++i) {
      const MapPoint& a = ring[i];
      const MapPoint& b = ring[(i + 1) % ring.size()];
      if ((a.y > p.y) == (b.y > p.y)) continue;
      inside ^= p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y);
    }
  }
  return inside;
}

TEST(CoastlineTest, LandIsUnderCitiesAndNotUnderShips) {
  const std::vector<Coordinates> places = {{47.6, -122.3}, {40.7, -74.0}, {51.5, 0}, {50.1, 8.7}};
  const MapProjection projection(places, 680, 330);
  const std::string land = LandPath(projection, 680, 330);
  EXPECT_TRUE(Inside(land, projection.At(Coordinates{39.7, -105.0})));   // Denver
  EXPECT_TRUE(Inside(land, projection.At(Coordinates{50.1, 8.7})));      // Frankfurt
  EXPECT_FALSE(Inside(land, projection.At(Coordinates{40.0, -40.0})));   // the Atlantic
  EXPECT_FALSE(Inside(land, projection.At(Coordinates{35.0, -130.0})));  // the Pacific
}

}  // namespace
}  // namespace rhumb

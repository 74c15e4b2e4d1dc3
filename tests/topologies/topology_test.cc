#include "topologies/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::AddCable;
using testing::Diamond;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::NamedNodes;

TEST(TopologyTest, NamesParallelLinksInOrder) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  AddCable(&links, 0, 1, 1e9);

  const Topology topology = Topology::Create("t", NamedNodes(2), links).value();

  EXPECT_EQ(topology.link(0).name, "A>B");
  EXPECT_EQ(topology.link(2).name, "A>B#2");
  EXPECT_THAT(topology.out_links(0), ElementsAre(0, 2));
  EXPECT_THAT(topology.in_links(0), ElementsAre(1, 3));
}

TEST(TopologyTest, ResolvesOneDirectionBothDirectionsAndOneParallelLink) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  AddCable(&links, 0, 1, 1e9);
  const Topology topology = Topology::Create("t", NamedNodes(2), links).value();

  EXPECT_THAT(topology.ResolveLinks("A>B").value(), ElementsAre(0, 2));
  EXPECT_THAT(topology.ResolveLinks("A-B").value(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(topology.ResolveLinks("A>B#2").value(), ElementsAre(2));
  EXPECT_THAT(std::string(topology.ResolveLinks("A-X").status().message()), HasSubstr("A-X"));
}

TEST(TopologyTest, UnknownLinkIsAnsweredWithTheClosestNamesFirst) {
  std::vector<Node> nodes(12);
  std::vector<Link> links;
  for (int i = 0; i < 12; ++i) {
    nodes[i].name = std::string("CITY") + static_cast<char>('a' + i);
    Link link;
    link.source = i;
    link.destination = (i + 1) % 12;
    link.capacity_bps = 1e9;
    links.push_back(link);
  }
  const Topology topology = Topology::Create("ring", nodes, links).value();
  EXPECT_THAT(std::string(topology.ResolveLinks("cityk-citx").status().message()),
              HasSubstr("closest links: CITYk>CITYl"));
  EXPECT_FALSE(topology.ResolveLinks(std::string(100000, 'x')).ok());
}

TEST(TopologyTest, KnowsOneZeroAmongCoordinates) {
  std::vector<Node> nodes(2);
  nodes[0].name = "A";
  nodes[0].coordinates = Coordinates{-0.0, -0.0};
  nodes[1].name = "B";
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  const auto topology = Topology::Create("t", nodes, links);
  ASSERT_TRUE(topology.ok()) << topology.status();
  EXPECT_FALSE(std::signbit(topology->node(0).coordinates->latitude_deg));
  EXPECT_FALSE(std::signbit(topology->node(0).coordinates->longitude_deg));
}

TEST(TopologyTest, RefusesBadLinksAndSaysWhich) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 0);
  const absl::Status zero = Topology::Create("t", NamedNodes(2), links).status();
  EXPECT_EQ(zero.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(zero.message()), HasSubstr("A>B"));
  EXPECT_THAT(std::string(zero.message()), HasSubstr("capacity"));

  links.clear();
  AddCable(&links, 1, 1, 1e9);
  EXPECT_THAT(std::string(Topology::Create("t", NamedNodes(2), links).status().message()),
              HasSubstr("self-loop"));
  links.clear();
  AddCable(&links, 0, 7, 1e9);
  EXPECT_FALSE(Topology::Create("t", NamedNodes(2), links).ok());
}

TEST(TopologyTest, ApplyingTheDifferenceGivesTheOtherSnapshot) {
  const Topology before = Diamond();
  LinkChange down;
  down.link = 2;
  down.operational_state = OperationalState::kDown;
  LinkChange drained;
  drained.link = 5;
  drained.administrative_state = AdministrativeState::kDrained;
  drained.capacity_bps = 5e9;
  const Topology after = before.Apply({down, drained}).value();

  const Topology again = before.Apply(Difference(before, after)).value();

  EXPECT_EQ(after.version(), before.version() + 1);
  EXPECT_TRUE(before.link(2).usable());
  EXPECT_FALSE(again.link(2).usable());
  EXPECT_FALSE(again.link(5).usable());
  EXPECT_EQ(again.link(5).capacity_bps, 5e9);
  EXPECT_TRUE(Difference(after, again).empty());
  EXPECT_TRUE(again.SameStructure(before));
}

TEST(TopologyTest, RefusesAChangeOfAnUnknownLink) {
  LinkChange change;
  change.link = 99;
  EXPECT_EQ(Diamond().Apply({change}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(TopologyTest, GraphHoldsEveryLinkWithItsId) {
  const Topology topology = Diamond();
  const TopologyGraph& graph = topology.graph();

  ASSERT_EQ(boost::num_edges(graph), 8u);
  for (auto [edge, end] = boost::edges(graph); edge != end; ++edge) {
    const Link& link = topology.link(graph[*edge]);
    EXPECT_EQ(static_cast<NodeId>(boost::source(*edge, graph)), link.source);
    EXPECT_EQ(static_cast<NodeId>(boost::target(*edge, graph)), link.destination);
  }
}

}  // namespace
}  // namespace rhumb

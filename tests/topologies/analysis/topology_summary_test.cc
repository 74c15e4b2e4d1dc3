#include "topologies/analysis/topology_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/networks.h"
#include "topologies/generators/gravity.h"

namespace rhumb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// Number of nodes reached from `from` over usable links, either direction, without node `skip` and
// without the links between `cut`.
int Reached(const Topology& topology, NodeId from, NodeId skip, std::pair<NodeId, NodeId> cut) {
  std::vector<bool> seen(topology.num_nodes(), false);
  std::vector<NodeId> queue = {from};
  seen[from] = true;
  for (size_t head = 0; head < queue.size(); ++head) {
    for (const Link& link : topology.links()) {
      if (!link.usable()) continue;
      for (auto [a, b] :
           {std::pair(link.source, link.destination), std::pair(link.destination, link.source)}) {
        if (a != queue[head] || b == skip || seen[b]) continue;
        if (std::pair(std::min(a, b), std::max(a, b)) == cut) continue;
        seen[b] = true;
        queue.push_back(b);
      }
    }
  }
  return static_cast<int>(queue.size());
}

TEST(CutsTest, LineIsAllCuts) {
  const Cuts cuts = FindCuts(testing::Line(4));
  EXPECT_THAT(cuts.links, ElementsAre(Pair(0, 1), Pair(1, 2), Pair(2, 3)));
  EXPECT_THAT(cuts.nodes, ElementsAre(1, 2));
  EXPECT_EQ(CableConnectivity(testing::Line(4)), 1);
}

TEST(CutsTest, DiamondHasNone) {
  const Cuts cuts = FindCuts(testing::Diamond());
  EXPECT_THAT(cuts.links, IsEmpty());
  EXPECT_THAT(cuts.nodes, IsEmpty());
  EXPECT_EQ(CableConnectivity(testing::Diamond()), 2);
}

TEST(CutsTest, ParallelCablesAreNoCutLinkButTheNodeBetweenStillIsACut) {
  std::vector<Link> links;
  for (int i = 0; i < 2; ++i) {
    testing::AddCable(&links, 0, 1, 1e9);
    testing::AddCable(&links, 1, 2, 1e9);
  }
  const Topology topology = Topology::Create("double", testing::NamedNodes(3), links).value();
  EXPECT_THAT(FindCuts(topology).links, IsEmpty());
  EXPECT_THAT(FindCuts(topology).nodes, ElementsAre(1));
  EXPECT_EQ(CableConnectivity(topology), 2);
}

TEST(CutsTest, DrainedLinksDoNotJoin) {
  Topology diamond = testing::Diamond();
  TopologyDelta delta;
  const std::vector<LinkId> links = diamond.ResolveLinks("A-B").value();
  for (const LinkId link : links) {
    LinkChange change;
    change.link = link;
    change.administrative_state = AdministrativeState::kDrained;
    delta.push_back(change);
  }
  diamond = diamond.Apply(delta).value();
  EXPECT_THAT(FindCuts(diamond).links, ElementsAre(Pair(0, 2), Pair(1, 3), Pair(2, 3)));
  EXPECT_EQ(CableConnectivity(diamond), 1);
}

TEST(CutsTest, AgreesWithRemovingEachLinkAndNodeInTurn) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    // Two random networks hung together by trees: some cuts, some not.
    std::vector<Link> links;
    const Topology part = testing::RandomConnected(seed, 8);
    for (const Link& link : part.links()) links.push_back(link);
    for (NodeId v = 8; v < 12; ++v) {
      testing::AddCable(&links, v, static_cast<NodeId>((v * (seed + 3)) % v), 1e9);
    }
    for (Link& link : links) link.name.clear();
    const Topology topology = Topology::Create("mixed", testing::NamedNodes(12), links).value();
    const Cuts cuts = FindCuts(topology);
    for (const Adjacency& adjacency : Adjacencies(topology)) {
      const std::pair ends(adjacency.a, adjacency.b);
      const bool parts = adjacency.cables == 1 && Reached(topology, 0, -1, ends) < 12;
      EXPECT_EQ(std::count(cuts.links.begin(), cuts.links.end(), ends), parts);
    }
    for (NodeId v = 0; v < 12; ++v) {
      const bool parts = Reached(topology, v == 0 ? 1 : 0, v, {-1, -1}) < 11;
      EXPECT_EQ(std::count(cuts.nodes.begin(), cuts.nodes.end(), v), parts);
    }
    EXPECT_EQ(CableConnectivity(topology) == 1, !cuts.links.empty());
  }
}

TEST(TopologySummaryTest, CountsADiamondByHand) {
  const TopologySummary summary = Summarize(testing::Diamond());
  EXPECT_EQ(summary.nodes, 4);
  EXPECT_EQ(summary.links, 8);
  EXPECT_EQ(summary.adjacencies, 4);
  EXPECT_EQ(summary.parallel_links, 0);
  EXPECT_EQ(summary.diameter_hops, 2);
  EXPECT_NEAR(summary.mean_hops, (8 * 1 + 4 * 2) / 12.0, 1e-12);
  EXPECT_NEAR(summary.diameter_delay_s, 2e-3, 1e-12);
  EXPECT_EQ(summary.degree.mean, 2);
  EXPECT_EQ(summary.most_neighbours.size(), 4);
  EXPECT_THAT(summary.links_by_capacity_bps, ElementsAre(Pair(1e9, 8)));
  EXPECT_EQ(summary.usable_capacity_bps, 8e9);
}

TEST(TopologySummaryTest, CountsOddLinks) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 0, 1, 2e9);
  testing::AddCable(&links, 1, 2, 3e9);
  links.pop_back();  // C>B is missing
  links[2].administrative_state = AdministrativeState::kDrained;
  links[3].operational_state = OperationalState::kDown;
  links[0].shared_risk_groups = {"duct"};
  const Topology topology = Topology::Create("odd", testing::NamedNodes(3), links).value();
  const TopologySummary summary = Summarize(topology);
  EXPECT_EQ(summary.parallel_links, 2);
  EXPECT_EQ(summary.one_way_links, 1);
  EXPECT_EQ(summary.adjacencies, 2);
  EXPECT_THAT(summary.drained, ElementsAre(2));
  EXPECT_THAT(summary.down, ElementsAre(3));
  EXPECT_EQ(summary.unreachable_pairs, 2);  // C to A and to B
  EXPECT_THAT(summary.links_by_risk_group, ElementsAre(Pair("duct", 1)));
}

TEST(TopologySummaryTest, HopDistancesAgreeWithBreadthFirstSearch) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Topology topology = testing::RandomConnected(seed, 15);
    double sum = 0;
    int diameter = 0;
    for (NodeId s = 0; s < 15; ++s) {
      for (const int hops : HopDistances(topology, s)) {
        sum += hops;
        diameter = std::max(diameter, hops);
      }
    }
    const TopologySummary summary = Summarize(topology);
    EXPECT_NEAR(summary.mean_hops, sum / (15 * 14), 1e-9);
    EXPECT_EQ(summary.diameter_hops, diameter);
  }
}

TEST(TopologySummaryTest, OneNodeIsNoProblem) {
  const Topology lonely = Topology::Create("lonely", testing::NamedNodes(1), {}).value();
  const TopologySummary summary = Summarize(lonely);
  EXPECT_EQ(summary.nodes, 1);
  EXPECT_EQ(summary.cable_connectivity, 0);
  EXPECT_EQ(summary.mean_hops, 0);
}

TEST(SpreadTest, MedianOfAnEvenNumberIsTheMeanOfTheMiddle) {
  const Spread spread = SpreadOf({4, 1, 2, 9});
  EXPECT_EQ(spread.min, 1);
  EXPECT_EQ(spread.median, 3);
  EXPECT_EQ(spread.mean, 4);
  EXPECT_EQ(spread.max, 9);
}

TEST(TopologySummaryTest, LargeNetworksAreSampledAndSaySo) {
  const Topology topology = testing::RandomConnected(3, 400);
  const TopologySummary exact = Summarize(topology);
  EXPECT_EQ(exact.distance_sources, 400);
  EXPECT_TRUE(exact.cable_connectivity_exact);
  const TopologySummary sampled = Summarize(topology, 40e3);
  EXPECT_GT(sampled.distance_sources, 10);
  EXPECT_LT(sampled.distance_sources, 400);
  EXPECT_LE(sampled.diameter_hops, exact.diameter_hops);
  EXPECT_NEAR(sampled.mean_hops, exact.mean_hops, 0.1 * exact.mean_hops);
  EXPECT_GE(sampled.cable_connectivity, exact.cable_connectivity);
}

TEST(TopologySummaryTest, ProgressGrowsToTheTotalAndNotBeyond) {
  for (const double effort : {40e3, kDescribeEffort}) {
    int last = -1, steps = 0;
    Summarize(testing::RandomConnected(3, 60), effort, [&](int done, int total) {
      EXPECT_GE(done, last);
      EXPECT_LE(done, total);
      last = done;
      ++steps;
    });
    EXPECT_GT(steps, 30);
  }
}

TEST(CutsTest, ConnectivityEqualsTheFlowsOfAllPairs) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Topology topology = testing::RandomConnected(seed, 12);
    // Without a cut link there are two ways; the ring's own nodes of two cables allow no third.
    EXPECT_EQ(CableConnectivity(topology), 2) << seed;
  }
  std::vector<Link> complete;
  for (NodeId a = 0; a < 6; ++a) {
    for (NodeId b = a + 1; b < 6; ++b) testing::AddCable(&complete, a, b, 1e9);
  }
  const Topology k6 = Topology::Create("k6", testing::NamedNodes(6), complete).value();
  EXPECT_EQ(CableConnectivity(k6), 5);
  EXPECT_FALSE(CableConnectivityWithin(k6, 0).exact);
}

}  // namespace
}  // namespace rhumb

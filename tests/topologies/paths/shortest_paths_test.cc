#include "topologies/paths/shortest_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::AddCable;
using ::rhumb::testing::Diamond;
using ::rhumb::testing::kGigabit;
using ::rhumb::testing::Line;
using ::rhumb::testing::NamedNodes;
using ::rhumb::testing::RandomConnected;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Bellman-Ford: as many rounds over all links as there are nodes.
std::vector<double> BellmanFord(const Topology& topology, const std::vector<double>& weights,
                                NodeId root) {
  std::vector<double> distance(topology.num_nodes(), kInfinity);
  distance[root] = 0;
  for (int round = 0; round < topology.num_nodes(); ++round) {
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      const Link& link = topology.link(l);
      distance[link.destination] =
          std::min(distance[link.destination], distance[link.source] + weights[l]);
    }
  }
  return distance;
}

Topology WithState(const Topology& topology, LinkId link, OperationalState state) {
  LinkChange change;
  change.link = link;
  change.operational_state = state;
  return topology.Apply({change}).value();
}

TEST(LinkWeightsTest, FollowTheMetric) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 4 * kGigabit, absl::Milliseconds(7), 12);
  const Topology topology = Topology::Create("pair", NamedNodes(2), links).value();
  EXPECT_THAT(LinkWeights(topology, LinkMetric::kIgp), ElementsAre(12, 12));
  EXPECT_THAT(LinkWeights(topology, LinkMetric::kHops), ElementsAre(1, 1));
  EXPECT_THAT(LinkWeights(topology, LinkMetric::kDelay), ElementsAre(0.007, 0.007));
  EXPECT_THAT(LinkWeights(topology, LinkMetric::kInverseCapacity), ElementsAre(2.5e-10, 2.5e-10));
}

TEST(LinkWeightsTest, AreInfiniteForDeadAndDrainedLinks) {
  Topology topology = WithState(Line(3), 0, OperationalState::kDown);
  LinkChange drain;
  drain.link = 3;
  drain.administrative_state = AdministrativeState::kDrained;
  topology = topology.Apply({drain}).value();
  EXPECT_THAT(LinkWeights(topology, LinkMetric::kHops), ElementsAre(kInfinity, 1, 1, kInfinity));
}

TEST(ShortestPathTreeTest, DistancesAgreeWithBellmanFordInBothDirections) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Topology topology = RandomConnected(seed, 15);
    for (LinkMetric metric :
         {LinkMetric::kIgp, LinkMetric::kHops, LinkMetric::kDelay, LinkMetric::kInverseCapacity}) {
      const std::vector<double> weights = LinkWeights(topology, metric);
      for (NodeId a = 0; a < topology.num_nodes(); ++a) {
        const std::vector<double> expected = BellmanFord(topology, weights, a);
        const ShortestPathTree from(topology, weights, a);
        for (NodeId b = 0; b < topology.num_nodes(); ++b) {
          EXPECT_NEAR(from.distance(b), expected[b], 1e-9 * expected[b]);
          const ShortestPathTree to(topology, weights, b, ShortestPathTree::Direction::kToRoot);
          EXPECT_NEAR(to.distance(a), expected[b], 1e-9 * expected[b]);
        }
      }
    }
  }
}

TEST(ShortestPathTreeTest, PathsAreValidAndAsLongAsTheDistance) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Topology topology = RandomConnected(seed, 15);
    const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
    PathSet::Builder builder;
    for (NodeId a = 0; a < topology.num_nodes(); ++a) {
      const ShortestPathTree from(topology, weights, a);
      EXPECT_THAT(from.PathOf(a), IsEmpty());
      for (NodeId b = 0; b < topology.num_nodes(); ++b) {
        if (a == b) continue;
        const Path path = from.PathOf(b);
        builder.AddPair(a, b).AddPath(path);
        EXPECT_NEAR(absl::ToDoubleSeconds(PropagationDelay(topology, path)), from.distance(b),
                    1e-12);
      }
    }
    EXPECT_EQ(builder.Build().Validate(topology), absl::OkStatus());
  }
}

TEST(ShortestPathTreeTest, HoldsAllEqualCostLinksOfADiamond) {
  const Topology topology = Diamond();
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kHops);
  const ShortestPathTree from(topology, weights, 0);
  EXPECT_THAT(from.dag_links(3), ElementsAre(2, 6));  // B>D and C>D
  EXPECT_EQ(from.tree_link(3), 2);
  const ShortestPathTree to(topology, weights, 3, ShortestPathTree::Direction::kToRoot);
  EXPECT_THAT(to.dag_links(0), ElementsAre(0, 4));  // A>B and A>C
  EXPECT_THAT(to.PathOf(0), ElementsAre(0, 2));
}

TEST(ShortestPathTreeTest, CountsParallelLinksAsOwnNextHops) {
  std::vector<Link> links;
  for (double capacity : {kGigabit, 10 * kGigabit, kGigabit}) AddCable(&links, 0, 1, capacity);
  const Topology topology = Topology::Create("parallel", NamedNodes(2), links).value();
  const auto to_root = ShortestPathTree::Direction::kToRoot;
  const ShortestPathTree hops(topology, LinkWeights(topology, LinkMetric::kHops), 1, to_root);
  EXPECT_THAT(hops.dag_links(0), ElementsAre(0, 2, 4));
  const ShortestPathTree capacity(topology, LinkWeights(topology, LinkMetric::kInverseCapacity), 1,
                                  to_root);
  EXPECT_THAT(capacity.dag_links(0), ElementsAre(2));
}

TEST(ShortestPathTreeTest, TreatsSumsThatDifferInTheLastBitsAsEqual) {
  // 0.1 + 0.2 is not 0.3 in binary floating point.
  std::vector<Link> links;
  AddCable(&links, 0, 1, kGigabit, absl::ZeroDuration(), 0.1);
  AddCable(&links, 1, 2, kGigabit, absl::ZeroDuration(), 0.2);
  AddCable(&links, 0, 2, kGigabit, absl::ZeroDuration(), 0.3);
  const Topology topology = Topology::Create("triangle", NamedNodes(3), links).value();
  const ShortestPathTree from(topology, LinkWeights(topology, LinkMetric::kIgp), 0);
  EXPECT_THAT(from.dag_links(2), ElementsAre(2, 4));
  EXPECT_THAT(from.PathOf(2), ElementsAre(4)) << "fewest hops first";
}

TEST(ShortestPathTreeTest, HasNoCycleWhereWeightsAreZero) {
  const Topology topology = RandomConnected(3, 12);
  const std::vector<double> weights(topology.num_links(), 0.0);
  for (NodeId root = 0; root < topology.num_nodes(); ++root) {
    const ShortestPathTree tree(topology, weights, root, ShortestPathTree::Direction::kToRoot);
    std::vector<int> rank(topology.num_nodes(), -1);
    int next = 0;
    for (NodeId v : tree.order()) rank[v] = next++;
    EXPECT_EQ(next, topology.num_nodes());
    for (NodeId v = 0; v < topology.num_nodes(); ++v) {
      EXPECT_EQ(tree.dag_links(v).empty(), v == root);
      for (LinkId l : tree.dag_links(v)) EXPECT_LT(rank[topology.link(l).destination], rank[v]);
    }
  }
}

TEST(ShortestPathTreeTest, ReportsUnreachableNodes) {
  Topology topology = WithState(Line(3), 2, OperationalState::kDown);
  const ShortestPathTree tree(topology, LinkWeights(topology, LinkMetric::kHops), 0);
  EXPECT_TRUE(tree.reaches(1));
  EXPECT_FALSE(tree.reaches(2));
  EXPECT_EQ(tree.distance(2), kInfinity);
  EXPECT_EQ(tree.tree_link(2), -1);
  EXPECT_THAT(tree.PathOf(2), IsEmpty());
  EXPECT_THAT(tree.dag_links(2), IsEmpty());
}

}  // namespace
}  // namespace rhumb

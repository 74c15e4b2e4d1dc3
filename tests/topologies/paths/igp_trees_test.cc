#include "topologies/paths/igp_trees.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/networks.h"

namespace rhumb {
namespace {

using Direction = ShortestPathTree::Direction;

void ExpectSame(const ShortestPathTree& tree, const ShortestPathTree& fresh, int nodes) {
  EXPECT_EQ(tree.order(), fresh.order());
  for (NodeId v = 0; v < nodes; ++v) {
    EXPECT_EQ(tree.distance(v), fresh.distance(v));
    EXPECT_EQ(tree.dag_links(v), fresh.dag_links(v));
    EXPECT_EQ(tree.PathOf(v), fresh.PathOf(v));
  }
}

// Small whole metrics, so that many paths are equally long.
TopologyDelta RandomChange(const Topology& topology, std::mt19937* random) {
  TopologyDelta delta;
  const int changes = 1 + static_cast<int>((*random)() % 3);
  for (int i = 0; i < changes; ++i) {
    LinkChange change;
    change.link = static_cast<LinkId>((*random)() % topology.num_links());
    switch ((*random)() % 3) {
      case 0:
        change.operational_state = OperationalState::kDown;
        break;
      case 1:
        change.operational_state = OperationalState::kUp;
        break;
      default:
        change.igp_metric = static_cast<double>(1 + (*random)() % 3);
    }
    delta.push_back(change);
  }
  return delta;
}

TEST(IgpTreesTest, AreThoseOfTheLatestTopologyAfterAnySeriesOfChanges) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    const int nodes = 4 + static_cast<int>(seed % 9);
    Topology topology = testing::RandomConnected(seed, nodes);
    IgpTrees trees(topology);
    for (int step = 0; step < 30; ++step) {
      topology = topology.Apply(RandomChange(topology, &random)).value();
      trees.SetTopology(topology);
      const std::vector<double> weights = LinkWeights(topology, LinkMetric::kIgp);
      for (NodeId v = 0; v < nodes; ++v) {
        SCOPED_TRACE(::testing::Message()
                     << "seed " << seed << ", step " << step << ", node " << v);
        ExpectSame(*trees.From(v), ShortestPathTree(topology, weights, v), nodes);
        ExpectSame(*trees.To(v), ShortestPathTree(topology, weights, v, Direction::kToRoot), nodes);
      }
    }
  }
}

TEST(IgpTreesTest, KeepsATreeThatDoesNotUseTheLinkThatFailed) {
  const Topology topology = testing::Diamond();
  IgpTrees trees(topology);
  LinkChange failure;
  failure.link = topology.FindLink("A>B").value();
  failure.operational_state = OperationalState::kDown;
  const auto from_a = trees.From(0), from_d = trees.From(3);
  const auto to_a = trees.To(0), to_d = trees.To(3);

  trees.SetTopology(topology.Apply({failure}).value());

  EXPECT_EQ(trees.From(3), from_d);
  EXPECT_EQ(trees.To(0), to_a);
  EXPECT_NE(trees.From(0), from_a);
  EXPECT_NE(trees.To(3), to_d);
}

TEST(IgpTreesTest, StartsAnewOnAnotherNetwork) {
  IgpTrees trees(testing::RandomConnected(1, 12));
  trees.From(11);
  const Topology other = testing::RandomConnected(2, 5);
  trees.SetTopology(other);
  const std::vector<double> weights = LinkWeights(other, LinkMetric::kIgp);
  ExpectSame(*trees.From(4), ShortestPathTree(other, weights, 4), 5);
}

}  // namespace
}  // namespace rhumb

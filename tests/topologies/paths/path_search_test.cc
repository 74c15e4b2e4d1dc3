#include "topologies/paths/path_search.h"

#include <gtest/gtest.h>

#include "tests/networks.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::RandomConnected;

double WeightOf(absl::Span<const double> weights, const Path& path) {
  double sum = 0;
  for (LinkId l : path) sum += weights[l];
  return sum;
}

TEST(PathSearchTest, AgreesWithBoostDijkstraWithAndWithoutABound) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    const Topology topology = RandomConnected(seed, 30);
    const SearchGraph forward(topology);
    const SearchGraph backward(topology, SearchGraph::Direction::kBackward);
    PathSearch search(forward), goal_directed(forward), back(backward);
    const std::vector<double> weights = LinkWeights(topology, LinkMetric::kDelay);
    std::vector<double> longer = weights;
    for (size_t l = 0; l < longer.size(); l += 3) longer[l] *= 2;
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      back.Settle(weights, d);
      std::vector<double> bound;
      for (NodeId v = 0; v < topology.num_nodes(); ++v) bound.push_back(back.distance(v));
      const ShortestPathTree tree(topology, longer, d, ShortestPathTree::Direction::kToRoot);
      for (NodeId s = 0; s < topology.num_nodes(); ++s) {
        if (s == d) continue;
        Path plain, directed;
        ASSERT_TRUE(search.Find(longer, s, d, &plain));
        ASSERT_TRUE(goal_directed.Find(longer, s, d, &directed, bound));
        EXPECT_NEAR(WeightOf(longer, plain), tree.distance(s), 1e-12);
        EXPECT_NEAR(WeightOf(longer, directed), tree.distance(s), 1e-12);
      }
    }
  }
}

TEST(PathSearchTest, SettlesAllNodes) {
  const Topology topology = RandomConnected(4, 30);
  const SearchGraph graph(topology);
  PathSearch search(graph);
  const std::vector<double> weights = LinkWeights(topology, LinkMetric::kIgp);
  search.Settle(weights, 7);
  const ShortestPathTree tree(topology, weights, 7);
  for (NodeId v = 0; v < topology.num_nodes(); ++v) {
    EXPECT_DOUBLE_EQ(search.distance(v), tree.distance(v));
    Path path;
    EXPECT_EQ(search.PathTo(v, &path), v != 7);
    EXPECT_DOUBLE_EQ(WeightOf(weights, path), tree.distance(v));
  }
}

TEST(PathSearchTest, DoesNotEnterBlockedNodes) {
  const Topology topology = Diamond();
  const SearchGraph graph(topology);
  PathSearch search(graph);
  const std::vector<double> weights(topology.num_links(), 1);
  Path path;
  search.Block(1);
  ASSERT_TRUE(search.Find(weights, 0, 3, &path));
  EXPECT_EQ(path, Path({4, 6}));
  search.Block(2);
  EXPECT_FALSE(search.Find(weights, 0, 3, &path));
  EXPECT_TRUE(path.empty());
  search.Unblock(1);
  ASSERT_TRUE(search.Find(weights, 0, 3, &path));
  EXPECT_EQ(path, Path({0, 2}));
}

}  // namespace
}  // namespace rhumb

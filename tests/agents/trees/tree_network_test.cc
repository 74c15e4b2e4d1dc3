#include "agents/trees/tree_network.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/agents/observations.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb::trees {
namespace {

using testing::DamagedNetwork;

class TreeSearchTest : public ::testing::TestWithParam<unsigned> {
 protected:
  const Topology topology_ = DamagedNetwork(GetParam(), 6 + static_cast<int>(GetParam()));
  const TreeNetwork network_{topology_};
};

TEST_P(TreeSearchTest, DistancesAreThoseOfTheReferenceDijkstra) {
  const std::vector<double> weights = LinkWeights(topology_, LinkMetric::kInverseCapacity);
  std::vector<float> price;
  for (const double weight : weights) price.push_back(static_cast<float>(1e9 * weight));
  TreeSearch search(network_);
  for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
    const ShortestPathTree reference(topology_, weights, d, ShortestPathTree::Direction::kToRoot);
    search.Run(price, d);
    for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
      if (!reference.reaches(s)) {
        EXPECT_EQ(search.distance()[s], kUnreachable);
      } else {
        EXPECT_NEAR(search.distance()[s], 1e9 * reference.distance(s), 1e-4);
      }
    }
  }
}

TEST_P(TreeSearchTest, TheTreeListsEveryReachedNodeOnceAndBranchesOneAfterTheOther) {
  const std::vector<float> price(network_.num_links(), 1.0F);
  TreeSearch search(network_);
  for (NodeId d = 0; d < topology_.num_nodes(); ++d) {
    search.Run(price, d);
    std::vector<NodeId> way = {d};  // from the root to the node listed last
    std::vector<char> listed(topology_.num_nodes(), 0);
    for (const LinkId l : search.tree()) {
      const Link& link = topology_.link(l);
      ASSERT_TRUE(link.usable());
      while (!way.empty() && way.back() != link.destination) way.pop_back();
      ASSERT_FALSE(way.empty()) << "a branch was left and entered again";
      way.push_back(link.source);
      EXPECT_EQ(listed[link.source]++, 0);
    }
    for (NodeId s = 0; s < topology_.num_nodes(); ++s) {
      EXPECT_EQ(listed[s] != 0, s != d && search.distance()[s] < kUnreachable);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Damaged, TreeSearchTest, ::testing::Range(0U, 10U));

}  // namespace
}  // namespace rhumb::trees

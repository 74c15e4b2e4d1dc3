#include "agents/neural/path_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/neural/effort.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using testing::AddCable;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using testing::kGigabit;

// A-B-D of 1 ms a link and A-C-D of 4 ms a link.
Topology UnequalDiamond(absl::Duration fast, absl::Duration slow) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, kGigabit, fast);
  AddCable(&links, 1, 3, kGigabit, fast);
  AddCable(&links, 0, 2, kGigabit, slow);
  AddCable(&links, 2, 3, kGigabit, slow);
  return Topology::Create("diamond", testing::NamedNodes(4), std::move(links)).value();
}

PathSet BothWaysFromAToD() {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  return builder.Build();
}

TEST(PathGraphTest, CountsDelayInMeanLinkDelaysAndAHundredthOfItForEveryHop) {
  // The mean of 1 and 4 ms is 2.5 ms: 2 / 2.5 + 0.02 and 8 / 2.5 + 0.02.
  const PathGraph graph = BuildPathGraph(
      UnequalDiamond(absl::Milliseconds(1), absl::Milliseconds(4)), BothWaysFromAToD());
  EXPECT_THAT(graph.delay, ElementsAre(FloatEq(0.82F), FloatEq(3.22F)));
  const float longer = 3.22F / 0.82F - 1;
  EXPECT_THAT(graph.extra_delay, ElementsAre(0.0F, FloatEq(longer / (1 + longer))));
}

TEST(PathGraphTest, CountsHopsWhereNoLinkHasADelay) {
  const PathGraph graph = BuildPathGraph(UnequalDiamond(absl::ZeroDuration(), absl::ZeroDuration()),
                                         BothWaysFromAToD());
  EXPECT_THAT(graph.delay, ElementsAre(2.0F, 2.0F));
  EXPECT_THAT(graph.extra_delay, ElementsAre(0.0F, 0.0F));
}

PathGraph GraphOf(int nodes) {
  const Topology topology = testing::RandomConnected(1, nodes);
  return BuildPathGraph(topology, *CandidatePaths::Compute(topology, {}, {})->paths());
}

TEST(EffortTest, ShrinksAsTheNetworkGrows) {
  const Effort small = EffortFor(GraphOf(6)), medium = EffortFor(GraphOf(30)),
               large = EffortFor(GraphOf(130));
  EXPECT_GE(small.iterations, medium.iterations);
  EXPECT_GT(medium.iterations, large.iterations);
  EXPECT_GT(small.refinements, medium.refinements);
  EXPECT_GT(medium.refinements, large.refinements);
  EXPECT_GE(large.iterations, 3);
  EXPECT_GE(large.refinements, 1);
}

// Where an iteration is cheap the links below the fullest are evened out as well.
TEST(EffortTest, AnEmptyGraphIsNoSpecialCase) { EXPECT_GE(EffortFor(PathGraph()).iterations, 3); }

}  // namespace
}  // namespace rhumb::neural

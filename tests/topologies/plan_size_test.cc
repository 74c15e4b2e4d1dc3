#include "topologies/plan_size.h"

#include <gtest/gtest.h>

#include "tests/networks.h"

namespace rhumb {
namespace {

// A to D over B and over C, a quarter and three quarters; B to D directly and without demand.
TEST(PlanSizeTest, CountsPathsSharesAndEntries) {
  const Topology topology = testing::Diamond();
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6}).AddPair(1, 3).AddPath({2});
  const auto paths = std::make_shared<const PathSet>(builder.Build());
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 1e8);
  const PlanSize size =
      SizeOfPlan(topology, RoutingPlan(paths, {0.25, 0.75, 1}, topology.version()), demands);
  EXPECT_DOUBLE_EQ(size.paths_per_demand, 2);
  EXPECT_DOUBLE_EQ(size.least_share, 0.25);
  EXPECT_EQ(size.most_entries, 2);  // A with both paths, B with one of them and its own
}

TEST(PlanSizeTest, APlanOfNothingNeedsNothing) {
  const Topology topology = testing::Diamond();
  const PlanSize size = SizeOfPlan(topology, RoutingPlan(), TrafficMatrix(4));
  EXPECT_EQ(size.paths_per_demand, 0);
  EXPECT_EQ(size.least_share, 1);
  EXPECT_EQ(size.most_entries, 0);
}

}  // namespace
}  // namespace rhumb

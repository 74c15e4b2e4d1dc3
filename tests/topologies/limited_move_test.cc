#include "topologies/limited_move.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "tests/networks.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/plan_size.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;
using ::testing::ElementsAre;

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// All pairs on one path each, shortest by random lengths.
RoutingPlan RandomTrees(const Topology& topology, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> lengths(topology.num_links());
  for (double& length : lengths) length = 1 + static_cast<double>(random() % 1000);
  PathSet::Builder builder;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const ShortestPathTree tree(topology, lengths, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s != d) builder.AddPair(s, d).AddPath(tree.PathOf(d));
    }
  }
  auto paths = std::make_shared<const PathSet>(builder.Build());
  std::vector<double> ratios(paths->num_paths(), 1.0);
  return RoutingPlan(std::move(paths), std::move(ratios), topology.version());
}

class LimitedMoveTest : public ::testing::TestWithParam<unsigned> {
 protected:
  const Topology topology_ = RandomConnected(GetParam(), 14);
  const TrafficMatrix demands_ = RandomTraffic(GetParam(), 14);
  const RoutingPlan from_ = RandomTrees(topology_, 1), to_ = RandomTrees(topology_, 2);
};

TEST_P(LimitedMoveTest, MovesWholeDemandsWithinTheLimitAndFillsNoLinkFurtherThanBoth) {
  const double wanted = MovedShare(from_, to_, demands_);
  for (const double most : {0.1 * wanted, 0.3 * wanted, 0.8 * wanted}) {
    const auto limited = LimitMoveByDemand(topology_, from_, to_, demands_, most);

    ASSERT_TRUE(limited.has_value());
    ASSERT_TRUE(limited->plan.Validate(topology_).ok());
    EXPECT_LE(MovedShare(from_, limited->plan, demands_), most + 1e-9);
    EXPECT_GT(MovedShare(from_, limited->plan, demands_), most / 2);
    EXPECT_NEAR(limited->wanted, wanted, 1e-12);
    EXPECT_LE(
        MluOf(topology_, limited->plan, demands_),
        (1 + 1e-9) * std::max(MluOf(topology_, from_, demands_), MluOf(topology_, to_, demands_)));
  }
}

// A plan is asked for anew at every decision, and each is over other paths.
TEST_P(LimitedMoveTest, PlansStayAsSparseAsWhatTheyMoveTowards) {
  RoutingPlan plan = from_;
  for (unsigned i = 0; i < 30; ++i) {
    const RoutingPlan to = RandomTrees(topology_, 10 + i);
    auto limited = LimitMoveByDemand(topology_, plan, to, demands_, 0.05);
    plan = limited ? limited->plan : to;
  }
  EXPECT_LT(SizeOfPlan(topology_, plan, demands_).paths_per_demand, 1.1);
}

TEST_P(LimitedMoveTest, ArrivesWhereItIsGoing) {
  RoutingPlan plan = from_;
  int steps = 0;
  while (const auto limited = LimitMoveByDemand(topology_, plan, to_, demands_, 0.1)) {
    plan = limited->plan;
    ASSERT_LT(++steps, 100);
  }
  EXPECT_LE(MovedShare(plan, to_, demands_), 0.1);
}
INSTANTIATE_TEST_SUITE_P(Networks, LimitedMoveTest, ::testing::Range(0U, 8U));

class DiamondMoveTest : public ::testing::Test {
 protected:
  // A to D over B, or over C.
  RoutingPlan OverB() { return Plan({Link("A>B"), Link("B>D")}); }
  RoutingPlan OverC() { return Plan({Link("A>C"), Link("C>D")}); }
  RoutingPlan Plan(const Path& path) {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath(path);
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), {1}, 1);
  }
  LinkId Link(const char* name) const { return *topology_.FindLink(name); }

  const Topology topology_ = Diamond();
  TrafficMatrix demands_{4};
};

TEST_F(DiamondMoveTest, ADemandThatIsTooLargeGoesPartOfTheWay) {
  demands_.set_rate_bps(0, 3, 1e9);

  const auto limited = LimitMoveByDemand(topology_, OverB(), OverC(), demands_, 0.25);

  ASSERT_TRUE(limited.has_value());
  EXPECT_THAT(limited->plan.ratios(), ElementsAre(0.25, 0.75));  // over C first, where it goes
  EXPECT_NEAR(MovedShare(OverB(), limited->plan, demands_), 0.25, 1e-12);
}

// A to D relieves two full links and comes first; A to B relieves one, and never fits.
TEST_F(DiamondMoveTest, ALargeDemandIsGivenWhatSmallOnesBeforeItLeave) {
  demands_.set_rate_bps(0, 3, 1e7);
  demands_.set_rate_bps(0, 1, 1e9);
  demands_.set_rate_bps(1, 3, 1e9);
  const auto plan = [&](const Path& small, const Path& large) {
    PathSet::Builder builder;
    builder.AddPair(0, 3).AddPath(small).AddPair(0, 1).AddPath(large);
    builder.AddPair(1, 3).AddPath({Link("B>D")});
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), {1, 1, 1}, 1);
  };
  const RoutingPlan from = plan({Link("A>B"), Link("B>D")}, {Link("A>B")});
  const RoutingPlan to = plan({Link("A>C"), Link("C>D")}, {Link("A>C"), Link("C>D"), Link("D>B")});

  const auto limited = LimitMoveByDemand(topology_, from, to, demands_, 0.1);

  ASSERT_TRUE(limited.has_value());
  ASSERT_TRUE(limited->plan.Validate(topology_).ok());
  EXPECT_NEAR(MovedShare(from, limited->plan, demands_), 0.1, 1e-9);
  EXPECT_EQ(limited->plan.ratios()[0], 1);
  EXPECT_THAT(limited->plan.paths().links(0), ElementsAre(Link("A>C"), Link("C>D")));
}

TEST_F(DiamondMoveTest, GoesTheWholeWayWhereThatMovesNoMore) {
  demands_.set_rate_bps(0, 3, 1e9);
  EXPECT_FALSE(LimitMoveByDemand(topology_, OverB(), OverC(), demands_, 1).has_value());
  EXPECT_FALSE(LimitMoveByDemand(topology_, OverB(), OverB(), demands_, 0).has_value());
  EXPECT_FALSE(LimitMoveOfAll(OverB(), OverC(), demands_, 1).has_value());
}

TEST_F(DiamondMoveTest, NothingMovesWhereNothingMay) {
  demands_.set_rate_bps(0, 3, 1e9);
  const auto limited = LimitMoveByDemand(topology_, OverB(), OverC(), demands_, 0);
  ASSERT_TRUE(limited.has_value());
  EXPECT_EQ(MovedShare(OverB(), limited->plan, demands_), 0);
}

TEST_F(DiamondMoveTest, ADemandWithoutARouteDoesNotWait) {
  demands_.set_rate_bps(0, 3, 1e9);
  demands_.set_rate_bps(0, 1, 1e9);
  PathSet::Builder before, after;
  before.AddPair(0, 1).AddPair(0, 3).AddPath({Link("A>B"), Link("B>D")});
  after.AddPair(0, 1).AddPath({Link("A>B")}).AddPair(0, 3).AddPath({Link("A>C"), Link("C>D")});
  const RoutingPlan from(std::make_shared<const PathSet>(before.Build()), {1}, 1);
  const RoutingPlan to(std::make_shared<const PathSet>(after.Build()), {1, 1}, 1);

  const auto limited = LimitMoveByDemand(topology_, from, to, demands_, 0.1);

  ASSERT_TRUE(limited.has_value());
  ASSERT_TRUE(limited->plan.Validate(topology_).ok());
  EXPECT_THAT(limited->plan.ratios(),
              ElementsAre(1, 0.2, 0.8));  // A to B whole, A to D a tenth of all
}

TEST_F(DiamondMoveTest, OfAllEveryDemandGoesThatFar) {
  demands_.set_rate_bps(0, 3, 1e9);
  const auto limited = LimitMoveOfAll(OverB(), OverC(), demands_, 0.1);
  ASSERT_TRUE(limited.has_value());
  EXPECT_NEAR(MovedShare(OverB(), limited->plan, demands_), 0.1, 1e-12);
}

}  // namespace
}  // namespace rhumb

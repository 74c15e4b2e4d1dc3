#include "controller/report/moved_demands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/networks.h"

namespace rhumb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

// Diamond: links 0 A>B, 1 B>A, 2 B>D, 3 D>B, 4 A>C, 5 C>A, 6 C>D, 7 D>C.
constexpr int kA = 0, kB = 1, kD = 3;

class MovedDemandsTest : public ::testing::Test {
 protected:
  // A to D over B and over C by these ratios, B to D directly.
  RoutingPlan Split(double over_b, double over_c) {
    PathSet::Builder builder;
    builder.AddPair(kA, kD).AddPath({0, 2}).AddPath({4, 6});
    builder.AddPair(kB, kD).AddPath({2});
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), {over_b, over_c, 1},
                       topology_.version());
  }
  std::vector<MovedDemand> Moved(const RoutingPlan& plan, size_t most = 10) {
    return MostMovedDemands(plan, *shortest_.Of(topology_), demands_, most, &table_);
  }

  MovedDemandsTest() {
    demands_.set_rate_bps(kA, kD, 4e8);
    demands_.set_rate_bps(kB, kD, 1e8);
  }

  Topology topology_ = testing::Diamond();
  TrafficMatrix demands_{4};
  ShortestPlans shortest_;
  PathTable table_;
};

TEST_F(MovedDemandsTest, NamesPathsSharesAndWhatIsLeft) {
  const std::vector<MovedDemand> moved = Moved(Split(0.25, 0.75));
  ASSERT_THAT(moved, SizeIs(1));
  EXPECT_EQ(moved[0].source, kA);
  EXPECT_EQ(moved[0].destination, kD);
  EXPECT_EQ(moved[0].rate_bps, 4e8);
  EXPECT_EQ(moved[0].left_per_mille, 250);
  EXPECT_THAT(table_.paths()[moved[0].shortest], ElementsAre(0, 2));
  ASSERT_THAT(moved[0].shares, SizeIs(2));
  EXPECT_EQ(moved[0].shares[0].second, 750);
  EXPECT_THAT(table_.paths()[moved[0].shares[0].first], ElementsAre(4, 6));
  EXPECT_THAT(moved[0].shares[1], Pair(moved[0].shortest, 250));
}

TEST_F(MovedDemandsTest, WhatStaysOnTheShortestPathIsNotMoved) {
  EXPECT_THAT(Moved(Split(1, 0)), IsEmpty());
  EXPECT_THAT(Moved(Split(0.995, 0.005)), IsEmpty());
}

TEST_F(MovedDemandsTest, ADemandOfNothingIsNotMoved) {
  demands_.set_rate_bps(kA, kD, 0);
  EXPECT_THAT(Moved(Split(0, 1)), IsEmpty());
}

TEST_F(MovedDemandsTest, TheShortestPathIsThatOfTheLinksThatAreUp) {
  demands_.set_rate_bps(kB, kD, 0);
  topology_ = topology_.Apply({{2, {}, OperationalState::kDown, {}, {}}}).value();
  EXPECT_THAT(Moved(Split(0, 1)), IsEmpty());
}

TEST_F(MovedDemandsTest, MostMovedFirstAndNoMoreThanAsked) {
  PathSet::Builder builder;
  builder.AddPair(kA, kB).AddPath({4, 6, 3});
  builder.AddPair(kA, kD).AddPath({4, 6});
  const RoutingPlan plan(std::make_shared<const PathSet>(builder.Build()), {1, 1},
                         topology_.version());
  demands_.set_rate_bps(kA, kB, 9e8);
  EXPECT_EQ(Moved(plan)[0].destination, kB);
  EXPECT_THAT(Moved(plan), SizeIs(2));
  EXPECT_THAT(Moved(plan, 1), SizeIs(1));
}

}  // namespace
}  // namespace rhumb

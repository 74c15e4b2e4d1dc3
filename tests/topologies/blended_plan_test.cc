#include "topologies/blended_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "tests/networks.h"

namespace rhumb {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

// Of Diamond(): A>B 0, B>D 2, A>C 4, C>D 6.
constexpr LinkId kAb = 0, kBd = 2, kAc = 4, kCd = 6;

RoutingPlan Plan(PathSet::Builder& builder, std::vector<double> ratios, uint64_t version) {
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios), version);
}

// A to D over B alone; A to B.
RoutingPlan Before() {
  PathSet::Builder builder;
  builder.AddPair(0, 1).AddPath({kAb}).AddPair(0, 3).AddPath({kAb, kBd});
  return Plan(builder, {1, 1}, 1);
}

// A to D over C and, a little, over B; C to D; no word of A to B.
RoutingPlan After() {
  PathSet::Builder builder;
  builder.AddPair(2, 3).AddPath({kCd}).AddPair(0, 3).AddPath({kAc, kCd}).AddPath({kAb, kBd});
  return Plan(builder, {1, 0.9, 0.1}, 2);
}

TEST(BlendedPlanTest, SplitsEveryDemandInProportion) {
  const Topology topology = testing::Diamond();

  const RoutingPlan plan = Blend(Before(), After(), 0.25);

  ASSERT_TRUE(plan.Validate(topology).ok());
  EXPECT_EQ(plan.topology_version(), 2u);
  EXPECT_EQ(plan.paths().num_pairs(), 2);
  EXPECT_THAT(plan.ratios(), Pointwise(DoubleNear(1e-12), {1.0, 0.25 * 0.9, 0.75 + 0.25 * 0.1}));
}

TEST(BlendedPlanTest, KeepsPathsThatOnlyThePlanOfBeforeHas) {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({kAc, kCd});

  const RoutingPlan plan = Blend(Before(), Plan(builder, {1}, 2), 0.5);

  ASSERT_EQ(plan.paths().num_paths(), 2);
  EXPECT_THAT(plan.paths().links(0), ElementsAre(kAc, kCd));
  EXPECT_THAT(plan.paths().links(1), ElementsAre(kAb, kBd));
  EXPECT_THAT(plan.ratios(), ElementsAre(0.5, 0.5));
}

TEST(BlendedPlanTest, SharesThePathSetOfBoth) {
  const RoutingPlan to = After();
  const RoutingPlan from(to.shared_paths(), {1, 0, 1}, 1);

  const RoutingPlan plan = Blend(from, to, 0.5);

  EXPECT_EQ(plan.shared_paths(), to.shared_paths());
  EXPECT_THAT(plan.ratios(), Pointwise(DoubleNear(1e-12), {1.0, 0.45, 0.55}));
}

TEST(BlendedPlanTest, APairThatOneOfTheTwoDoesNotRouteIsAsInTheSecond) {
  const RoutingPlan to = After();
  const RoutingPlan from(to.shared_paths(), {1, 0, 0}, 1);
  EXPECT_THAT(Blend(from, to, 0.5).ratios(), Pointwise(DoubleNear(1e-12), {1.0, 0.9, 0.1}));
  EXPECT_THAT(Blend(to, from, 0.5).ratios(), ElementsAre(1, 0, 0));

  PathSet::Builder builder;
  builder.AddPair(0, 3);
  EXPECT_THAT(Blend(Plan(builder, {}, 1), to, 0.5).ratios(), ElementsAre(1, 0.9, 0.1));
}

}  // namespace
}  // namespace rhumb

#include "controller/steering/state/plan_history.h"

#include <gtest/gtest.h>

#include <utility>

#include "controller/steering/guard/plan_rules.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;

class PlanHistoryTest : public ::testing::Test {
 protected:
  static RoutingPlan ShortestPath(const Topology& topology) {
    int touched = 0;
    return RerouteAround(topology, CarryOver(topology, RoutingPlan(), topology), &touched);
  }
  LivePlanPtr Add(PlanHistory* plans) {
    return plans->Add(ShortestPath(topology_), topology_, {}, "note");
  }

  Topology topology_ = Diamond().WithVersion(5);
  StoreChange change_;
  VersionPromises versions_{&change_};
  PlanHistory plans_{3, versions_.plan(), &change_};
};

TEST_F(PlanHistoryTest, EveryPlanGetsTheNextVersionAndGoesToTheStoreWithAPromiseOfIt) {
  EXPECT_EQ(plans_.latest(), nullptr);
  const LivePlanPtr first = Add(&plans_), second = Add(&plans_);
  EXPECT_EQ(first->version() + 1, second->version());
  EXPECT_EQ(second->header.topology_version(), 5);
  EXPECT_EQ(plans_.latest(), second);
  EXPECT_EQ(plans_.last_version(), second->version());
  EXPECT_EQ(change_.plans, (std::vector<LivePlanPtr>{first, second}));
  ASSERT_TRUE(change_.floor.has_value());
  EXPECT_GE(change_.floor->plan, second->version());
  EXPECT_FALSE(change_.plans_promised);
  plans_.StoreAtOnce();
  EXPECT_TRUE(change_.plans_promised);
}

TEST_F(PlanHistoryTest, OldestPlansGoAndAreNotFoundAnyMore) {
  const LivePlanPtr first = Add(&plans_), second = Add(&plans_);
  Add(&plans_);
  EXPECT_EQ(plans_.Find(first->version()), first);
  Add(&plans_);
  EXPECT_EQ(plans_.Find(first->version()), nullptr);
  EXPECT_EQ(plans_.first_version(), second->version());
  EXPECT_EQ(plans_.CountAfter(0), 3);
  EXPECT_EQ(plans_.CountAfter(second->version()), 2);
  EXPECT_EQ(plans_.CountAfter(plans_.last_version()), 0);
}

TEST_F(PlanHistoryTest, AtLeastOnePlanIsKept) {
  PlanHistory none(0, versions_.plan(), &change_);
  const LivePlanPtr plan = Add(&none);
  EXPECT_EQ(none.latest(), plan);
}

TEST_F(PlanHistoryTest, InForceOnlyWhereItsIdsMeanTheSame) {
  EXPECT_FALSE(plans_.InForce(topology_).has_value());
  Add(&plans_);
  EXPECT_TRUE(plans_.InForce(topology_.WithVersion(6)).has_value());
  EXPECT_FALSE(plans_.InForce(Line(3)).has_value());
}

TEST_F(PlanHistoryTest, ReadsBackWhatFitsTheTopologyAndNothingElse) {
  const rhumb::v1::LivePlan stored = ToProto(*Add(&plans_));
  PlanHistory again(3, versions_.plan(), &change_);
  EXPECT_FALSE(again.Restore(stored, Line(3)).ok());
  EXPECT_TRUE(again.empty());
  const auto restored = again.Restore(stored, topology_);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(again.latest(), *restored);
  EXPECT_EQ((*restored)->version(), stored.header().plan_version());
  EXPECT_TRUE(SameRoutes((*restored)->plan, ShortestPath(topology_)));
}

}  // namespace
}  // namespace rhumb

#include "controller/steering/questions/evaluate_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/controller/steering/questions/live_diamond.h"

namespace rhumb {
namespace {

class EvaluatePlanTest : public testing::LiveDiamond {};

TEST_F(EvaluatePlanTest, FailedLinkDoublesTheLoadOfTheOtherWay) {
  rhumb::v1::EvaluatePlanRequest request;
  request.add_failed_links("A-B");
  const auto answer = EvaluatePlan(request, view_, &policies_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NEAR(answer->now().mlu(), 0.4, 1e-9);
  EXPECT_NEAR(answer->then().mlu(), 0.8, 1e-9);
  EXPECT_NEAR(answer->moved_share(), 0.5, 1e-9);
}

TEST_F(EvaluatePlanTest, EveryLinkIsInEveryOutcomeInTheOrderOfTheTopology) {
  rhumb::v1::EvaluatePlanRequest request;
  request.add_drained_links("A>B");
  const auto answer = EvaluatePlan(request, view_, &policies_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  for (const auto* outcome : {&answer->now(), &answer->then(), &answer->shortest_path()}) {
    ASSERT_EQ(outcome->loads_size(), view_.topology->num_links());
    double mlu = 0;
    for (int l = 0; l < outcome->loads_size(); ++l) {
      EXPECT_EQ(outcome->loads(l).link(), view_.topology->link(l).name);
      mlu = std::max(mlu, outcome->loads(l).utilization());
    }
    EXPECT_EQ(mlu, outcome->mlu());
  }
  const LinkId drained = *view_.topology->FindLink("A>B");
  EXPECT_GT(answer->now().loads(drained).load_bps(), 0);
  EXPECT_EQ(answer->then().loads(drained).load_bps(), 0);
}

TEST_F(EvaluatePlanTest, ALinkThatIsTakenBackCarriesTrafficAgain) {
  TopologyDelta drain(1);
  drain[0].link = *view_.topology->FindLink("A>B");
  drain[0].administrative_state = AdministrativeState::kDrained;
  view_.topology = *view_.topology->Apply(drain);
  rhumb::v1::EvaluatePlanRequest request;
  request.set_policy("ecmp");
  EXPECT_EQ(EvaluatePlan(request, view_, &policies_)->then().loads(drain[0].link).load_bps(), 0);
  request.add_undrained_links("A>B");
  EXPECT_GT(EvaluatePlan(request, view_, &policies_)->then().loads(drain[0].link).load_bps(), 0);
}

TEST_F(EvaluatePlanTest, WithoutATopologyItIsRefused) {
  EXPECT_EQ(EvaluatePlan({}, LiveView(), &policies_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb

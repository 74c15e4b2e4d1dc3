#include "controller/steering/questions/explain_decision.h"

#include <gtest/gtest.h>

#include "controller/steering/plan/request_error.h"
#include "tests/controller/steering/questions/live_diamond.h"

namespace rhumb {
namespace {

class ExplainDecisionTest : public testing::LiveDiamond {};

TEST_F(ExplainDecisionTest, APinIsNotFollowedWhileARollbackIsHeld) {
  Pin pin;
  pin.paths = {{topology_.FindLink("A>C").value(), topology_.FindLink("C>D").value()}};
  pin.ratios = {1};
  view_.pins[{0, 3}] = pin;
  rhumb::v1::ExplainDecisionRequest request;
  request.set_source("A");
  request.set_destination("D");
  EXPECT_TRUE(ExplainDecision(request, view_, &policies_)->demands(0).pinned());
  view_.rolled_back = true;
  const auto held = ExplainDecision(request, view_, &policies_);
  EXPECT_FALSE(held->demands(0).pinned());
  EXPECT_TRUE(held->demands(0).pin_suspended());
}

TEST_F(ExplainDecisionTest, EveryPathOfADemandIsExplainedWithItsBottleneck) {
  const auto answer = ExplainDecision({}, view_, &policies_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->demands_size(), 1);
  ASSERT_EQ(answer->demands(0).paths_size(), 2);
  EXPECT_EQ(answer->demands(0).ecmp_paths(), 2);
  for (const auto& path : answer->demands(0).paths()) {
    EXPECT_NEAR(path.ratio(), 0.5, 1e-9);
    EXPECT_NEAR(path.bottleneck_utilization(), 0.4, 1e-9);
  }
}

TEST_F(ExplainDecisionTest, EveryLinkHasItsPredictedLoadInTheOrderOfTheTopology) {
  const auto answer = ExplainDecision({}, view_, &policies_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  ASSERT_EQ(answer->loads_size(), view_.topology->num_links());
  for (int l = 0; l < answer->loads_size(); ++l) {
    EXPECT_EQ(answer->loads(l).link(), view_.topology->link(l).name);
  }
  EXPECT_NEAR(answer->loads(*view_.topology->FindLink("A>B")).utilization(), 0.4, 1e-9);
}

TEST_F(ExplainDecisionTest, UnknownNodesAreRefusedByField) {
  rhumb::v1::ExplainDecisionRequest request;
  request.set_source("A");
  request.set_destination("Z");
  const absl::Status refused = ExplainDecision(request, view_, &policies_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(FieldOf(refused), "destination");
}

TEST_F(ExplainDecisionTest, WithoutATopologyItIsRefused) {
  EXPECT_EQ(ExplainDecision({}, LiveView(), &policies_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb

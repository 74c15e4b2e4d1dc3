#include "controller/steering/questions/evaluate_plan.h"

#include <gtest/gtest.h>

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

TEST_F(EvaluatePlanTest, WithoutATopologyItIsRefused) {
  EXPECT_EQ(EvaluatePlan({}, LiveView(), &policies_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb

#include "controller/steering/decision/decision_schedule.h"

#include <gtest/gtest.h>

namespace rhumb {
namespace {

using namespace rhumb::v1;  // PLAN_REASON_...

class DecisionScheduleTest : public ::testing::Test {
 protected:
  std::optional<DecisionOrder> Want(PlanReason reason, size_t adapters = 0) {
    return schedule_.Want(reason, basis_, adapters, now_);
  }
  // The order is expected, and answered.
  DecisionOrder Answered(PlanReason reason) {
    const auto order = Want(reason);
    EXPECT_TRUE(order.has_value());
    EXPECT_TRUE(schedule_.Finish(order->id).has_value());
    return *order;
  }

  CoreOptions options_;
  SteadyTime now_;
  DecisionBasis basis_{10, 20};
  DecisionSchedule schedule_{options_, now_};
};

TEST_F(DecisionScheduleTest, IntervalThatEndsDuringADecisionWaitsForItAndFollows) {
  const auto first = Want(PLAN_REASON_INTERVAL);
  ASSERT_TRUE(first.has_value());
  EXPECT_FALSE(Want(PLAN_REASON_INTERVAL).has_value());
  const auto finished = schedule_.Finish(first->id);
  ASSERT_TRUE(finished.has_value());
  EXPECT_TRUE(finished->again);
  // Nothing ended during the next one.
  const auto second = Want(PLAN_REASON_INTERVAL);
  EXPECT_FALSE(schedule_.Finish(second->id)->again);
}

TEST_F(DecisionScheduleTest, NewerDecisionTakesThePlaceOfTheOneThatRunsAndOnlyItsAnswerCounts) {
  const auto first = Want(PLAN_REASON_INTERVAL);
  Want(PLAN_REASON_INTERVAL);  // would follow the first
  const auto second = Want(PLAN_REASON_SETTING);
  ASSERT_TRUE(second.has_value());
  EXPECT_GT(second->id, first->id);
  EXPECT_FALSE(schedule_.Finish(first->id).has_value());
  const auto finished = schedule_.Finish(second->id);
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->reason, PLAN_REASON_SETTING);
  EXPECT_FALSE(finished->again);
  EXPECT_FALSE(schedule_.Finish(second->id).has_value());  // once
}

TEST_F(DecisionScheduleTest, ChangeOfTheTopologyStaysTheReasonWhateverComesOnTop) {
  schedule_.PathsDied();
  Want(PLAN_REASON_TOPOLOGY);
  EXPECT_EQ(Want(PLAN_REASON_SETTING)->reason, PLAN_REASON_TOPOLOGY);
  EXPECT_EQ(Want(PLAN_REASON_STALE)->reason, PLAN_REASON_TOPOLOGY);
  // And wins over what ran before it.
  schedule_.Drop();
  Want(PLAN_REASON_SETTING);
  EXPECT_EQ(Want(PLAN_REASON_TOPOLOGY)->reason, PLAN_REASON_TOPOLOGY);
}

TEST_F(DecisionScheduleTest, OnlyWhatAnswersDeadPathsOrWasAskedForMayMoveMuch) {
  EXPECT_FALSE(Answered(PLAN_REASON_INTERVAL).forced);
  EXPECT_FALSE(Answered(PLAN_REASON_TOPOLOGY).forced);  // a link came back
  for (const PlanReason reason :
       {PLAN_REASON_SETTING, PLAN_REASON_REVERT, PLAN_REASON_STALE, PLAN_REASON_RESTART}) {
    EXPECT_TRUE(Answered(reason).forced) << PlanReason_Name(reason);
  }
  schedule_.PathsDied();
  EXPECT_TRUE(Answered(PLAN_REASON_TOPOLOGY).forced);
  EXPECT_FALSE(Answered(PLAN_REASON_TOPOLOGY).forced);  // the failure has been answered
}

TEST_F(DecisionScheduleTest, FailureStaysUnansweredUntilADecisionIsAnswered) {
  schedule_.PathsDied();
  Want(PLAN_REASON_TOPOLOGY);
  now_ += options_.deadline + absl::Seconds(1);
  ASSERT_TRUE(schedule_.GiveUpLate(now_));
  EXPECT_TRUE(Answered(PLAN_REASON_INTERVAL).forced);
  EXPECT_FALSE(Answered(PLAN_REASON_INTERVAL).forced);
}

TEST_F(DecisionScheduleTest, WhatWasForcedStaysSoWhenAnotherTakesItsPlace) {
  Want(PLAN_REASON_SETTING);
  EXPECT_TRUE(Want(PLAN_REASON_TOPOLOGY)->forced);
}

TEST_F(DecisionScheduleTest, ASettingThatJoinsTheAnswerToAReturningLinkIsStillUrgent) {
  EXPECT_FALSE(Want(PLAN_REASON_TOPOLOGY)->forced);
  const auto joined = Want(PLAN_REASON_SETTING);
  EXPECT_EQ(joined->reason, PLAN_REASON_TOPOLOGY);
  EXPECT_TRUE(joined->forced);
}

TEST_F(DecisionScheduleTest, PolicyLeavesTheProcessorsOnlyToAFirstAnswerThatIsOnItsWay) {
  options_.lead_per_adapter = absl::Milliseconds(2);
  options_.max_lead = absl::Milliseconds(5);
  EXPECT_EQ(Want(PLAN_REASON_TOPOLOGY, 2)->lead, absl::ZeroDuration());
  schedule_.PathsDied();
  EXPECT_EQ(Want(PLAN_REASON_TOPOLOGY, 2)->lead, absl::Milliseconds(4));
  EXPECT_EQ(Want(PLAN_REASON_TOPOLOGY, 3)->lead, absl::Milliseconds(5));
  schedule_.Drop();
  EXPECT_EQ(Want(PLAN_REASON_SETTING, 3)->lead, absl::ZeroDuration());
}

TEST_F(DecisionScheduleTest, OvertakenTopologyIsNamedOnceItIsAnother) {
  EXPECT_FALSE(Want(PLAN_REASON_TOPOLOGY)->overtaken_topology.has_value());
  EXPECT_FALSE(Want(PLAN_REASON_SETTING)->overtaken_topology.has_value());
  basis_.topology_version = 11;
  EXPECT_EQ(Want(PLAN_REASON_TOPOLOGY)->overtaken_topology, std::optional<uint64_t>(10));
}

TEST_F(DecisionScheduleTest, LateOnlyPastTheDeadlineAndThenItsAnswerDoesNotCount) {
  const auto order = Want(PLAN_REASON_INTERVAL);
  EXPECT_FALSE(schedule_.GiveUpLate(now_ + options_.deadline));
  EXPECT_TRUE(schedule_.GiveUpLate(now_ + options_.deadline + absl::Milliseconds(1)));
  EXPECT_FALSE(schedule_.GiveUpLate(now_ + options_.deadline + absl::Hours(1)));
  EXPECT_FALSE(schedule_.Finish(order->id).has_value());
  EXPECT_EQ(schedule_.decided().topology_version, 0);
}

TEST_F(DecisionScheduleTest, IntervalRunsFromTheStartOfTheLastDecision) {
  EXPECT_TRUE(schedule_.IntervalEnded(now_));  // the first is due at once
  now_ += absl::Seconds(3);
  Answered(PLAN_REASON_SETTING);
  EXPECT_FALSE(schedule_.IntervalEnded(now_ + options_.interval - absl::Milliseconds(1)));
  EXPECT_TRUE(schedule_.IntervalEnded(now_ + options_.interval));
}

TEST_F(DecisionScheduleTest, DecidedIsWhatTheAnsweredDecisionWasMadeFrom) {
  const auto order = Want(PLAN_REASON_INTERVAL);
  basis_ = {11, 21};  // came while it ran
  ASSERT_TRUE(schedule_.Finish(order->id).has_value());
  EXPECT_EQ(schedule_.decided().topology_version, 10);
  EXPECT_EQ(schedule_.decided().traffic_version, 20);
}

}  // namespace
}  // namespace rhumb

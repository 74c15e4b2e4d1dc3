#include "controller/steering/state/adapter_table.h"

#include <gtest/gtest.h>

#include <string>

namespace rhumb {
namespace {

class AdapterTableTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::optional<StreamId>> Open(StreamId stream, const std::string& name,
                                               uint64_t election_id, uint64_t held_epoch = 0) {
    rhumb::v1::PlanSubscription subscription;
    subscription.set_adapter(name);
    subscription.set_election_id(election_id);
    subscription.set_held_epoch(held_epoch);
    subscription.set_held_plan_version(12);
    return table_.Open(stream, subscription, kEpoch, absl::FromUnixSeconds(1'700'000'000));
  }
  void Acknowledge(StreamId stream, uint64_t version) {
    rhumb::v1::PlanAnswer answer;
    answer.set_plan_version_in_force(version);
    table_.TakeAnswer(stream, answer, version);
  }
  rhumb::v1::ControllerStatus Status() const {
    rhumb::v1::ControllerStatus status;
    table_.WriteStatus(&status);
    return status;
  }

  static constexpr uint64_t kEpoch = 3;
  NoMetrics metrics_;
  AdapterTable table_{&metrics_};
};

TEST_F(AdapterTableTest, TheHighestElectionIdIsPrimaryAndOnlyItMayWrite) {
  ASSERT_TRUE(Open(1, "main", 2).ok());
  ASSERT_TRUE(Open(2, "standby", 1).ok());
  EXPECT_TRUE(table_.ElectionFor(1).you_are_primary());
  EXPECT_FALSE(table_.ElectionFor(2).you_are_primary());
  EXPECT_EQ(table_.ElectionFor(2).primary_election_id(), 2);
  EXPECT_TRUE(table_.CheckWriter(2).ok());
  EXPECT_FALSE(table_.CheckWriter(1).ok());
  EXPECT_TRUE(Status().adapters(0).primary());
  EXPECT_FALSE(Status().adapters(1).primary());
}

TEST_F(AdapterTableTest, ASecondStreamOfAnAdapterTakesThePlaceOfTheFirst) {
  ASSERT_TRUE(Open(1, "main", 2).ok());
  EXPECT_EQ(*Open(5, "main", 2), std::optional<StreamId>(1));
  EXPECT_EQ(table_.size(), 1);
  EXPECT_FALSE(table_.Close(1));  // which ends after that
  EXPECT_TRUE(table_.ElectionFor(5).you_are_primary());
  EXPECT_TRUE(table_.Close(5));
  EXPECT_EQ(table_.size(), 0);
}

TEST_F(AdapterTableTest, RefusedStreamLeavesTheTableAsItWas) {
  ASSERT_TRUE(Open(1, "main", 2).ok());
  EXPECT_FALSE(Open(2, "other", 2).ok());
  EXPECT_EQ(table_.size(), 1);
}

TEST_F(AdapterTableTest, PlanHeldFromAnotherEpochSaysNothing) {
  ASSERT_TRUE(Open(1, "same", 1, kEpoch).ok());
  ASSERT_TRUE(Open(2, "other", 2, kEpoch + 1).ok());
  EXPECT_EQ(Status().adapters(0).plan_version_in_force(), 12);
  EXPECT_EQ(Status().adapters(1).plan_version_in_force(), 0);
}

TEST_F(AdapterTableTest, SlowestAdapterSaysWhatAllHaveAcknowledged) {
  EXPECT_FALSE(table_.AcknowledgedByAll().has_value());
  ASSERT_TRUE(Open(1, "a", 1).ok());
  ASSERT_TRUE(Open(2, "b", 2).ok());
  Acknowledge(1, 9);
  EXPECT_EQ(table_.AcknowledgedByAll(), std::optional<uint64_t>(0));
  Acknowledge(2, 7);
  EXPECT_EQ(table_.AcknowledgedByAll(), std::optional<uint64_t>(7));
}

TEST_F(AdapterTableTest, RefusalIsCountedWithItsErrorAndAcknowledgesNothing) {
  ASSERT_TRUE(Open(1, "a", 1).ok());
  Acknowledge(1, 7);
  rhumb::v1::PlanAnswer refusal;
  refusal.set_plan_version_in_force(7);
  refusal.mutable_error()->set_message(std::string(2000, 'x'));
  table_.TakeAnswer(1, refusal, 8);
  table_.TakeAnswer(99, refusal, 8);  // a stream that is gone
  const rhumb::v1::AdapterStatus status = Status().adapters(0);
  EXPECT_EQ(status.nacks(), 1);
  EXPECT_EQ(status.plan_version_sent(), 8);
  EXPECT_EQ(status.plan_version_in_force(), 7);
  EXPECT_EQ(status.plan_version_acknowledged(), 7);
  EXPECT_EQ(status.last_error().size(), 500);
}

}  // namespace
}  // namespace rhumb

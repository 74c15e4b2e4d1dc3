// An adapter that does not read costs nothing but one message.
#include <gtest/gtest.h>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

TEST(SlowReaderTest, HoldsNobodyUpAndGetsMergedUpdatesWhenItReadsAgain) {
  constexpr int kPlans = 60;
  LiveServer server;
  Caller caller(server.Connect());
  ASSERT_TRUE(caller.SetTopology(RandomConnected(5, 70)).ok());
  TestAdapter reader(server.Connect(), {"reader"});
  TestAdapter::Options not_reading;
  not_reading.name = "slow";
  not_reading.reads = false;
  // A few updates fill its flow-control window.
  TestAdapter slow(server.ConnectWithWindow(4096), not_reading);
  ASSERT_TRUE(Eventually([&] { return caller.Status().adapters_size() == 2; }));

  for (int i = 0; i < kPlans; ++i) {
    ASSERT_TRUE(caller.SetLink("N0>N1", i % 2 == 1).ok());
    rhumb::v1::ControllerStatus status;
    ASSERT_TRUE(Eventually([&] {
      status = caller.Status();
      return status.plan().topology_version() == status.topology_version() &&
             status.plan().reason() == rhumb::v1::PLAN_REASON_TOPOLOGY;
    }));
    // Every plan reaches the one that reads, while the other does not.
    ASSERT_TRUE(reader.WaitForVersion(status.plan().plan_version()));
  }
  slow.StartReading();
  const rhumb::v1::LivePlan plan = caller.Plan();
  ASSERT_TRUE(slow.WaitForVersion(plan.header().plan_version()));
  EXPECT_TRUE(ComesToHoldThePlan(slow, caller));
  EXPECT_LT(slow.updates().size(), reader.updates().size());
}

}  // namespace
}  // namespace rhumb::testing

// What an adapter gets when it connects, and when it comes back.
#include <gtest/gtest.h>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/routes.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

class ResyncTest : public ::testing::Test {
 protected:
  // A plan that a first adapter holds; then more plans without it.
  void FallBehind() {
    ASSERT_TRUE(caller_.SetTopology(RandomConnected(3, 8)).ok());
    TestAdapter adapter(server_.Connect(), {"adapter"});
    ASSERT_TRUE(adapter.WaitForVersion(caller_.Plan().header().plan_version()));
    adapter.Close();
    held_ = adapter.routes();
    held_version_ = adapter.version();
    epoch_ = adapter.election().epoch();
    ASSERT_TRUE(caller_.Drain("A-B").ok());
    ASSERT_TRUE(caller_.Drain("C-D").ok());
    ASSERT_TRUE(Eventually([&] {
      const auto header = caller_.Plan().header();
      return header.topology_version() == caller_.Status().topology_version() &&
             header.reason() == rhumb::v1::PLAN_REASON_TOPOLOGY;
    }));
  }
  TestAdapter::Options Back(uint64_t epoch, uint64_t version) {
    TestAdapter::Options options;
    options.held_epoch = epoch;
    options.held_version = version;
    options.held = held_;
    return options;
  }

  LiveServer server_;
  Caller caller_{server_.Connect()};
  Routes held_;
  uint64_t held_version_ = 0, epoch_ = 0;
};

TEST_F(ResyncTest, AFreshAdapterGetsTheWholePlan) {
  ASSERT_TRUE(caller_.SetTopology(RandomConnected(3, 8)).ok());
  TestAdapter adapter(server_.Connect(), {"adapter"});
  ASSERT_TRUE(adapter.Wait([&] { return true; }));
  ASSERT_TRUE(adapter.WaitForVersion(caller_.Plan().header().plan_version()));
  EXPECT_TRUE(adapter.updates().front().reset());
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller_));
}

TEST_F(ResyncTest, AnAdapterThatKnowsAKeptPlanGetsOnlyWhatIsMissing) {
  FallBehind();
  const rhumb::v1::LivePlan plan = caller_.Plan();
  TestAdapter adapter(server_.Connect(), Back(epoch_, held_version_));
  ASSERT_TRUE(adapter.WaitForVersion(plan.header().plan_version()));
  const auto updates = adapter.updates();
  EXPECT_FALSE(updates.front().reset());
  EXPECT_EQ(updates.front().base_plan_version(), held_version_);
  EXPECT_LT(updates.front().routes_size(), plan.routes_size());
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller_));
}

TEST_F(ResyncTest, AnAdapterOfAnotherEpochGetsTheWholePlan) {
  FallBehind();
  const rhumb::v1::LivePlan plan = caller_.Plan();
  TestAdapter adapter(server_.Connect(), Back(epoch_ + 1, held_version_));
  ASSERT_TRUE(adapter.WaitForVersion(plan.header().plan_version()));
  EXPECT_TRUE(adapter.updates().front().reset());
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller_));
}

TEST_F(ResyncTest, AnAdapterWithAForgottenVersionGetsTheWholePlan) {
  FallBehind();
  TestAdapter adapter(server_.Connect(), Back(epoch_, 999'999));
  ASSERT_TRUE(ComesToHoldThePlan(adapter, caller_));
  EXPECT_TRUE(adapter.updates().front().reset());
}

TEST_F(ResyncTest, AnAdapterThatHoldsTheLatestPlanGetsNothingUntilTheNext) {
  FallBehind();
  const rhumb::v1::LivePlan plan = caller_.Plan();
  TestAdapter::Options options = Back(epoch_, plan.header().plan_version());
  options.held = RoutesOf(plan);
  TestAdapter adapter(server_.Connect(), options);
  ASSERT_TRUE(adapter.Wait([&] { return true; }));
  ASSERT_TRUE(caller_.Drain("E-F").ok());
  ASSERT_TRUE(adapter.WaitForVersion(plan.header().plan_version() + 1));
  EXPECT_EQ(adapter.updates().front().base_plan_version(), plan.header().plan_version());
}

}  // namespace
}  // namespace rhumb::testing

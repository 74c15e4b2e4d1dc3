// Who may write when several adapters are connected.
#include <gtest/gtest.h>

#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/error_details.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

TEST(ArbitrationTest, TheHighestElectionIdIsThePrimaryAndOnlyItMayWrite) {
  LiveServer server;
  Caller caller(server.Connect());
  TestAdapter low(server.Connect(), {"low", 1});
  ASSERT_TRUE(low.WaitForPrimary(true));
  ASSERT_TRUE(caller.SetTopology(Diamond(), 1).ok());
  TestAdapter high(server.Connect(), {"high", 2});
  ASSERT_TRUE(high.WaitForPrimary(true));
  ASSERT_TRUE(low.WaitForPrimary(false));

  const grpc::Status refused = caller.SetLink("A>B", false, 1);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(refused), "NOT_PRIMARY");
  EXPECT_EQ(caller.Status().down_links_size(), 0);
  EXPECT_TRUE(caller.SetLink("A>B", false, 2).ok());
  EXPECT_EQ(caller.Status().down_links_size(), 1);
}

TEST(ArbitrationTest, AStandbyReceivesEveryPlanAndTakesOverWhenThePrimaryLeaves) {
  LiveServer server;
  Caller caller(server.Connect());
  TestAdapter standby(server.Connect(), {"standby", 1});
  auto primary =
      std::make_unique<TestAdapter>(server.Connect(), TestAdapter::Options{"primary", 2});
  ASSERT_TRUE(primary->WaitForPrimary(true));
  ASSERT_TRUE(caller.SetTopology(Diamond(), 2).ok());
  ASSERT_TRUE(standby.WaitForVersion(caller.Plan().header().plan_version()));
  primary.reset();
  ASSERT_TRUE(standby.WaitForPrimary(true));
  // The one that left cannot come back by accident: its id stays the bar for writers without a
  // stream, but the standby's stream is open now.
  EXPECT_EQ(caller.SetLink("A>B", false, 2).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_TRUE(caller.SetLink("A>B", false, 1).ok());
}

TEST(ArbitrationTest, AnElectionIdIsHeldOnce) {
  LiveServer server;
  TestAdapter first(server.Connect(), {"first", 7});
  ASSERT_TRUE(first.WaitForPrimary(true));
  TestAdapter second(server.Connect(), {"second", 7});
  EXPECT_EQ(second.WaitForEnd().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(ArbitrationTest, TheSameNameAgainTakesThePlaceOfTheEarlierStream) {
  LiveServer server;
  TestAdapter earlier(server.Connect(), {"adapter", 7});
  ASSERT_TRUE(earlier.WaitForPrimary(true));
  TestAdapter later(server.Connect(), {"adapter", 7});
  EXPECT_EQ(earlier.WaitForEnd().error_code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(later.WaitForPrimary(true));
  EXPECT_EQ(Caller(server.Connect()).Status().adapters_size(), 1);
}

}  // namespace
}  // namespace rhumb::testing

// What a server that stops and starts again on the same store still knows.
#include <gtest/gtest.h>

#include "agents/registry/policy_registry.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

TEST(RestartTest, KeepsWhatWasAcknowledgedAndAdaptersResumeWithADelta) {
  ServeConfig config = TestConfig();
  config.store.path = TestPath("store");
  TestAdapter::Options held;
  rhumb::v1::ControllerStatus before;
  {
    LiveServer server(config);
    Caller caller(server.Connect());
    ASSERT_TRUE(caller.SetTopology(RandomConnected(3, 8)).ok());
    rhumb::v1::SettingResponse drained;
    ASSERT_TRUE(caller.Drain("A-B", &drained).ok());
    EXPECT_TRUE(drained.durable());
    rhumb::v1::SetPolicyRequest policy;
    policy.set_policy("shortest-path");
    rhumb::v1::SettingResponse changed;
    ASSERT_TRUE(
        caller.Call(caller.north(), &rhumb::v1::North::Stub::SetPolicy, policy, &changed).ok());
    ASSERT_TRUE(Eventually([&] {
      return caller.Status().plan().reason() == rhumb::v1::PLAN_REASON_SETTING ||
             caller.Status().plan().model() == "shortest-path";
    }));
    TestAdapter adapter(server.Connect(), {"adapter"});
    ASSERT_TRUE(
        Eventually([&] { return adapter.version() == caller.Status().plan().plan_version(); }));
    adapter.Close();
    before = caller.Status();
    held.held_epoch = before.epoch();
    held.held_version = adapter.version();
    held.held = adapter.routes();
  }
  LiveServer server(config);
  Caller caller(server.Connect());
  const auto after = caller.Status();
  EXPECT_EQ(after.epoch(), before.epoch());
  EXPECT_GT(after.topology_version(), before.topology_version());
  EXPECT_GT(after.plan().plan_version(), before.plan().plan_version());
  EXPECT_EQ(after.policy(), "shortest-path");
  EXPECT_EQ(after.drained_links_size(), 2);
  EXPECT_TRUE(after.ready());
  TestAdapter adapter(server.Connect(), held);
  ASSERT_TRUE(
      Eventually([&] { return adapter.version() == caller.Status().plan().plan_version(); }));
  EXPECT_FALSE(adapter.updates().front().reset());
  EXPECT_EQ(adapter.updates().front().base_plan_version(), held.held_version);
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller));
}

TEST(RestartTest, ASecondServerOnTheSameStoreIsRefused) {
  ServeConfig config = TestConfig();
  config.store.path = TestPath("store");
  LiveServer first(config);
  ServerOptions options;
  options.config = config;
  options.policies = MakePolicy;
  EXPECT_EQ(Server::Start(std::move(options)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb::testing

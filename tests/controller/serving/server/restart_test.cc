// What a server that stops and starts again on the same store still knows.
#include <gtest/gtest.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>
#include <map>

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

TEST(RestartTest, OtherRoutesUnderAHeldVersionAreNoticedByTheirDigest) {
  LiveServer server;
  Caller caller(server.Connect());
  ASSERT_TRUE(caller.SetTopology(RandomConnected(3, 8)).ok());
  ASSERT_TRUE(Eventually([&] { return caller.Status().decided_topology_version() > 0; }));
  const rhumb::v1::PlanHeader plan = caller.Plan().header();
  ASSERT_NE(plan.routes_digest(), 0);
  TestAdapter::Options held{"adapter"};
  held.held_epoch = plan.epoch();
  held.held_version = plan.plan_version();
  held.held_digest = plan.routes_digest() + 1;
  TestAdapter adapter(server.Connect(), held);
  ASSERT_TRUE(Eventually([&] { return !adapter.updates().empty(); }));
  EXPECT_TRUE(adapter.updates().front().reset());
  EXPECT_TRUE(ComesToHoldThePlan(adapter, caller));
  adapter.Close();
  // With the digest that came with it, it is the plan that is held: the next one is a delta.
  held.name = "another";
  held.held_digest = plan.routes_digest();
  held.held = RoutesOf(caller.Plan());
  TestAdapter another(server.Connect(), held);
  ASSERT_TRUE(Eventually([&] { return another.election().epoch() != 0; }));
  ASSERT_TRUE(caller.Drain("A-B").ok());
  ASSERT_TRUE(Eventually([&] { return !another.updates().empty(); }));
  EXPECT_TRUE(ComesToHoldThePlan(another, caller));
  EXPECT_FALSE(another.updates().front().reset());
}

TEST(RestartTest, NoVersionIsGivenTwiceAroundAFullDisk) {
  const std::string disk = TestPath("disk");
  std::filesystem::create_directories(disk);
  if (mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=2m") != 0) {
    GTEST_SKIP() << "needs the right to mount a small tmpfs";
  }
  ServeConfig config = TestConfig();
  config.store.path = disk + "/store";
  std::map<std::pair<uint64_t, uint64_t>, uint64_t> routes;  // by epoch and version
  TestAdapter::Options held{"adapter"};
  const auto run = [&](uint32_t seed) {
    LiveServer server(config);
    Caller caller(server.Connect());
    TestAdapter adapter(server.Connect(), held);
    ASSERT_TRUE(caller.SetTopology(RandomConnected(seed, 7)).ok());
    for (const char* link : {"A-B", "B-C"}) static_cast<void>(caller.Drain(link));
    ASSERT_TRUE(ComesToHoldThePlan(adapter, caller));
    adapter.Close();
    for (const auto& update : adapter.updates()) {
      const rhumb::v1::PlanHeader& header = update.header();
      const auto [it, fresh] =
          routes.insert({{header.epoch(), header.plan_version()}, header.routes_digest()});
      EXPECT_TRUE(fresh || it->second == header.routes_digest())
          << "epoch " << header.epoch() << " version " << header.plan_version();
      held.held_epoch = header.epoch();
      held.held_version = header.plan_version();
      held.held_digest = header.routes_digest();
    }
    held.held = adapter.routes();
  };
  run(3);
  {
    std::ofstream ballast(disk + "/ballast");
    const std::string block(512, 'x');
    while (ballast << block && ballast.flush()) continue;
  }
  run(4);
  std::filesystem::remove(disk + "/ballast");
  run(5);
  umount(disk.c_str());
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

TEST(RestartTest, ADeletedLockFileLetsNoSecondServerIn) {
  ServeConfig config = TestConfig();
  config.store.path = TestPath("store");
  LiveServer first(config);
  std::filesystem::remove(config.store.path + ".lock");
  ServerOptions options;
  options.config = config;
  options.policies = MakePolicy;
  EXPECT_EQ(Server::Start(std::move(options)).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb::testing

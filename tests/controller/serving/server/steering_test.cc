// Stale telemetry and the guard, seen from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "agents/registry/policy_registry.h"
#include "tests/agents/fake_policies.h"
#include "tests/controller/serving/server/caller.h"
#include "tests/controller/serving/server/live_server.h"
#include "tests/controller/serving/server/patience.h"
#include "tests/controller/serving/server/routes.h"
#include "tests/controller/serving/server/test_adapter.h"
#include "tests/networks.h"

namespace rhumb::testing {
namespace {

absl::StatusOr<std::unique_ptr<RoutingPolicy>> TestPolicies(absl::string_view spec) {
  if (spec == "detour") return std::make_unique<DetourPolicy>();
  if (spec == "failing") {
    return std::make_unique<FailingPolicy>(absl::InternalError("no answer"));
  }
  return MakePolicy(spec);
}

ServerOptions WithPolicy(const std::string& policy) {
  ServerOptions options;
  options.config = TestConfig();
  options.config.steering.core.policy = policy;
  options.policies = TestPolicies;
  return options;
}

TEST(GuardTest, APlanThatIsWorseThanShortestPathNeverReachesAnAdapter) {
  LiveServer server(WithPolicy("detour"));
  Caller caller(server.Connect());
  TestAdapter adapter(server.Connect(), {"adapter"});
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  const absl::Time start = absl::Now();
  // Without traffic the detours are as good as anything.
  ASSERT_TRUE(Eventually([&] { return caller.Status().decided_topology_version() > 0; }));
  const uint64_t first =
      caller.Report(1, start, {{"A", "B", 8e8}, {"B", "D", 8e8}}).traffic_version();
  ASSERT_GT(first, 0);
  ASSERT_TRUE(Eventually([&] { return caller.Status().decided_traffic_version() >= first; }));
  const auto status = caller.Status();
  EXPECT_EQ(status.plan().guard().rule(), rhumb::v1::GUARD_RULE_MLU);
  EXPECT_GE(status.guard_counts().at("mlu"), 1);
  EXPECT_GT(status.plan().guard().proposal_mlu(), status.plan().guard().predicted_mlu());
  EXPECT_DOUBLE_EQ(status.plan().guard().predicted_mlu(), 0.8);
  ASSERT_TRUE(adapter.WaitForVersion(status.plan().plan_version()));
  // The detours would put both demands on A>C>D, which one of them may keep.
  std::map<std::string, double> load_bps;
  const Routes routes = adapter.routes();
  for (const auto& pair : {std::pair("A", "B"), std::pair("B", "D")}) {
    for (const auto& path : routes.at(pair).paths()) {
      for (const std::string& link : path.links()) load_bps[link] += path.ratio() * 8e8;
    }
  }
  EXPECT_GE(load_bps.size(), 2);
  for (const auto& [link, bps] : load_bps) EXPECT_LE(bps, 8e8 * (1 + 1e-6)) << link;
}

TEST(GuardTest, WhenThePolicyFailsShortestPathRoutesAndTheReasonIsGiven) {
  LiveServer server(WithPolicy("failing"));
  Caller caller(server.Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  ASSERT_TRUE(Eventually([&] { return caller.Status().guard_counts().count("no_proposal") > 0; }));
  rhumb::v1::ExplainDecisionResponse explanation;
  ASSERT_TRUE(caller
                  .Call(caller.north(), &rhumb::v1::North::Stub::ExplainDecision,
                        rhumb::v1::ExplainDecisionRequest(), &explanation)
                  .ok());
  EXPECT_THAT(explanation.plan().guard().explanation(), ::testing::HasSubstr("no answer"));
  EXPECT_EQ(caller.Plan().routes_size(), 12);  // every pair of four nodes
}

TEST(StaleTelemetryTest, HoldsThePlanThenFallsBackToShortestPath) {
  // The core's clock moves when the test says so.
  auto now_us = std::make_shared<std::atomic<int64_t>>(1'700'000'000'000'000);
  auto now = [now_us] { return absl::FromUnixMicros(*now_us); };
  ServerOptions options;
  options.config = TestConfig();
  options.config.steering.core.policy = "lp-previous";
  options.config.steering.core.guard.max_moved_share = 1;
  options.policies = MakePolicy;
  options.clocks.emplace();
  options.clocks->steady = [now_us] { return SteadyTime() + absl::Microseconds(now_us->load()); };
  options.clocks->wall = now;
  LiveServer server(std::move(options));
  Caller caller(server.Connect());
  ASSERT_TRUE(caller.SetTopology(Diamond()).ok());
  ASSERT_EQ(caller.Status().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_NONE);
  const uint64_t version = caller.Report(1, now(), {{"A", "D", 9e8}}).traffic_version();
  ASSERT_TRUE(Eventually([&] { return caller.Status().decided_traffic_version() >= version; }));
  EXPECT_EQ(caller.Status().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_FRESH);
  EXPECT_LT(caller.Status().plan().guard().predicted_mlu(), 0.5);  // split over both ways

  *now_us += absl::ToInt64Microseconds(absl::Seconds(90));
  ASSERT_TRUE(Eventually([&] {
    return caller.Status().plan().guard().rule() == rhumb::v1::GUARD_RULE_STALE_TELEMETRY;
  }));
  EXPECT_EQ(caller.Status().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_STALE);
  EXPECT_EQ(RoutesOf(caller.Plan()).at({"A", "D"}).paths_size(), 2);  // held

  *now_us += absl::ToInt64Microseconds(absl::Minutes(10));
  ASSERT_TRUE(
      Eventually([&] { return caller.Status().plan().reason() == rhumb::v1::PLAN_REASON_STALE; }));
  EXPECT_EQ(caller.Status().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_LOST);
  EXPECT_EQ(RoutesOf(caller.Plan()).at({"A", "D"}).paths_size(), 1);

  // Fresh telemetry brings the policy back.
  const uint64_t next = caller.Report(2, now(), {{"A", "D", 9e8}}).traffic_version();
  ASSERT_TRUE(Eventually([&] { return caller.Status().decided_traffic_version() >= next; }));
  EXPECT_TRUE(Eventually([&] { return RoutesOf(caller.Plan()).at({"A", "D"}).paths_size() == 2; }));
}

}  // namespace
}  // namespace rhumb::testing

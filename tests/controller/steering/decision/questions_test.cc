#include "controller/steering/decision/questions.h"

#include <gtest/gtest.h>

#include "agents/policy_registry.h"
#include "controller/steering/plan/request_error.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

constexpr double kRate = 0.8e9;  // on links of 1 Gbit/s

void AddDemand(rhumb::v1::Demand* demand, const std::string& source,
               const std::string& destination) {
  demand->set_source(source);
  demand->set_destination(destination);
  demand->set_rate_bps(kRate);
}

class QuestionsTest : public ::testing::Test {
 protected:
  // A>D split in halves over B and C.
  QuestionsTest() {
    Observation observation{topology_, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
    auto plan = std::make_shared<LivePlan>(LivePlan{
        {}, policies_.Get("ecmp").value()->Decide(observation).value().plan, topology_, ""});
    auto demands = std::make_shared<TrafficMatrix>(4);
    demands->set_rate_bps(0, 3, kRate);
    auto traffic = std::make_shared<TrafficEstimate>();
    traffic->demands = demands;
    traffic->measured.assign(16, true);
    view_.topology = topology_;
    view_.plan = plan;
    view_.traffic = traffic;
  }
  absl::StatusOr<rhumb::v1::ComputeRoutesResponse> Routes(
      const rhumb::v1::ComputeRoutesRequest& request) {
    return ComputeRoutes(request, {}, "shortest-path", &policies_);
  }

  Topology topology_ = Diamond();
  PolicyCache policies_{MakePolicy};
  LiveView view_;
};

TEST_F(QuestionsTest, RoutesOfAPolicyAreComparedWithShortestPath) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  AddDemand(request.add_demands(), "A", "D");
  request.set_policy("ecmp");
  const auto answer = Routes(request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NEAR(answer->mlu(), 0.4, 1e-9);
  EXPECT_NEAR(answer->shortest_path_mlu(), 0.8, 1e-9);
  EXPECT_EQ(answer->plan().routes_size(), 1);
  EXPECT_EQ(answer->plan().routes(0).paths_size(), 2);
  EXPECT_EQ(answer->loads_size(), topology_.num_links());
}

TEST_F(QuestionsTest, TheSameNetworkAgainIsAnsweredAlikeAndItsPathsAreKept) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  AddDemand(request.add_demands(), "A", "D");
  request.set_policy("lp-previous:paths");
  auto first = Routes(request);
  ASSERT_TRUE(first.ok()) << first.status();
  const Topology known = policies_.TopologyOf(request.topology()).value();
  const auto paths = policies_.PathsOf(known, 8).value();
  auto again = Routes(request);
  ASSERT_TRUE(again.ok()) << again.status();
  first->clear_decision_time();
  again->clear_decision_time();
  EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
  EXPECT_EQ(policies_.PathsOf(known, 8).value(), paths);
  EXPECT_NE(policies_.PathsOf(known, 1).value(), paths);

  // Another state of the links is another network.
  request.mutable_topology()->mutable_links(0)->set_operational_state(
      rhumb::v1::OPERATIONAL_STATE_DOWN);
  const Topology changed = policies_.TopologyOf(request.topology()).value();
  EXPECT_NE(policies_.PathsOf(changed, 8).value(), paths);
  const auto around = Routes(request);
  ASSERT_TRUE(around.ok()) << around.status();
  EXPECT_EQ(around->plan().routes(0).paths_size(), 1);
  // Many others later the first one is found anew.
  for (int i = 0; i < 20; ++i) {
    request.mutable_topology()->mutable_links(0)->set_capacity_bps(1e9 + i);
    ASSERT_TRUE(policies_.TopologyOf(request.topology()).ok());
  }
  EXPECT_NE(policies_.PathsOf(known, 8).value(), paths);
}

TEST_F(QuestionsTest, APinIsNotFollowedWhileARollbackIsHeld) {
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

TEST_F(QuestionsTest, RoutesOfUnknownOrRepeatedDemandsAreRefusedByField) {
  rhumb::v1::ComputeRoutesRequest request;
  *request.mutable_topology() = ToProto(topology_);
  AddDemand(request.add_demands(), "A", "D");
  AddDemand(request.add_demands(), "A", "Z");
  EXPECT_EQ(FieldOf(Routes(request).status()), "demands[1]");
  request.mutable_demands(1)->set_destination("D");
  EXPECT_EQ(FieldOf(Routes(request).status()), "demands[1]");
  request.mutable_demands()->RemoveLast();
  request.set_policy("no-such-policy");
  EXPECT_EQ(FieldOf(Routes(request).status()), "policy");
}

TEST_F(QuestionsTest, FailedLinkDoublesTheLoadOfTheOtherWay) {
  rhumb::v1::EvaluatePlanRequest request;
  request.add_failed_links("A-B");
  const auto answer = EvaluatePlan(request, view_, &policies_);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_NEAR(answer->now().mlu(), 0.4, 1e-9);
  EXPECT_NEAR(answer->then().mlu(), 0.8, 1e-9);
  EXPECT_NEAR(answer->moved_share(), 0.5, 1e-9);
}

TEST_F(QuestionsTest, EveryPathOfADemandIsExplainedWithItsBottleneck) {
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

TEST_F(QuestionsTest, WithoutATopologyTheLiveQuestionsAreRefused) {
  EXPECT_EQ(EvaluatePlan({}, LiveView(), &policies_).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ExplainDecision({}, LiveView(), &policies_).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace rhumb

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "controller/client/held_plan.h"
#include "controller/steering/plan/request_error.h"
#include "tests/controller/steering/decision/core_fixture.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;
using ::rhumb::testing::RandomConnected;

using ControllerCoreTest = CoreFixture;

TEST_F(ControllerCoreTest, FirstPlanIsShortestPathBeforeThePolicyAnswers) {
  rhumb::v1::SetTopologyRequest request;
  *request.mutable_topology() = ToProto(Diamond());
  ASSERT_TRUE(core_->south().SetTopology(request, "test").ok());
  ASSERT_EQ(published_.size(), 1);
  EXPECT_TRUE(core_->ready());
  EXPECT_TRUE(latest().plan.Validate(latest().topology).ok());
  EXPECT_TRUE(CheckRoutesAll(latest().topology, latest().plan).ok());
}

TEST_F(ControllerCoreTest, NoAnswerSendsAWholeRequestBack) {
  Declare(Diamond());
  rhumb::v1::TelemetryReport report = ReportOf(1e8);
  report.set_source(std::string(1'000'000, 'x'));
  EXPECT_LT(core_->south().TakeTelemetry(report).ByteSizeLong(), 10'000u);
  const absl::Status refused = Fail(std::string(1'000'000, 'y'));
  EXPECT_LE(refused.message().size(), kMaxErrorBytes);
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link(std::string(1'000'000, 'z'));
  EXPECT_LE(core_->north().DrainLink(drain, "op").status().message().size(), kMaxErrorBytes);
}

TEST_F(ControllerCoreTest, ThePolicyLeavesTheProcessorsToTheFirstAnswer) {
  options_.lead_per_adapter = absl::Milliseconds(2);
  options_.max_lead = absl::Milliseconds(5);
  Restart({});
  rhumb::v1::PlanSubscription subscription;
  auto join = [&](StreamId id) {
    subscription.set_adapter(absl::StrCat("adapter-", id));
    ASSERT_TRUE(core_->south().OpenAdapter(id, subscription).ok());
  };
  join(1);
  join(2);
  Declare(Diamond());
  ASSERT_TRUE(Fail("A>B").ok());
  ASSERT_TRUE(waiting_);
  EXPECT_EQ(waiting_->lead, absl::Milliseconds(4));
  Decide();
  join(3);
  ASSERT_TRUE(Fail("D>C").ok());
  ASSERT_TRUE(waiting_);
  EXPECT_EQ(waiting_->lead, absl::Milliseconds(5));
  Decide();
  // Without a first answer on its way there is nothing to wait for.
  rhumb::v1::SetPolicyRequest request;
  request.set_policy("ecmp");
  ASSERT_TRUE(core_->north().SetPolicy(request, "test").ok());
  ASSERT_TRUE(waiting_);
  EXPECT_EQ(waiting_->lead, absl::ZeroDuration());
}

TEST_F(ControllerCoreTest, FailureIsAnsweredAtOnceAndThenByThePolicy) {
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  const size_t before = published_.size();
  ASSERT_TRUE(Fail("A>B").ok());
  ASSERT_EQ(published_.size(), before + 1);
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_REROUTE);
  EXPECT_EQ(latest().header.topology_version(), core_->north().GetStatus().topology_version());
  EXPECT_FALSE(UsesDeadLinks(latest().topology, latest().plan));
  const auto waiting = core_->north().GetStatus();
  EXPECT_LT(waiting.decided_topology_version(), waiting.topology_version());
  Decide();
  EXPECT_EQ(core_->north().GetStatus().decided_topology_version(), waiting.topology_version());
  EXPECT_EQ(published_.size(), before + 2);
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_TOPOLOGY);
}

TEST_F(ControllerCoreTest, DecisionForAnOlderTopologyIsDropped) {
  Declare(Diamond());
  ASSERT_TRUE(Fail("A>B").ok());
  const DecisionOutput old = decider_.Decide(*waiting_);
  ASSERT_TRUE(Fail("C>D").ok());
  const size_t before = published_.size();
  core_->FinishDecision(old);
  EXPECT_EQ(published_.size(), before);
  EXPECT_EQ(core_->north().GetStatus().guard_counts().at("stale_topology"), 1);
  Decide();
  EXPECT_FALSE(UsesDeadLinks(latest().topology, latest().plan));
}

TEST_F(ControllerCoreTest, AnIntervalWithoutAChangeMakesNoNewPlanAndIsStillDecided) {
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  const size_t before = published_.size();
  for (int i = 0; i < 5; ++i) Wait(options_.interval);
  EXPECT_EQ(published_.size(), before);
  Measure(0.8e9);
  Decide();
  EXPECT_EQ(published_.size(), before);
  EXPECT_EQ(core_->north().GetStatus().decided_traffic_version(),
            core_->north().GetStatus().traffic_version());
  // What an operator asked for is said even when it routes alike.
  rhumb::v1::SetPolicyRequest request;
  request.set_policy("ecmp:inverse-capacity");
  ASSERT_TRUE(core_->north().SetPolicy(request, "op").ok());
  Decide();
  ASSERT_EQ(published_.size(), before + 1);
  EXPECT_EQ(latest().header.model(), "ecmp:inverse-capacity");
}

TEST_F(ControllerCoreTest, LinkThatReturnsMovesNoMoreThanAnIntervalMay) {
  // Splits in halves what shortest path and ECMP by metric put on A>B>D alone.
  options_.policy = "ecmp:hops";
  Restart({});
  std::vector<Link> links;
  rhumb::testing::AddCable(&links, 0, 1, 1e9);
  rhumb::testing::AddCable(&links, 1, 3, 1e9);
  rhumb::testing::AddCable(&links, 0, 2, 1e9, absl::Milliseconds(1), 2);
  rhumb::testing::AddCable(&links, 2, 3, 1e9, absl::Milliseconds(1), 2);
  Declare(Topology::Create("lopsided", rhumb::testing::NamedNodes(4), std::move(links)).value());
  Measure(0.8e9);
  Decide();
  ASSERT_TRUE(Fail("A>B").ok());
  Decide();
  EXPECT_NEAR(core_->north().GetStatus().plan().guard().predicted_mlu(), 0.8, 1e-9);
  rhumb::v1::UpdateTopologyRequest request;
  auto* update = request.add_links();
  update->set_link("A>B");
  update->set_operational_state(rhumb::v1::OPERATIONAL_STATE_UP);
  ASSERT_TRUE(core_->south().UpdateTopology(request, "test").ok());
  Decide();
  // Half of the traffic has its way back; 0.3 of it may take it at once.
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_TOPOLOGY);
  EXPECT_EQ(latest().header.guard().outcome(), rhumb::v1::GUARD_OUTCOME_LIMITED);
  EXPECT_NEAR(latest().header.guard().moved_share(), 0.3, 1e-9);
  Wait(options_.interval);
  EXPECT_NEAR(latest().header.guard().predicted_mlu(), 0.4, 1e-9);
}

TEST_F(ControllerCoreTest, FailureWhileALinkReturnsIsStillAnsweredWhole) {
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  Measure(0.8e9);
  Decide();
  ASSERT_TRUE(Fail("A>B").ok());  // not decided on yet when another link changes
  rhumb::v1::UpdateTopologyRequest request;
  auto* update = request.add_links();
  update->set_link("B>D");
  update->set_capacity_bps(2e9);
  ASSERT_TRUE(core_->south().UpdateTopology(request, "test").ok());
  ASSERT_TRUE(waiting_.has_value());
  EXPECT_TRUE(waiting_->forced);
  Decide();
  ASSERT_TRUE(core_->south().UpdateTopology(request, "test").ok());
  update->set_capacity_bps(3e9);
  ASSERT_TRUE(core_->south().UpdateTopology(request, "test").ok());
  ASSERT_TRUE(waiting_.has_value());
  EXPECT_FALSE(waiting_->forced);
}

TEST_F(ControllerCoreTest, LatePolicyLeavesTheLastSafePlanAndItsAnswerIsIgnored) {
  Declare(Diamond());
  Measure(1e8);
  Decide();
  now_ += options_.interval;
  core_->Tick();
  ASSERT_TRUE(waiting_.has_value());
  const DecisionInput late = *std::exchange(waiting_, {});
  const size_t before = published_.size();
  now_ += options_.deadline + absl::Seconds(1);
  core_->Tick();
  EXPECT_EQ(core_->north().GetStatus().guard_counts().at("no_proposal"), 1);
  core_->FinishDecision(decider_.Decide(late));
  EXPECT_EQ(published_.size(), before);
}

TEST_F(ControllerCoreTest, PlanIsWholeEvenWhenNoPolicyCanBeMade) {
  decider_ = Decider([](absl::string_view) { return absl::InternalError("no policy"); }, {}, {});
  Declare(Diamond());
  Measure(0.8e9);
  Decide();
  EXPECT_TRUE(CheckRoutesAll(latest().topology, latest().plan).ok());
  // Shortest path's, which stands in for all.
  EXPECT_NEAR(core_->north().GetStatus().plan().guard().shortest_path_mlu(), 0.8, 1e-9);
  EXPECT_NEAR(core_->north().GetStatus().plan().guard().ecmp_mlu(), 0.8, 1e-9);
}

TEST_F(ControllerCoreTest, NewTopologyKeepsTheRoutesThatStillExist) {
  Declare(Line(3));
  Declare(Diamond());
  EXPECT_TRUE(CheckRoutesAll(latest().topology, latest().plan).ok());
  EXPECT_EQ(latest().topology.num_nodes(), 4);
}

// Applying every update in order to an empty plan gives the last plan, by names.
TEST_F(ControllerCoreTest, DeltasLeadFromOnePlanToTheNext) {
  Declare(RandomConnected(4, 8));
  ASSERT_TRUE(Fail(published_[0]->topology.link(0).name).ok());
  Decide();
  ASSERT_TRUE(Fail(published_[0]->topology.link(5).name).ok());
  Decide();
  std::map<std::string, std::string> held;
  const LivePlan* base = nullptr;
  for (const LivePlanPtr& plan : published_) {
    const rhumb::v1::PlanUpdate update = MakeUpdate(base, *plan);
    EXPECT_EQ(update.reset(), base == nullptr);
    for (const auto& route : update.routes()) {
      held[route.source() + ">" + route.destination()] =
          RouteByName(update, route)->ShortDebugString();
    }
    for (const auto& key : update.removed()) held.erase(key.source() + ">" + key.destination());
    base = plan.get();
  }
  const rhumb::v1::LivePlan whole = ToProto(latest());
  EXPECT_EQ(held.size(), whole.routes_size());
  for (const auto& route : whole.routes()) {
    EXPECT_EQ(held[route.source() + ">" + route.destination()], route.ShortDebugString());
  }
}

}  // namespace
}  // namespace rhumb

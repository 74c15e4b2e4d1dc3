// What the core makes of operators' words, and what is left of them after a restart.
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/controller/steering/decision/core_fixture.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

using CoreOperatorTest = CoreFixture;

// What a store in epoch 7 gives back at the next start.
StoredState StoredBy(const StoreChange& change) {
  StoredState stored;
  stored.epoch = 7;
  stored.reported = ToProto(*change.reported);
  stored.settings = *change.settings;
  stored.floor = *change.floor;
  for (const auto& plan : change.plans) stored.plans.push_back(ToProto(*plan));
  return stored;
}

TEST_F(CoreOperatorTest, ARestoredPlanStaysUntilTelemetryComes) {
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  ASSERT_GT(Measure(9e8).traffic_version(), 0);
  Decide();
  core_->KeepAll();
  const StoreChange change = core_->TakeChange();
  StoredState stored;
  stored.epoch = 1;
  stored.reported = ToProto(*change.reported);
  stored.floor = *change.floor;
  stored.demands = ToProto(*change.demands);
  for (const LivePlanPtr& plan : change.plans) stored.plans.push_back(ToProto(*plan));
  Restart(stored);
  ASSERT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_RESTART);
  const uint64_t version = latest().version();
  for (int i = 0; i < 5; ++i) Wait(options_.interval);
  EXPECT_EQ(latest().version(), version);
  // The last matrix is known again: what answers a failure is compared on it.
  ASSERT_TRUE(Fail("A>B").ok());
  EXPECT_DOUBLE_EQ(latest().header.guard().shortest_path_mlu(), 0.9);
  ASSERT_GT(Measure(9e8).traffic_version(), 0);
  EXPECT_TRUE(waiting_.has_value());
}

TEST_F(CoreOperatorTest, ASettingsFileThatIsLostKeepsTheLastPlanUntilAnOperatorSpeaks) {
  Declare(Diamond());
  const StoreChange change = core_->TakeChange();
  StoredState stored;
  stored.epoch = 2;
  stored.settings_lost = true;
  stored.reported = ToProto(*change.reported);
  stored.floor = *change.floor;
  for (const LivePlanPtr& plan : change.plans) stored.plans.push_back(ToProto(*plan));
  Restart(stored);
  EXPECT_TRUE(core_->north().GetStatus().rollback_held());
  // The restart published the last one once more.
  EXPECT_EQ(core_->north().View().earlier_plans.size(), stored.plans.size());
  const uint64_t version = latest().version();
  ASSERT_GT(Measure(9e8).traffic_version(), 0);
  for (int i = 0; i < 5; ++i) Wait(options_.interval);
  EXPECT_EQ(latest().version(), version);
  rhumb::v1::SetPolicyRequest request;
  request.set_policy("ecmp");
  ASSERT_TRUE(core_->north().SetPolicy(request, "op").ok());
  Decide();
  EXPECT_GT(latest().version(), version);
  EXPECT_FALSE(core_->north().GetStatus().rollback_held());
}

TEST_F(CoreOperatorTest, DrainMovesTrafficOffTheLinkAndUndrainBringsItBack) {
  Declare(Diamond());
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-B");
  EXPECT_TRUE(core_->north().DrainLink(drain, "op")->changed());
  Decide();
  EXPECT_FALSE(UsesDeadLinks(latest().topology, latest().plan));
  EXPECT_EQ(core_->north().GetStatus().drained_links_size(), 2);
  EXPECT_FALSE(core_->north().DrainLink(drain, "op")->changed());
  rhumb::v1::UndrainLinkRequest undrain;
  undrain.set_link("A-B");
  EXPECT_TRUE(core_->north().UndrainLink(undrain, "op")->changed());
  Decide();
  EXPECT_EQ(core_->north().GetStatus().drained_links_size(), 0);
}

TEST_F(CoreOperatorTest, PinHoldsADemandAndIsSuspendedWhileItsLinkIsDown) {
  Declare(Diamond());
  rhumb::v1::PinDemandRequest pin;
  pin.set_source("A");
  pin.set_destination("D");
  auto* path = pin.add_paths();
  path->set_ratio(1);
  path->add_links("A>C");
  path->add_links("C>D");
  ASSERT_TRUE(core_->north().PinDemand(pin, "op").ok());
  Decide();
  auto first_link = [&] {
    const auto pair = latest().plan.paths().Find(0, 3);
    const PathSet::Range range = latest().plan.paths().paths_of(*pair);
    for (int p = range.begin; p < range.end; ++p) {
      if (latest().plan.ratios()[p] > 0.5) {
        return latest().topology.link(latest().plan.paths().links(p)[0]).name;
      }
    }
    return std::string();
  };
  EXPECT_EQ(first_link(), "A>C");
  ASSERT_TRUE(Fail("C>D").ok());
  Decide();
  EXPECT_EQ(first_link(), "A>B");
  EXPECT_TRUE(core_->north().GetStatus().pins(0).suspended());
  pin.mutable_paths(0)->set_ratio(0.5);
  EXPECT_EQ(core_->north().PinDemand(pin, "op").status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(CoreOperatorTest, RollbackHoldsUntilConfirmedElseTheControllerDecidesAgain) {
  options_.interval = absl::Seconds(1);
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  const uint64_t first = published_.front()->version();
  rhumb::v1::RollbackPlanRequest request;
  request.set_plan_version(first);
  request.mutable_confirm_within()->set_seconds(20);
  EXPECT_EQ(core_->north().View().earlier_plans.front().version, first);
  const auto answer = core_->north().RollbackPlan(request, "op");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_GT(answer->plan().plan_version(), first);
  EXPECT_EQ(core_->north().View().plan->version(), answer->plan().plan_version());
  EXPECT_EQ(core_->north().GetStatus().plan().guard().explanation(),
            absl::StrCat("op went back to plan ", first));
  EXPECT_TRUE(core_->north().View().rolled_back);
  Wait(absl::Seconds(10));
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_ROLLBACK);
  Wait(absl::Seconds(10));
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_REVERT);

  ASSERT_TRUE(core_->north().RollbackPlan(request, "op").ok());
  ASSERT_TRUE(core_->north().ConfirmRollback({}, "op").ok());
  Wait(absl::Minutes(1));
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_ROLLBACK);
  EXPECT_FALSE(core_->north().ConfirmRollback({}, "op").ok());
  request.set_plan_version(9999);
  EXPECT_EQ(core_->north().RollbackPlan(request, "op").status().code(),
            absl::StatusCode::kNotFound);
}

TEST_F(CoreOperatorTest, RollbackOutlivesARestart) {
  options_.policy = "ecmp";
  options_.interval = absl::Seconds(1);
  Restart({});
  Declare(Diamond());
  rhumb::v1::RollbackPlanRequest request;
  request.set_plan_version(published_.front()->version());
  request.mutable_confirm_within()->set_seconds(20);
  ASSERT_TRUE(core_->north().RollbackPlan(request, "op").ok());
  const StoredState waiting = StoredBy(core_->TakeChange());

  // Not confirmed before the restart, nor in time after it.
  Restart(waiting);
  EXPECT_TRUE(core_->north().GetStatus().has_rollback_confirm_before());
  Wait(absl::Seconds(10));
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_RESTART);
  Wait(absl::Seconds(10));
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_REVERT);
  EXPECT_FALSE(core_->TakeChange().settings->has_rollback_confirm_before());

  // Confirmed: held until an operator says otherwise.
  StoredState confirmed = waiting;
  confirmed.settings.clear_rollback_confirm_before();
  confirmed.settings.set_rollback_held(true);
  Restart(confirmed);
  Wait(absl::Minutes(1));
  EXPECT_TRUE(core_->north().GetStatus().rollback_held());
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_RESTART);
}

TEST_F(CoreOperatorTest, RestartKeepsEpochSettingsAndPlanAndVersionsGrow) {
  Declare(Diamond());
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-B");
  ASSERT_TRUE(core_->north().DrainLink(drain, "op").ok());
  Decide();
  const StoredState stored = StoredBy(core_->TakeChange());
  const uint64_t last_version = latest().version();
  const uint64_t last_topology = core_->north().GetStatus().topology_version();
  published_.clear();

  Restart(stored);
  EXPECT_EQ(core_->north().GetStatus().epoch(), 7);
  EXPECT_EQ(core_->north().GetStatus().drained_links_size(), 2);
  ASSERT_FALSE(published_.empty());
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_RESTART);
  EXPECT_GT(latest().version(), last_version);
  EXPECT_GT(core_->north().GetStatus().topology_version(), last_topology);
  EXPECT_FALSE(UsesDeadLinks(latest().topology, latest().plan));
}

}  // namespace
}  // namespace rhumb

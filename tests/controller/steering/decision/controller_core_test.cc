#include "controller/steering/decision/controller_core.h"

#include <gtest/gtest.h>

#include <map>

#include "absl/strings/str_cat.h"
#include "agents/registry/policy_registry.h"
#include "controller/client/held_plan.h"
#include "controller/steering/plan/request_error.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;
using ::rhumb::testing::RandomConnected;

// The core with a clock that the test moves and a worker that decides when the test says so.
class ControllerCoreTest : public ::testing::Test {
 protected:
  ControllerCoreTest() {
    options_.policy = "shortest-path";
    Restart({});
  }

  void Restart(const StoredState& stored) {
    ControllerCore::Outputs outputs;
    outputs.publish = [this](LivePlanPtr plan) { published_.push_back(plan); };
    outputs.start_decision = [this](DecisionInput input) { waiting_ = std::move(input); };
    outputs.election_changed = [] {};
    outputs.clocks.steady = [this] { return SteadyTime() + (now_ - kBegin); };
    outputs.clocks.wall = [this] { return now_ + wall_step_; };
    core_.emplace(options_, outputs, &metrics_);
    StoredState state = stored;
    if (state.epoch == 0) state.epoch = 1;
    core_->Restore(state);
  }
  void Decide() {
    while (waiting_) core_->FinishDecision(decider_.Decide(*std::exchange(waiting_, {})));
  }
  void Declare(const Topology& topology) {
    rhumb::v1::SetTopologyRequest request;
    *request.mutable_topology() = ToProto(topology);
    ASSERT_TRUE(core_->south().SetTopology(request, "test").ok());
    Decide();
  }
  absl::Status Fail(const std::string& link) {
    rhumb::v1::UpdateTopologyRequest request;
    auto* update = request.add_links();
    update->set_link(link);
    update->set_operational_state(rhumb::v1::OPERATIONAL_STATE_DOWN);
    return core_->south().UpdateTopology(request, "test").status();
  }
  // All of A>D's traffic, measured.
  rhumb::v1::TelemetryAnswer Measure(double rate_bps) {
    return core_->south().TakeTelemetry(ReportOf(rate_bps));
  }
  rhumb::v1::TelemetryReport ReportOf(double rate_bps) {
    rhumb::v1::TelemetryReport report;
    report.set_sequence(++sequence_);
    *report.mutable_interval_end() = ToTimestamp(now_);
    report.mutable_interval()->set_seconds(10);
    report.set_demands_complete(true);
    auto* demand = report.add_demands();
    demand->set_source("A");
    demand->set_destination("D");
    demand->set_rate_bps(rate_bps);
    return report;
  }
  void Wait(absl::Duration time) {
    now_ += time;
    core_->Tick();
    Decide();
  }
  const LivePlan& latest() { return *published_.back(); }

  CoreOptions options_;
  NoMetrics metrics_;
  const absl::Time kBegin = absl::FromUnixSeconds(1'700'000'000);
  absl::Time now_ = kBegin;
  absl::Duration wall_step_;
  uint64_t sequence_ = 0;
  Decider decider_{MakePolicy, {}, {}};
  std::vector<LivePlanPtr> published_;
  std::optional<DecisionInput> waiting_;
  std::optional<ControllerCore> core_;
};

TEST_F(ControllerCoreTest, FirstPlanIsShortestPathBeforeThePolicyAnswers) {
  rhumb::v1::SetTopologyRequest request;
  *request.mutable_topology() = ToProto(Diamond());
  ASSERT_TRUE(core_->south().SetTopology(request, "test").ok());
  ASSERT_EQ(published_.size(), 1);
  EXPECT_TRUE(core_->ready());
  EXPECT_TRUE(latest().plan.Validate(latest().topology).ok());
  EXPECT_TRUE(CheckRoutesAll(latest().topology, latest().plan).ok());
}

TEST_F(ControllerCoreTest, NoStepOfTheWallClockMakesTelemetryOldOrStopsTheInterval) {
  for (const absl::Duration step : {absl::Seconds(1), absl::Minutes(10), absl::Hours(24)}) {
    for (const int sign : {1, -1}) {
      Restart({});
      published_.clear();
      Declare(Diamond());
      ASSERT_GT(Measure(9e8).traffic_version(), 0);
      wall_step_ += sign * step;
      EXPECT_EQ(core_->north().GetStatus().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_FRESH);
      EXPECT_LT(absl::Seconds(core_->north().GetStatus().telemetry_age().seconds()),
                absl::Seconds(1));
      // The end of the interval comes when it would have come.
      now_ += options_.interval;
      core_->Tick();
      EXPECT_TRUE(waiting_.has_value()) << sign * step;
      Decide();
    }
  }
}

TEST_F(ControllerCoreTest, ARestoredPlanStaysUntilTelemetryComes) {
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

TEST_F(ControllerCoreTest, ANetworkThatGrowsKeepsItsTraffic) {
  Declare(Diamond());
  ASSERT_GT(Measure(9e8).traffic_version(), 0);
  Decide();
  const Topology before = Diamond();
  std::vector<Link> links(before.links().begin(), before.links().end());
  testing::AddCable(&links, 1, 2, testing::kGigabit);
  Declare(Topology::Create("grown", testing::NamedNodes(4), links).value());
  EXPECT_EQ(core_->north().GetStatus().total_demand_bps(), 9e8);
  EXPECT_GT(latest().header.guard().shortest_path_mlu(), 0);
}

TEST_F(ControllerCoreTest, ASettingsFileThatIsLostKeepsTheLastPlanUntilAnOperatorSpeaks) {
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

TEST_F(ControllerCoreTest, AStampFarInTheFutureSilencesNobody) {
  Declare(Diamond());
  const absl::Time right = now_;
  now_ = right + absl::Hours(24 * 36'500);
  rhumb::v1::TelemetryReport report = ReportOf(1e8);
  now_ = right;
  report.set_source("lying");
  ASSERT_FALSE(core_->south().TakeTelemetry(report).has_error());
  for (int i = 0; i < 3; ++i) {
    Wait(absl::Seconds(10));
    const uint64_t before = core_->north().GetStatus().traffic_version();
    report = ReportOf(9e8);
    report.set_source(i == 1 ? "lying" : "honest");
    const auto answer = core_->south().TakeTelemetry(report);
    EXPECT_FALSE(answer.has_error()) << answer.error().message();
    EXPECT_GT(answer.traffic_version(), before);
    EXPECT_EQ(core_->north().GetStatus().total_demand_bps(), 9e8);
  }
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

TEST_F(ControllerCoreTest, TelemetryStartsADecisionAndTheEstimateIsWhatWasMeasured) {
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  EXPECT_FALSE(Measure(0.8e9).has_error());
  Decide();
  EXPECT_NEAR(core_->north().GetStatus().total_demand_bps(), 0.8e9, 1);
  EXPECT_EQ(core_->north().GetStatus().decided_traffic_version(),
            core_->north().GetStatus().traffic_version());
  EXPECT_NEAR(core_->north().GetStatus().plan().guard().predicted_mlu(), 0.4, 1e-9);
  EXPECT_EQ(core_->north().GetStatus().plan_size().paths_per_demand(), 2);
  EXPECT_EQ(core_->north().GetStatus().plan_size().least_share(), 0.5);
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

TEST_F(ControllerCoreTest, StaleTelemetryFirstHoldsThePlanThenShortestPathTakesOver) {
  options_.policy = "ecmp";
  options_.interval = absl::Seconds(1);
  Restart({});
  Declare(Diamond());
  Measure(0.8e9);
  Decide();
  EXPECT_EQ(core_->north().GetStatus().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_FRESH);
  const size_t before = published_.size();
  Wait(options_.hold_after);
  EXPECT_EQ(core_->north().GetStatus().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_STALE);
  EXPECT_EQ(published_.size(), before);
  Wait(options_.fall_back_after - options_.hold_after);
  EXPECT_EQ(core_->north().GetStatus().telemetry(), rhumb::v1::TELEMETRY_FRESHNESS_LOST);
  ASSERT_GT(published_.size(), before);
  EXPECT_EQ(latest().header.reason(), rhumb::v1::PLAN_REASON_STALE);
  EXPECT_EQ(latest().header.guard().outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_SHORTEST_PATH);
  Measure(0.8e9);
  Decide();
  EXPECT_NEAR(latest().header.guard().predicted_mlu(), 0.4, 1e-9);
}

TEST_F(ControllerCoreTest, DrainMovesTrafficOffTheLinkAndUndrainBringsItBack) {
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

TEST_F(ControllerCoreTest, PinHoldsADemandAndIsSuspendedWhileItsLinkIsDown) {
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

TEST_F(ControllerCoreTest, RollbackHoldsUntilConfirmedElseTheControllerDecidesAgain) {
  options_.interval = absl::Seconds(1);
  options_.policy = "ecmp";
  Restart({});
  Declare(Diamond());
  const uint64_t first = published_.front()->version();
  rhumb::v1::RollbackPlanRequest request;
  request.set_plan_version(first);
  request.mutable_confirm_within()->set_seconds(20);
  const auto answer = core_->north().RollbackPlan(request, "op");
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_GT(answer->plan().plan_version(), first);
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

TEST_F(ControllerCoreTest, RollbackOutlivesARestart) {
  options_.policy = "ecmp";
  options_.interval = absl::Seconds(1);
  Restart({});
  Declare(Diamond());
  rhumb::v1::RollbackPlanRequest request;
  request.set_plan_version(published_.front()->version());
  request.mutable_confirm_within()->set_seconds(20);
  ASSERT_TRUE(core_->north().RollbackPlan(request, "op").ok());
  auto stored_by = [](const StoreChange& change) {
    StoredState stored;
    stored.epoch = 7;
    stored.reported = ToProto(*change.reported);
    stored.settings = *change.settings;
    stored.floor = *change.floor;
    for (const auto& plan : change.plans) stored.plans.push_back(ToProto(*plan));
    return stored;
  };
  const StoredState waiting = stored_by(core_->TakeChange());

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

TEST_F(ControllerCoreTest, RestartKeepsEpochSettingsAndPlanAndVersionsGrow) {
  Declare(Diamond());
  rhumb::v1::DrainLinkRequest drain;
  drain.set_link("A-B");
  ASSERT_TRUE(core_->north().DrainLink(drain, "op").ok());
  Decide();
  const StoreChange change = core_->TakeChange();
  StoredState stored;
  stored.epoch = 7;
  stored.reported = ToProto(*change.reported);
  stored.settings = *change.settings;
  stored.floor = *change.floor;
  for (const auto& plan : change.plans) stored.plans.push_back(ToProto(*plan));
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

TEST_F(ControllerCoreTest, SourceThatBeginsAnewWithAnEarlierClockIsANewInterval) {
  Declare(Diamond());
  Measure(1e8);
  Wait(absl::Seconds(10));
  Measure(1e8);
  rhumb::v1::TelemetryReport report;
  report.set_sequence(1);
  report.set_restarted(true);
  *report.mutable_interval_end() = ToTimestamp(now_ - absl::Hours(24));
  report.mutable_interval()->set_seconds(10);
  auto* demand = report.add_demands();
  demand->set_source("A");
  demand->set_destination("B");
  demand->set_rate_bps(2e8);
  EXPECT_FALSE(core_->south().TakeTelemetry(report).has_error());
  // What the source measured before is not mixed into it.
  EXPECT_NEAR(core_->north().GetStatus().total_demand_bps(), 2e8, 1);
}

TEST_F(ControllerCoreTest, NumbersBeyondAnyNetworkAreRefusedByField) {
  rhumb::v1::SetTopologyRequest request;
  *request.mutable_topology() = ToProto(Diamond());
  request.mutable_topology()->mutable_links(2)->set_capacity_bps(1e-300);
  const auto refused = core_->south().SetTopology(request, "test");
  EXPECT_TRUE(absl::IsInvalidArgument(refused.status()));
  EXPECT_EQ(FieldOf(refused.status()), "topology.links[2].capacity_bps");
  EXPECT_FALSE(core_->ready());
  Declare(Diamond());
  EXPECT_TRUE(Measure(1e300).has_error());
  rhumb::v1::UpdateTopologyRequest update;
  update.add_links()->set_link("A>B");
  update.mutable_links(0)->set_igp_metric(1e300);
  EXPECT_EQ(FieldOf(core_->south().UpdateTopology(update, "test").status()), "links[0].igp_metric");
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

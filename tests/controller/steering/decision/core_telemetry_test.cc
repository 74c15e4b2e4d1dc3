// What the core makes of telemetry: stamps, clocks, age, sources.
#include <gtest/gtest.h>

#include "controller/steering/plan/request_error.h"
#include "tests/controller/steering/decision/core_fixture.h"
#include "tests/networks.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

using CoreTelemetryTest = CoreFixture;

TEST_F(CoreTelemetryTest, NoStepOfTheWallClockMakesTelemetryOldOrStopsTheInterval) {
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

TEST_F(CoreTelemetryTest, ANetworkThatGrowsKeepsItsTraffic) {
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

TEST_F(CoreTelemetryTest, AStampFarInTheFutureSilencesNobody) {
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

TEST_F(CoreTelemetryTest, TelemetryStartsADecisionAndTheEstimateIsWhatWasMeasured) {
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

TEST_F(CoreTelemetryTest, StaleTelemetryFirstHoldsThePlanThenShortestPathTakesOver) {
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

TEST_F(CoreTelemetryTest, SourceThatBeginsAnewWithAnEarlierClockIsANewInterval) {
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

TEST_F(CoreTelemetryTest, NumbersBeyondAnyNetworkAreRefusedByField) {
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

}  // namespace
}  // namespace rhumb

#include "controller/live_network/telemetry_source.h"

#include <gtest/gtest.h>

#include "controller/steering/state/telemetry_intake.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

const absl::Time kBegin = absl::FromUnixSeconds(1'700'000'000);
constexpr absl::Duration kInterval = absl::Seconds(300);

Measurements Measured(const Topology& topology, double offered_bps, double loss) {
  Measurements measured;
  measured.links.resize(topology.num_links());
  measured.links[0].offered_bps = offered_bps;
  measured.links[0].carried_bps = offered_bps * (1 - loss);
  measured.links[0].loss_ratio = loss;
  return measured;
}

// The controller's own reading of the reports is the judge.
TEST(TelemetrySourceTest, CountersGiveTheRatesThatWereMeasured) {
  const Topology topology = Diamond();
  TelemetrySource source("s", TelemetryKind::kLinkCounters, topology);
  TelemetryIntake intake;
  ASSERT_TRUE(intake.Take(source.Begin(kBegin, kInterval), topology, SteadyTime()).ok());
  absl::Time end = kBegin;
  for (const double rate : {0.9e9, 0.1e9, 1.2e9}) {
    end += kInterval;
    const auto report =
        source.Report(Measured(topology, rate, 0.25), TrafficMatrix(4), end, kInterval);
    EXPECT_EQ(report.demands_size(), 0);
    EXPECT_FALSE(report.demands_complete());
    const auto interval = intake.Take(report, topology, SteadyTime());
    ASSERT_TRUE(interval.ok() && interval->has_value());
    ASSERT_EQ((*interval)->links.size(), topology.num_links());
    EXPECT_NEAR((*interval)->links[0].sent_bps, 0.75 * rate, 1);
    EXPECT_NEAR((*interval)->links[0].dropped_bps, 0.25 * rate, 1);
  }
  EXPECT_EQ(intake.CountsOf("s").accepted(), 4);
}

TEST(TelemetrySourceTest, FlowCountersGiveTheDemands) {
  const Topology topology = Diamond();
  TelemetrySource source("s", TelemetryKind::kFlowCounters, topology);
  TelemetryIntake intake;
  ASSERT_TRUE(intake.Take(source.Begin(kBegin, kInterval), topology, SteadyTime()).ok());
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 5e8);
  const auto interval =
      intake.Take(source.Report(Measured(topology, 0, 0), demands, kBegin + kInterval, kInterval),
                  topology, SteadyTime());
  ASSERT_TRUE(interval.ok() && interval->has_value());
  double total = 0;
  for (const MeasuredDemand& demand : (*interval)->demands) total += demand.rate_bps;
  EXPECT_NEAR(total, 5e8, 1);
}

TEST(TelemetrySourceTest, BeginsAnewAndItsClockNeverStandsStill) {
  const Topology topology = Diamond();
  TelemetrySource source("s", TelemetryKind::kAll, topology);
  TelemetryIntake intake;
  const Measurements none = Measured(topology, 0, 0);
  for (int run = 0; run < 2; ++run) {
    ASSERT_TRUE(intake.Take(source.Begin(kBegin, kInterval), topology, SteadyTime()).ok());
    for (int i = 0; i < 3; ++i) {
      // The same calendar time three times.
      const auto taken =
          intake.Take(source.Report(none, TrafficMatrix(4), kBegin + kInterval, kInterval),
                      topology, SteadyTime());
      ASSERT_TRUE(taken.ok()) << taken.status();
      EXPECT_TRUE(taken->has_value());
      EXPECT_TRUE((*taken)->demands_complete);
    }
  }
  EXPECT_EQ(intake.CountsOf("s").gaps(), 0);
}

TEST(TelemetrySourceTest, KindsAreKnownByName) {
  for (const char* name : {"all", "demands", "link-counters", "flow-counters"}) {
    EXPECT_TRUE(ParseTelemetryKind(name).ok()) << name;
  }
  EXPECT_NE(ParseTelemetryKind("netflow").status().message().find("link-counters"),
            std::string::npos);
}

}  // namespace
}  // namespace rhumb

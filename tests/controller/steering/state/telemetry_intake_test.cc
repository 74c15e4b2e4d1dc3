#include "controller/steering/state/telemetry_intake.h"

#include <gtest/gtest.h>

#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;

// A report over 10 s that ends at `end_s`; link A>B has sent `bytes` so far.
rhumb::v1::TelemetryReport Report(uint64_t sequence, int64_t end_s, uint64_t bytes, int bits = 64) {
  rhumb::v1::TelemetryReport report;
  report.set_source("edge");
  report.set_sequence(sequence);
  report.mutable_interval_end()->set_seconds(1'000'000 + end_s);
  report.mutable_interval()->set_seconds(10);
  auto* link = report.add_links();
  link->set_link("A>B");
  link->set_sent_bytes(bytes);
  link->set_counter_bits(bits);
  return report;
}

class TelemetryIntakeTest : public ::testing::Test {
 protected:
  // The rate of A>B, or -1 when the report gave none.
  double Rate(const rhumb::v1::TelemetryReport& report) {
    const auto interval = intake_.Take(report, topology_, now_);
    EXPECT_TRUE(interval.ok()) << interval.status();
    if (!interval.ok() || !*interval || (*interval)->links.empty()) return -1;
    return (*interval)->links[0].sent_bps;
  }
  rhumb::v1::TelemetryCounts Counts() { return intake_.CountsOf("edge"); }

  Topology topology_ = Diamond();
  SteadyTime now_;
  TelemetryIntake intake_;
};

TEST_F(TelemetryIntakeTest, RateIsTheGrowthOfTheCounterOverTheTimeBetweenReports) {
  EXPECT_EQ(Rate(Report(1, 0, 1'000)), -1);  // a first reading says nothing
  EXPECT_DOUBLE_EQ(Rate(Report(2, 10, 126'000)), 125'000 * 8 / 10.0);
}

TEST_F(TelemetryIntakeTest, WrapOfA32BitCounterKeepsTheRate) {
  Rate(Report(1, 0, 4'294'967'295u - 999, 32));
  EXPECT_DOUBLE_EQ(Rate(Report(2, 10, 4'000, 32)), 5'000 * 8 / 10.0);
  EXPECT_EQ(Counts().wraps(), 1);
}

TEST_F(TelemetryIntakeTest, ResetCounterGivesNoRateForItsIntervalAndThenWorksAgain) {
  Rate(Report(1, 0, 5'000'000'000));
  EXPECT_EQ(Rate(Report(2, 10, 1'000)), -1);
  EXPECT_EQ(Counts().resets(), 1);
  EXPECT_DOUBLE_EQ(Rate(Report(3, 20, 2'000)), 1'000 * 8 / 10.0);
}

TEST_F(TelemetryIntakeTest, RateFarAboveCapacityIsNotUsed) {
  Rate(Report(1, 0, 0));
  EXPECT_EQ(Rate(Report(2, 10, 3'000'000'000)), -1);  // 2.4 Gbit/s on a link of 1 Gbit/s
  EXPECT_EQ(Counts().implausible(), 1);
}

TEST_F(TelemetryIntakeTest, RepeatedAndLateReportsAreCountedAndIgnored) {
  Rate(Report(1, 0, 0));
  Rate(Report(3, 20, 2'000));
  EXPECT_EQ(Rate(Report(3, 20, 9'000)), -1);
  EXPECT_EQ(Rate(Report(2, 10, 1'000)), -1);
  EXPECT_EQ(Counts().gaps(), 1);
  EXPECT_EQ(Counts().duplicates(), 1);
  EXPECT_EQ(Counts().late(), 1);
  EXPECT_DOUBLE_EQ(Rate(Report(4, 30, 3'000)), 1'000 * 8 / 10.0);
}

TEST_F(TelemetryIntakeTest, RestartedSourceBeginsANewSequence) {
  Rate(Report(7, 0, 9'000));
  auto report = Report(1, 10, 100);
  report.set_restarted(true);
  EXPECT_EQ(Rate(report), -1);
  EXPECT_DOUBLE_EQ(Rate(Report(2, 20, 1'100)), 1'000 * 8 / 10.0);
}

TEST_F(TelemetryIntakeTest, UnknownNamesAreCountedAndTheRestIsUsed) {
  auto report = Report(1, 0, 0);
  report.add_links()->set_link("A>Z");
  auto* demand = report.add_demands();
  demand->set_source("A");
  demand->set_destination("D");
  demand->set_rate_bps(5e6);
  report.add_demands()->set_source("nobody");
  const auto interval = intake_.Take(report, topology_, now_);
  ASSERT_TRUE(interval.ok() && *interval);
  ASSERT_EQ((*interval)->demands.size(), 1);
  EXPECT_EQ((*interval)->demands[0].rate_bps, 5e6);
  EXPECT_EQ(Counts().unknown_names(), 2);
}

TEST_F(TelemetryIntakeTest, MalformedReportsAreRefusedAndChangeNothing) {
  Rate(Report(1, 0, 0));
  auto no_length = Report(2, 10, 1'000);
  no_length.clear_interval();
  auto bad_bits = Report(2, 10, 1'000, 16);
  auto bad_rate = Report(2, 10, 1'000);
  bad_rate.add_demands()->set_rate_bps(-1);
  for (const auto& report : {no_length, bad_bits, bad_rate}) {
    EXPECT_EQ(intake_.Take(report, topology_, now_).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(Counts().refused(), 3);
  EXPECT_DOUBLE_EQ(Rate(Report(2, 10, 1'000)), 800);
}

TEST_F(TelemetryIntakeTest, NoStepOfTheSourcesClockLosesAReportOrBendsARate) {
  for (const int64_t step_s : {1, -1, 3'600, -3'600, 86'400, -86'400, 2'000'000'000}) {
    TelemetryIntake intake;
    int64_t set_by_s = 0;
    for (int i = 1; i <= 6; ++i) {
      now_ += absl::Seconds(10);
      if (i == 3) set_by_s = step_s;
      const auto interval = intake.Take(Report(i, 10 * i + set_by_s, 125'000 * i), topology_, now_);
      ASSERT_TRUE(interval.ok() && *interval) << step_s << " " << i << " " << interval.status();
      if (i == 1) continue;
      ASSERT_EQ((*interval)->links.size(), 1);
      // A step of a second cannot be told from a report that came late.
      EXPECT_NEAR((*interval)->links[0].sent_bps, 1e5, std::abs(step_s) == 1 ? 1.2e4 : 1)
          << step_s << " " << i;
    }
    EXPECT_EQ(intake.CountsOf("edge").refused(), 0);
  }
}

TEST_F(TelemetryIntakeTest, APauseOfTheSourceIsPartOfItsRate) {
  Rate(Report(1, 0, 0));
  now_ += absl::Seconds(60);
  EXPECT_DOUBLE_EQ(Rate(Report(2, 60, 60'000)), 8'000);
}

TEST_F(TelemetryIntakeTest, SourcesAreBounded) {
  TelemetryIntake one(1);
  ASSERT_TRUE(one.Take(Report(1, 0, 0), topology_, now_).ok());
  auto other = Report(1, 0, 0);
  other.set_source("another");
  EXPECT_EQ(one.Take(other, topology_, now_).status().code(), absl::StatusCode::kResourceExhausted);
  // One that was silent for long makes room; its counts stay in the total.
  now_ += TelemetryIntake::kForgetAfter;
  EXPECT_TRUE(one.Take(other, topology_, now_).ok());
  EXPECT_EQ(one.CountsOf("edge").accepted(), 0);
  EXPECT_EQ(one.TotalCounts().accepted(), 2);
}

}  // namespace
}  // namespace rhumb

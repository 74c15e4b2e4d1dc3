#include "controller/steering/state/telemetry_watch.h"

#include <gtest/gtest.h>

#include "tests/networks.h"

namespace rhumb {
namespace {

using namespace rhumb::v1;  // TELEMETRY_FRESHNESS_...

class TelemetryWatchTest : public ::testing::Test {
 protected:
  void Measure() {
    MeasuredInterval interval;
    interval.end = absl::FromUnixSeconds(1'700'000'000);
    interval.length = absl::Seconds(10);
    interval.demands_complete = true;
    traffic_.Add(interval, testing::Diamond(), nullptr, now_);
  }
  TelemetryFreshness After(absl::Duration age) { return watch_.Of(traffic_, now_ + age); }

  SteadyTime now_;
  StoreChange change_;
  VersionPromises versions_{&change_};
  TrafficState traffic_{versions_.traffic()};
  TelemetryWatch watch_{absl::Seconds(60), absl::Minutes(5)};
};

TEST_F(TelemetryWatchTest, AgesFromFreshOverStaleToLostAtTheLimitsThemselves) {
  EXPECT_EQ(After(absl::Hours(1)), TELEMETRY_FRESHNESS_NONE);
  Measure();
  EXPECT_EQ(After(absl::Seconds(59)), TELEMETRY_FRESHNESS_FRESH);
  EXPECT_EQ(After(absl::Seconds(60)), TELEMETRY_FRESHNESS_STALE);
  EXPECT_EQ(After(absl::Seconds(299)), TELEMETRY_FRESHNESS_STALE);
  EXPECT_EQ(After(absl::Seconds(300)), TELEMETRY_FRESHNESS_LOST);
}

TEST_F(TelemetryWatchTest, ChangeIsToldOnce) {
  EXPECT_FALSE(watch_.Change(traffic_, now_).has_value());
  Measure();
  EXPECT_EQ(watch_.Change(traffic_, now_), TELEMETRY_FRESHNESS_FRESH);
  EXPECT_FALSE(watch_.Change(traffic_, now_ + absl::Seconds(1)).has_value());
  EXPECT_EQ(watch_.Change(traffic_, now_ + absl::Minutes(6)), TELEMETRY_FRESHNESS_LOST);
  EXPECT_FALSE(watch_.Change(traffic_, now_ + absl::Minutes(7)).has_value());
}

}  // namespace
}  // namespace rhumb

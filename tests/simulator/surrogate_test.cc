// The correction of the fluid simulator: what it changes, what it refuses, and its file.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/surrogate/corrected_simulator.h"
#include "simulator/surrogate/correction.h"
#include "simulator/surrogate/features.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using surrogate::Correction;

// Makes every completion time a tenth longer, within a range of a fifth; features of mean 0 and
// deviation 1 count as near.
Correction TenthLonger() {
  Correction correction;
  correction.about = "made by hand";
  const auto scaling = [](size_t n) {
    return surrogate::Scaling{std::vector<double>(n, 0), std::vector<double>(n, 1)};
  };
  correction.network = scaling(surrogate::kNetworkFeatures);
  correction.demand = scaling(surrogate::kDemandFeatures);
  correction.whitening.assign(surrogate::kNetworkFeatures * surrogate::kNetworkFeatures, 0);
  for (int i = 0; i < surrogate::kNetworkFeatures; ++i) {
    correction.whitening[i * surrogate::kNetworkFeatures + i] = 1;
  }
  correction.farthest = 1000;
  for (surrogate::QuantityModel& model : correction.quantities) {
    model.shift.assign(surrogate::kNetworkFeatures + 1, 0);
    model.log_size.assign(surrogate::kNetworkFeatures + 1, 0);
    model.quantile = std::log(1.2);
    model.far_half = std::log(2);
  }
  for (surrogate::QuantityModel& model : correction.demand_quantities) {
    model.shift.assign(surrogate::kDemandFeatures + 1, 0);
    model.log_size.assign(surrogate::kDemandFeatures + 1, 0);
    model.quantile = 0.1;
    model.far_half = 0.2;
  }
  correction.quantities[kPredictedFct].shift.back() = std::log(1.1);
  correction.quantities[kPredictedFct].most_shift = 1;
  return correction;
}

Interval SomeTraffic() {
  Interval interval;
  interval.demands = TrafficMatrix(4);
  interval.demands.set_rate_bps(0, 3, 400e6);
  interval.duration = absl::Seconds(3);
  interval.drain = absl::Seconds(5);
  return interval;
}

Measurements Play(NetworkSimulator* simulator, const Interval& interval,
                  TrafficModel::FlowSizes sizes = TrafficModel::FlowSizes::kMiceElephants) {
  const Topology topology = testing::Diamond();
  EXPECT_TRUE(simulator->Reset({topology, {sizes, 1}, 1, 1}).ok());
  return simulator->Play(testing::DiamondPlan(0.5), interval).value();
}

TEST(CorrectedSimulatorTest, ShiftsWhatWasMeasuredAndSaysInWhichRangeNs3Is) {
  const Correction correction = TenthLonger();
  auto raw = MakeFluidSimulator({}).value();
  auto corrected = MakeCorrectedFluidSimulator({}, correction).value();

  const Measurements before = Play(raw.get(), SomeTraffic());
  const Measurements after = Play(corrected.get(), SomeTraffic());

  ASSERT_TRUE(after.prediction.has_value());
  EXPECT_FALSE(after.prediction->far);
  EXPECT_NEAR(after.flows->mean_s, 1.1 * before.flows->mean_s, 1e-9);
  EXPECT_NEAR(after.prediction->ranges[kPredictedFct].low, after.flows->mean_s / 1.2, 1e-9);
  EXPECT_NEAR(after.prediction->ranges[kPredictedFct].high, after.flows->mean_s * 1.2, 1e-9);
  EXPECT_EQ(after.goodput_bps, before.goodput_bps);
  EXPECT_EQ(after.prediction->demand_delay_s.size(), after.demands.size());
}

TEST(CorrectedSimulatorTest, LeavesWhatIsFarAsItIsWithAWiderRange) {
  Correction correction = TenthLonger();
  correction.farthest = 0.01;
  auto raw = MakeFluidSimulator({}).value();
  auto corrected = MakeCorrectedFluidSimulator({}, correction).value();

  const Measurements before = Play(raw.get(), SomeTraffic());
  const Measurements after = Play(corrected.get(), SomeTraffic());

  EXPECT_TRUE(after.prediction->far);
  EXPECT_GT(after.prediction->distance, 1);
  EXPECT_EQ(after.flows->mean_s, before.flows->mean_s);
  EXPECT_GT(after.prediction->ranges[kPredictedFct].high, 2 * after.flows->mean_s);
}

TEST(CorrectedSimulatorTest, TakesAnIntervalInWhichALinkFailsForFar) {
  const Correction correction = TenthLonger();
  auto corrected = MakeCorrectedFluidSimulator({}, correction).value();
  Interval interval = SomeTraffic();
  LinkChange down;
  down.link = 2;
  down.operational_state = OperationalState::kDown;
  interval.changes = {{absl::Seconds(1), TopologyDelta{down}}};

  EXPECT_TRUE(Play(corrected.get(), interval).prediction->far);
}

TEST(CorrectedSimulatorTest, LeavesStreamsWithoutFlowsAlone) {
  const Correction correction = TenthLonger();
  auto corrected = MakeCorrectedFluidSimulator({}, correction).value();

  EXPECT_FALSE(
      Play(corrected.get(), SomeTraffic(), TrafficModel::FlowSizes::kConstantBitRate).prediction);
}

TEST(CorrectionFileTest, ReadsBackWhatItWrote) {
  const std::string text = surrogate::ToText(TenthLonger());

  const auto parsed = surrogate::ParseCorrection(text, "a file");

  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(surrogate::ToText(*parsed), text);
  EXPECT_EQ(parsed->about, "made by hand");
}

TEST(CorrectionFileTest, RefusesWhatIsTornAlteredOrOfAnotherKind) {
  const std::string text = surrogate::ToText(TenthLonger());
  const auto code = [](const std::string& bad) {
    const auto parsed = surrogate::ParseCorrection(bad, "a file");
    EXPECT_TRUE(absl::StrContains(parsed.status().message(), "a file"));
    return parsed.status().code();
  };

  EXPECT_EQ(code(""), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code("RHUMBCKP"), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code(absl::StrReplaceAll(text, {{"surrogate 1", "surrogate 2"}})),
            absl::StatusCode::kInvalidArgument);
  for (size_t size = 17; size < text.size(); size += 97) {
    EXPECT_EQ(code(text.substr(0, size)), absl::StatusCode::kDataLoss) << size;
  }
  std::string altered = text;
  altered[text.find("farthest") + 9] = '7';
  EXPECT_EQ(code(altered), absl::StatusCode::kDataLoss);
}

TEST(CorrectionFileTest, ShippedOneIsWholeAndSmall) {
  const Correction& correction = surrogate::ShippedCorrection();

  EXPECT_FALSE(correction.about.empty());
  EXPECT_LT(surrogate::ToText(correction).size(), 64u * 1024);
  EXPECT_GT(correction.quantities[kPredictedFct].quantile, 0);
}

}  // namespace
}  // namespace rhumb

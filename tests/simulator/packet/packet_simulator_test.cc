#include "simulator/packet/packet_simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using testing::Diamond;
using testing::DiamondPlan;
using ::testing::HasSubstr;

std::unique_ptr<NetworkSimulator> Make(PacketSimulatorOptions options = {}) {
  return MakePacketSimulator(options).value();
}

TrafficMatrix OneDemand(double rate_bps) {
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, rate_bps);
  return demands;
}

TEST(PacketSimulatorTest, CarriesTcpFlowsOverADiamond) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  Episode episode{Diamond(), {}, 1, 0.5};
  ASSERT_TRUE(simulator->Reset(episode).ok());
  Interval interval;
  interval.demands = OneDemand(600e6);
  interval.duration = absl::Seconds(3);
  interval.drain = absl::Seconds(5);

  const absl::StatusOr<Measurements> measured = simulator->Play(DiamondPlan(0.5), interval);

  ASSERT_TRUE(measured.ok()) << measured.status();
  ASSERT_TRUE(measured->flows.has_value());
  EXPECT_GT(measured->flows->started, 100u);
  EXPECT_EQ(measured->flows->completed, measured->flows->started);
  EXPECT_NEAR(measured->goodput_bps, measured->offered_bps, 0.2 * measured->offered_bps);
  EXPECT_GT(measured->links[0].carried_bps, 50e6);
  EXPECT_GT(measured->links[4].carried_bps, 50e6);
}

}  // namespace
}  // namespace rhumb

// The fluid simulator meets the flows that the packet simulator meets.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

class SameFlowsTest : public ::testing::TestWithParam<TrafficModel::FlowSizes> {};

TEST_P(SameFlowsTest, EveryDemandOffersTheSameBytesInBothSimulators) {
  const Topology topology = testing::RandomConnected(5, 6);
  const RoutingPlan plan = testing::ShortestPathPlan(topology, LinkMetric::kIgp);
  const Episode episode{topology, {GetParam(), 0.5}, 7, 0.02};
  Interval interval;
  interval.demands = testing::RandomTraffic(5, 6);
  interval.warm_up = absl::Seconds(1);
  interval.duration = absl::Seconds(3);
  TrafficMatrix later = interval.demands.Scaled(1.5);
  interval.changes = {{absl::Seconds(1), later}};
  auto packets = MakePacketSimulator({}).value();
  auto fluid = MakeFluidSimulator({}).value();
  ASSERT_TRUE(packets->Reset(episode).ok());
  ASSERT_TRUE(fluid->Reset(episode).ok());

  for (int i = 0; i < 2; ++i) {  // the second one goes on
    const Measurements expected = packets->Play(plan, interval).value();
    const Measurements measured = fluid->Play(plan, interval).value();

    ASSERT_EQ(measured.demands.size(), expected.demands.size());
    for (size_t d = 0; d < expected.demands.size(); ++d) {
      EXPECT_NEAR(measured.demands[d].offered_bps, expected.demands[d].offered_bps,
                  1e-9 * expected.demands[d].offered_bps);
    }
    ASSERT_EQ(measured.flows.has_value(), expected.flows.has_value());
    if (expected.flows) {
      EXPECT_EQ(measured.flows->started, expected.flows->started);
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<TrafficModel::FlowSizes>& info) {
  constexpr const char* kNames[] = {"MiceElephants",   "WebSearch",      "BoundedPareto",
                                    "ConstantBitRate", "PoissonPackets", "LongTail"};
  return kNames[static_cast<int>(info.param)];
}

INSTANTIATE_TEST_SUITE_P(All, SameFlowsTest,
                         ::testing::Values(TrafficModel::FlowSizes::kMiceElephants,
                                           TrafficModel::FlowSizes::kWebSearch,
                                           TrafficModel::FlowSizes::kBoundedPareto,
                                           TrafficModel::FlowSizes::kLongTail,
                                           TrafficModel::FlowSizes::kConstantBitRate,
                                           TrafficModel::FlowSizes::kPoissonPackets),
                         NameOf);

}  // namespace
}  // namespace rhumb

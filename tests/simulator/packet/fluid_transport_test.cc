// The fluid simulator's TCP, every segment alone, beside that of ns-3 over one cable.
#include <gtest/gtest.h>

#include <memory>

#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

constexpr double kMegabit = 1e6;

struct Both {
  Measurements packets, fluid;
};

// Flows from one end of a cable of 100 Mbit/s and 10 ms to the other.
Both PlayBoth(double rate_bps, double tcp_share, int segment_bytes, uint64_t seed,
              absl::Duration duration, absl::Duration buffer) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 100 * kMegabit, absl::Milliseconds(10));
  const Topology topology =
      Topology::Create("cable", testing::NamedNodes(2), std::move(links)).value();
  const RoutingPlan plan = testing::ShortestPathPlan(topology, LinkMetric::kHops);
  const Episode episode{topology, {TrafficModel::FlowSizes::kMiceElephants, tcp_share}, seed, 1};
  Interval interval;
  interval.demands = TrafficMatrix(2);
  interval.demands.set_rate_bps(0, 1, rate_bps);
  interval.duration = duration;
  interval.drain = absl::Seconds(20);
  PacketSimulatorOptions packet_options;
  packet_options.segment_bytes = segment_bytes;
  FluidSimulatorOptions fluid_options;
  fluid_options.segment_bytes = segment_bytes;
  packet_options.buffer = fluid_options.buffer = buffer;
  fluid_options.train_bytes = 1;
  auto packets = MakePacketSimulator(packet_options).value();
  auto fluid = MakeFluidSimulator(fluid_options).value();
  EXPECT_TRUE(packets->Reset(episode).ok());
  EXPECT_TRUE(fluid->Reset(episode).ok());
  return {packets->Play(plan, interval).value(), fluid->Play(plan, interval).value()};
}

class FluidTransportTest : public ::testing::TestWithParam<int> {};

TEST_P(FluidTransportTest, LoneTransfersTakeAsLongAsInNs3) {
  const Both both = PlayBoth(2 * kMegabit, 1, GetParam(), 1, absl::Seconds(100), absl::Seconds(2));

  ASSERT_EQ(both.fluid.flows->started, both.packets.flows->started);
  ASSERT_EQ(both.packets.loss_ratio, 0);
  EXPECT_NEAR(both.fluid.flows->mice_mean_s / both.packets.flows->mice_mean_s, 1, 0.005);
  EXPECT_NEAR(both.fluid.flows->elephants_mean_s / both.packets.flows->elephants_mean_s, 1, 0.01);
  // The sender's buffer is a whole number of segments here.
  EXPECT_NEAR(both.fluid.mean_delay_s / both.packets.mean_delay_s, 1, 0.01);
}

TEST_P(FluidTransportTest, TransfersThatLoseSegmentsRecoverAsInNs3) {
  // Means of eight runs: which segment is lost is chance.
  double fluid_s = 0, packets_s = 0, fluid_loss = 0, packets_loss = 0, fluid_bps = 0;
  double packets_bps = 0;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    const Both both =
        PlayBoth(95 * kMegabit, 0.7, GetParam(), seed, absl::Seconds(5), absl::ZeroDuration());
    fluid_s += both.fluid.flows->mean_s / 8;
    packets_s += both.packets.flows->mean_s / 8;
    fluid_loss += both.fluid.loss_ratio / 8;
    packets_loss += both.packets.loss_ratio / 8;
    fluid_bps += both.fluid.goodput_bps / 8;
    packets_bps += both.packets.goodput_bps / 8;
  }

  ASSERT_GT(packets_loss, 0.002);
  EXPECT_NEAR(fluid_s / packets_s, 1, 0.05);
  EXPECT_NEAR(fluid_loss, packets_loss, 0.2 * packets_loss);
  EXPECT_NEAR(fluid_bps / packets_bps, 1, 0.01);
}

INSTANTIATE_TEST_SUITE_P(SegmentBytes, FluidTransportTest, ::testing::Values(8948, 1448),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace rhumb

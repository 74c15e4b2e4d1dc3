// The fluid simulator against hand-worked cases.
#include "simulator/fluid/fluid_simulator.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using testing::Line;
using testing::ShortestPathPlan;

constexpr double kMegabit = 1e6;

Topology Cable(double capacity_bps, absl::Duration delay) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, capacity_bps, delay);
  return Topology::Create("cable", testing::NamedNodes(2), std::move(links)).value();
}

Interval FromAToB(int nodes, double rate_bps, absl::Duration duration = absl::Seconds(10)) {
  Interval interval;
  interval.demands = TrafficMatrix(nodes);
  interval.demands.set_rate_bps(0, nodes - 1, rate_bps);
  interval.duration = duration;
  return interval;
}

Measurements Play(const Topology& topology, TrafficModel traffic, const Interval& interval,
                  FluidSimulatorOptions options = {}, uint64_t seed = 1) {
  auto simulator = MakeFluidSimulator(options).value();
  EXPECT_TRUE(simulator->Reset({topology, traffic, seed, 1}).ok());
  return simulator->Play(ShortestPathPlan(topology, LinkMetric::kHops), interval).value();
}

const TrafficModel kStream{TrafficModel::FlowSizes::kConstantBitRate, 0};
const TrafficModel kTcp{TrafficModel::FlowSizes::kMiceElephants, 1};

TEST(FluidSimulatorTest, ConstantStreamOnAnIdleLinkTakesPropagationAndTransmission) {
  const Measurements measured =
      Play(Cable(100 * kMegabit, absl::Milliseconds(10)), kStream, FromAToB(2, 30 * kMegabit));

  EXPECT_NEAR(measured.mean_delay_s, 0.010 + 1500 * 8 / 100e6, 1e-9);
  EXPECT_EQ(measured.loss_ratio, 0);
  EXPECT_NEAR(measured.links[0].utilization, 0.3, 1e-3);
  EXPECT_NEAR(measured.links[0].queueing_delay_s, 0, 1e-9);
}

TEST(FluidSimulatorTest, OverloadedLinkLosesWhatItCannotCarryAndItsQueueIsFull) {
  FluidSimulatorOptions options;
  options.buffer = absl::Milliseconds(50);
  Interval interval = FromAToB(2, 150 * kMegabit);
  interval.warm_up = absl::Seconds(2);
  const Measurements measured =
      Play(Cable(100 * kMegabit, absl::Milliseconds(10)), kStream, interval, options);

  EXPECT_NEAR(measured.loss_ratio, 1 - 100.0 / 150, 1e-3);
  EXPECT_NEAR(measured.links[0].queueing_delay_s, 0.050, 0.001);
  EXPECT_NEAR(measured.links[0].utilization, 1, 1e-6);
  EXPECT_NEAR(measured.goodput_bps, 100e6, 1e5);
}

TEST(FluidSimulatorTest, PoissonPacketsWaitAsInAnMm1Queue) {
  Interval interval = FromAToB(2, 60 * kMegabit, absl::Seconds(100));
  interval.warm_up = absl::Seconds(1);
  FluidSimulatorOptions options;
  options.buffer = absl::Seconds(1);
  const Measurements measured =
      Play(Cable(100 * kMegabit, absl::Milliseconds(1)),
           {TrafficModel::FlowSizes::kPoissonPackets, 0}, interval, options);

  const double transmission_s = 1500 * 8 / 100e6;
  EXPECT_NEAR(measured.links[0].queueing_delay_s, 0.6 / 0.4 * transmission_s,
              0.05 * transmission_s);
}

TEST(FluidSimulatorTest, LoneTransferTakesHandshakeSlowStartAndTransmission) {
  // One flow in a while, over 1 Gbit/s and 10 ms: a mouse of at most 65,535 bytes, the window
  // that a receiver can offer in its SYN, takes one round trip for the handshake, half of one for
  // the data and some 0.4 ms to transmit, 30.4 ms; 38 % are larger and take another round trip,
  // 38.1 ms on average.
  FluidSimulatorOptions options;
  options.segment_bytes = 8948;
  Interval interval = FromAToB(2, 5 * kMegabit, absl::Seconds(300));
  interval.drain = absl::Seconds(5);
  const Measurements measured =
      Play(Cable(1000 * kMegabit, absl::Milliseconds(10)), kTcp, interval, options);

  ASSERT_TRUE(measured.flows.has_value());
  EXPECT_EQ(measured.flows->completed, measured.flows->started);
  EXPECT_NEAR(measured.flows->mice_mean_s, 0.0381, 0.0015);
  // Elephants of up to 560 segments: 10, 20, 40 ... a round trip, some six of them.
  EXPECT_GT(measured.flows->elephants_mean_s, 0.060);
  EXPECT_LT(measured.flows->elephants_mean_s, 0.160);
  EXPECT_EQ(measured.loss_ratio, 0);
}

TEST(FluidSimulatorTest, DemandsThatShareABottleneckGetSimilarShares) {
  // B and C send to D over one link that carries half of what they want.
  std::vector<Link> links;
  testing::AddCable(&links, 0, 2, 1000 * kMegabit, absl::Milliseconds(5));
  testing::AddCable(&links, 1, 2, 1000 * kMegabit, absl::Milliseconds(5));
  testing::AddCable(&links, 2, 3, 100 * kMegabit, absl::Milliseconds(5));
  const Topology topology = Topology::Create("y", testing::NamedNodes(4), std::move(links)).value();
  Interval interval;
  interval.demands = TrafficMatrix(4);
  interval.demands.set_rate_bps(0, 3, 100 * kMegabit);
  interval.demands.set_rate_bps(1, 3, 100 * kMegabit);
  interval.duration = absl::Seconds(30);
  interval.warm_up = absl::Seconds(3);

  double first_bps = 0, second_bps = 0;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    const Measurements measured = Play(topology, kTcp, interval, {}, seed);
    const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kHops);
    first_bps += measured.demands[*plan.paths().Find(0, 3)].delivered_bps / 4;
    second_bps += measured.demands[*plan.paths().Find(1, 3)].delivered_bps / 4;
  }

  EXPECT_NEAR(first_bps + second_bps, 95e6, 6e6);  // headers and repeats take the rest
  EXPECT_NEAR(first_bps / second_bps, 1, 0.25);
}

TEST(FluidSimulatorTest, LinkThatFailsInsideAnIntervalCarriesNothingAfterwards) {
  const Topology topology = Line(3);
  Interval interval = FromAToB(3, 100 * kMegabit);
  LinkChange down;
  down.link = 2;  // B>C
  down.operational_state = OperationalState::kDown;
  interval.changes = {{absl::Seconds(4), TopologyDelta{down}}};

  const Measurements measured = Play(topology, kStream, interval);

  EXPECT_NEAR(measured.links[2].carried_bps, 40e6, 1e5);
  EXPECT_NEAR(measured.demands[1].delivered_bps, 40e6, 1e5);
  EXPECT_NEAR(measured.unrouted_bps, 60e6, 1e5);
  EXPECT_NEAR(measured.loss_ratio, 0.6, 1e-3);
}

TEST(FluidSimulatorTest, DemandThatChangesInsideAnIntervalIsPlayedAsItIs) {
  Interval interval = FromAToB(2, 10 * kMegabit);
  TrafficMatrix more(2);
  more.set_rate_bps(0, 1, 50 * kMegabit);
  interval.changes = {{absl::Seconds(5), more}};

  const Measurements measured =
      Play(Cable(100 * kMegabit, absl::Milliseconds(1)), kStream, interval);

  EXPECT_NEAR(measured.offered_bps, 30e6, 1e4);
}

TEST(FluidSimulatorTest, BytesAreDeliveredOnceAndAllOfThem) {
  // Heavy loss, then time to drain: every flow that is complete has delivered its bytes, no more.
  Interval interval = FromAToB(2, 130 * kMegabit, absl::Seconds(5));
  interval.drain = absl::Seconds(60);
  const Topology topology = Cable(100 * kMegabit, absl::Milliseconds(10));
  auto simulator = MakeFluidSimulator({}).value();
  ASSERT_TRUE(simulator->Reset({topology, kTcp, 3, 1}).ok());
  const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kHops);
  const Measurements loaded = simulator->Play(plan, interval).value();

  EXPECT_GT(loaded.loss_ratio, 0.001);
  EXPECT_EQ(loaded.flows->completed, loaded.flows->started);
  EXPECT_LE(loaded.links[0].carried_bps, 100e6 * (1 + 1e-9));
  EXPECT_LT(loaded.goodput_bps, loaded.links[0].carried_bps);
  EXPECT_LE(loaded.goodput_bps, loaded.offered_bps);
}

TEST(FluidSimulatorTest, ContinuousIntervalsGoOnWithTheFlowsOfTheLast) {
  const Topology topology = Cable(100 * kMegabit, absl::Milliseconds(10));
  auto simulator = MakeFluidSimulator({}).value();
  ASSERT_TRUE(simulator->Reset({topology, kTcp, 1, 1}).ok());
  const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kHops);
  ASSERT_TRUE(simulator->Play(plan, FromAToB(2, 120 * kMegabit, absl::Seconds(3))).ok());

  const Measurements after = simulator->Play(plan, FromAToB(2, 0, absl::Seconds(3))).value();

  EXPECT_EQ(after.offered_bps, 0);
  EXPECT_GT(after.goodput_bps, 1e6);  // of flows that had not finished
}

TEST(FluidSimulatorTest, RefusesOptionsWithoutMeaning) {
  FluidSimulatorOptions options;
  options.segment_bytes = 10;
  EXPECT_FALSE(MakeFluidSimulator(options).ok());
  options = {};
  options.udp_flow_rate_bps = 0;
  EXPECT_FALSE(MakeFluidSimulator(options).ok());
  options = {};
  options.train_bytes = 0;
  EXPECT_FALSE(MakeFluidSimulator(options).ok());
  options = {};
  options.socket_buffer_bytes = 1000;
  EXPECT_FALSE(MakeFluidSimulator(options).ok());
}

}  // namespace
}  // namespace rhumb

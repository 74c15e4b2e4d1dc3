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
using testing::Line;
using testing::ShortestPathPlan;

const TrafficModel kStreams{TrafficModel::FlowSizes::kConstantBitRate, 0};
const TrafficModel kTcp{TrafficModel::FlowSizes::kMiceElephants, 1};

std::unique_ptr<NetworkSimulator> Make(DataPlane plane = DataPlane::kIp) {
  PacketSimulatorOptions options;
  options.data_plane = plane;
  return MakePacketSimulator(options).value();
}

Interval OneDemand(double rate_bps, absl::Duration duration = absl::Seconds(5)) {
  Interval interval;
  interval.demands = TrafficMatrix(4);
  interval.demands.set_rate_bps(0, 3, rate_bps);
  interval.duration = duration;
  interval.drain = absl::Seconds(20);
  return interval;
}

LinkChange Down(LinkId link) {
  LinkChange change;
  change.link = link;
  change.operational_state = OperationalState::kDown;
  return change;
}

TEST(PacketSimulatorTest, CarriesTcpFlowsOverADiamond) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 1, 0.1}).ok());

  const Measurements measured =
      simulator->Play(DiamondPlan(0.5), OneDemand(300e6, absl::Seconds(20))).value();

  ASSERT_TRUE(measured.flows.has_value());
  // Poisson arrivals: 30 Mbit/s over a mean of 0.8 * 55 kB + 0.2 * 3 MB make 116 flows, give or
  // take.
  EXPECT_NEAR(static_cast<double>(measured.flows->started), 116, 4 * 11);
  EXPECT_EQ(measured.flows->completed, measured.flows->started);
  EXPECT_EQ(measured.flows->failed, 0u);
  EXPECT_GE(measured.flows->mean_slowdown, 1);
  EXPECT_GE(measured.flows->elephants_mean_s, measured.flows->mice_mean_s);
  EXPECT_NEAR(measured.goodput_bps, measured.offered_bps, 0.1 * measured.offered_bps);
  EXPECT_GT(measured.links[0].carried_bps, 50e6);
  EXPECT_GT(measured.links[4].carried_bps, 50e6);
}

TEST(PacketSimulatorTest, ThousandsOfShortFlowsAllEndThroughLosses) {
  // Long enough for ports and what belongs to a connection to be used again, and overloaded.
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), {TrafficModel::FlowSizes::kLongTail, 1}, 1, 0.1}).ok());
  const Measurements measured = simulator->Play(DiamondPlan(0.5), OneDemand(2e9)).value();

  EXPECT_GT(measured.flows->started, 3000u);
  EXPECT_GT(measured.loss_ratio, 0);
  EXPECT_EQ(measured.flows->completed, measured.flows->started);
  EXPECT_EQ(measured.flows->failed, 0u);
}

TEST(PacketSimulatorTest, ThePacketDelayCountsAcknowledgements) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 1, 0.1}).ok());
  const Measurements tcp = simulator->Play(DiamondPlan(0.5), OneDemand(900e6)).value();
  // They are small and meet no queue, so they are faster than the data.
  EXPECT_GT(tcp.mean_packet_delay_s, 2e-3);
  EXPECT_LT(tcp.mean_packet_delay_s, 0.9 * tcp.mean_delay_s);

  ASSERT_TRUE(simulator->Reset({Diamond(), kStreams, 1, 0.1}).ok());
  const Measurements stream = simulator->Play(DiamondPlan(0.5), OneDemand(300e6)).value();
  EXPECT_NEAR(stream.mean_packet_delay_s, stream.mean_delay_s, 1e-9);
}

TEST(PacketSimulatorTest, AShortSocketBufferHoldsUpLongFlows) {
  // An elephant of some 3 MB over a round trip of 100 ms: 128 KiB each, or as much as it likes.
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9, absl::Milliseconds(50));
  const Topology line = Topology::Create("line", testing::NamedNodes(2), links).value();
  double completion_s[2];
  for (const int bytes : {0, 128 * 1024}) {
    PacketSimulatorOptions options;
    options.socket_buffer_bytes = bytes;
    std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
    ASSERT_TRUE(simulator->Reset({line, kTcp, 1, 1}).ok());
    Interval interval = OneDemand(0);
    interval.demands = TrafficMatrix(2);
    interval.demands.set_rate_bps(0, 1, 20e6);
    const Measurements measured =
        simulator->Play(ShortestPathPlan(line, LinkMetric::kHops), interval).value();
    completion_s[bytes > 0] = measured.flows->elephants_mean_s;
  }
  EXPECT_GT(completion_s[1], 1.5 * completion_s[0]);
}

TEST(PacketSimulatorTest, GivesEveryPlanTheSameArrivals) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 7, 0.1}).ok());
  const Measurements split = simulator->Play(DiamondPlan(0.5), OneDemand(200e6)).value();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 7, 0.1}).ok());
  Interval more = OneDemand(200e6);
  more.demands.set_rate_bps(3, 0, 100e6);  // other demands do not matter either
  const Measurements single = simulator->Play(DiamondPlan(1), more).value();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 8, 0.1}).ok());
  const Measurements other_seed = simulator->Play(DiamondPlan(0.5), OneDemand(200e6)).value();

  EXPECT_EQ(split.demands[0].offered_bps, single.demands[0].offered_bps);
  EXPECT_NE(split.demands[0].offered_bps, other_seed.demands[0].offered_bps);
}

TEST(PacketSimulatorTest, TheHundredthEpisodeOfAWorkerIsLikeTheFirst) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  std::optional<Measurements> first;
  for (int i = 0; i < 100; ++i) {
    const bool compare = i == 0 || i == 99;
    const uint64_t seed = compare ? 1 : 2 + i;
    ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, seed, 0.02}).ok());
    const Measurements measured = simulator->Play(DiamondPlan(0.5), OneDemand(300e6)).value();
    if (i == 0) first = measured;
    if (i == 99) {
      EXPECT_EQ(measured.flows->mean_s, first->flows->mean_s);
      EXPECT_EQ(measured.mean_delay_s, first->mean_delay_s);
      EXPECT_EQ(measured.cost.events, first->cost.events);
    }
  }
}

TEST(PacketSimulatorTest, ReroutesRunningFlowsWhenTheirPathDies) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 1, 0.05}).ok());
  Interval interval = OneDemand(600e6, absl::Seconds(10));
  interval.changes.push_back({absl::Seconds(4), TopologyDelta{Down(0)}});

  const Measurements measured = simulator->Play(DiamondPlan(0.5), interval).value();

  EXPECT_GT(measured.flows->rerouted, 0u);
  EXPECT_GT(measured.links[0].loss_ratio, 0);  // what was on the dead link
  EXPECT_EQ(measured.flows->failed, 0u);
  EXPECT_GT(static_cast<double>(measured.flows->completed),
            0.9 * static_cast<double>(measured.flows->started));
  EXPECT_LT(measured.links[0].carried_bps, 0.7 * measured.links[4].carried_bps);
}

TEST(PacketSimulatorTest, LeavesRunningFlowsWhereTheyAreUntilTheirRatioIsZero) {
  const auto rerouted = [](double over_b) {
    std::unique_ptr<NetworkSimulator> simulator = Make();
    EXPECT_TRUE(simulator->Reset({Diamond(), kTcp, 1, 0.05}).ok());
    Interval interval = OneDemand(600e6, absl::Seconds(8));
    interval.changes.push_back({absl::Seconds(4), DiamondPlan(over_b)});
    return simulator->Play(DiamondPlan(0.5), interval).value().flows->rerouted;
  };
  EXPECT_EQ(rerouted(0.1), 0u);
  EXPECT_GT(rerouted(0), 0u);
}

TEST(PacketSimulatorTest, DrainingALinkLosesNothing) {
  std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);
  ASSERT_TRUE(simulator->Reset({Diamond(), kStreams, 1, 0.05}).ok());
  Interval interval = OneDemand(600e6);
  LinkChange drain;
  drain.link = 0;
  drain.administrative_state = AdministrativeState::kDrained;
  interval.changes.push_back({absl::Seconds(2), TopologyDelta{drain}});

  const Measurements measured = simulator->Play(DiamondPlan(0.5), interval).value();

  EXPECT_EQ(measured.loss_ratio, 0);
  EXPECT_NEAR(measured.links[0].carried_bps, 0.5 * 600e6 * 2 / 5, 3e6);
  EXPECT_NEAR(measured.links[4].carried_bps, 0.5 * 600e6 * 2 / 5 + 600e6 * 3 / 5, 6e6);
}

TEST(PacketSimulatorTest, CountsDemandUnroutedWhileItHasNoPath) {
  std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);
  ASSERT_TRUE(simulator->Reset({Diamond(), kStreams, 1, 0.05}).ok());
  Interval interval = OneDemand(600e6, absl::Seconds(6));
  interval.changes.push_back({absl::Seconds(4), TopologyDelta{Down(0)}});

  const Measurements measured = simulator->Play(DiamondPlan(1), interval).value();

  EXPECT_NEAR(measured.unrouted_bps, 600e6 / 3, 1e6);
  EXPECT_NEAR(measured.loss_ratio, 1.0 / 3, 0.01);
  EXPECT_NEAR(measured.goodput_bps, 400e6, 8e6);
}

TEST(PacketSimulatorTest, ChangesOfDemandTakeEffectInsideTheInterval) {
  std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);
  ASSERT_TRUE(simulator->Reset({Diamond(), kStreams, 1, 0.05}).ok());
  Interval interval = OneDemand(200e6, absl::Seconds(4));
  TrafficMatrix burst(4);
  burst.set_rate_bps(0, 3, 600e6);
  interval.changes.push_back({absl::Seconds(2), burst});

  const Measurements measured = simulator->Play(DiamondPlan(1), interval).value();

  EXPECT_NEAR(measured.offered_bps, 400e6, 2e6);
}

TEST(PacketSimulatorTest, UsesParallelLinksSeparately) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 1e9);
  testing::AddCable(&links, 0, 1, 1e9);
  const Topology topology = Topology::Create("twins", testing::NamedNodes(2), links).value();
  PathSet::Builder builder;
  builder.AddPair(0, 1).AddPath({0}).AddPath({2});
  const RoutingPlan plan(std::make_shared<const PathSet>(builder.Build()), {0.25, 0.75}, 1);
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({topology, kStreams, 1, 0.05}).ok());
  Interval interval;
  interval.demands = TrafficMatrix(2);
  interval.demands.set_rate_bps(0, 1, 800e6);

  const Measurements measured = simulator->Play(plan, interval).value();

  EXPECT_NEAR(measured.links[0].carried_bps, 200e6, 2e6);
  EXPECT_NEAR(measured.links[2].carried_bps, 600e6, 6e6);
}

TEST(PacketSimulatorTest, ReportsUnscaledRatesAndKeepsDelays) {
  std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);
  for (const double scale : {1.0, 0.1}) {
    ASSERT_TRUE(simulator->Reset({Line(3), kStreams, 1, scale}).ok());
    Interval interval;
    interval.demands = TrafficMatrix(3);
    interval.demands.set_rate_bps(0, 2, 300e6);
    interval.duration = absl::Seconds(2);

    const Measurements measured =
        simulator->Play(ShortestPathPlan(Line(3), LinkMetric::kHops), interval).value();

    EXPECT_NEAR(measured.goodput_bps, 300e6, 3e6);
    EXPECT_NEAR(measured.links[0].utilization, 0.3, 0.003);
    // Two links of 1 ms and two transmissions of 1500 bytes.
    EXPECT_NEAR(measured.mean_delay_s, 2e-3 + 2 * 1500 * 8 / (1e9 * scale), 1e-8);
  }
}

TEST(PacketSimulatorTest, UnfinishedFlowsCountWithTheirAge) {
  std::unique_ptr<NetworkSimulator> simulator = Make();
  ASSERT_TRUE(simulator->Reset({Diamond(), kTcp, 1, 0.01}).ok());
  Interval interval = OneDemand(3e9, absl::Seconds(5));  // three times what a path carries
  interval.drain = absl::ZeroDuration();

  const Measurements measured = simulator->Play(DiamondPlan(1), interval).value();

  EXPECT_LT(measured.flows->completed, measured.flows->started);
  EXPECT_GT(measured.flows->p99_s, 2);
  EXPECT_LE(measured.flows->p99_s, 5);
}

TEST(PacketSimulatorTest, RefusesTcpOnTheFastPlane) {
  std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);

  const absl::Status status = simulator->Reset({Diamond(), kTcp, 1, 1});

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("UDP only"));
}

TEST(PacketSimulatorTest, RefusesBadOptionsAndEpisodes) {
  PacketSimulatorOptions options;
  options.segment_bytes = 3;
  EXPECT_FALSE(MakePacketSimulator(options).ok());
  options = PacketSimulatorOptions();
  options.socket_buffer_bytes = 1000;
  EXPECT_THAT(MakePacketSimulator(options).status().message(), HasSubstr("131072"));
  std::unique_ptr<NetworkSimulator> simulator = Make();
  EXPECT_EQ(simulator->Reset({Diamond(), kTcp, 1, 0}).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(simulator->Reset({Diamond(), kTcp, 1, 1e-12}).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(simulator->Reset({Diamond(), {TrafficModel::FlowSizes::kWebSearch, 2}, 1, 1}).code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(PacketSimulatorTest, EveryFlowSizeGivesTheDemandedRate) {
  for (const auto sizes :
       {TrafficModel::FlowSizes::kMiceElephants, TrafficModel::FlowSizes::kWebSearch,
        TrafficModel::FlowSizes::kBoundedPareto, TrafficModel::FlowSizes::kLongTail}) {
    std::unique_ptr<NetworkSimulator> simulator = Make(DataPlane::kUdpFast);
    ASSERT_TRUE(simulator->Reset({Diamond(), {sizes, 0}, 1, 1}).ok());

    const Measurements measured =
        simulator->Play(DiamondPlan(0.5), OneDemand(800e6, absl::Seconds(60))).value();

    EXPECT_NEAR(measured.offered_bps, 800e6, 120e6);
  }
}

TEST(ChooseScaleTest, BringsTheNarrowestLoadedLinkTo100Mbit) {
  std::vector<Link> links;
  testing::AddCable(&links, 0, 1, 10e9);
  testing::AddCable(&links, 1, 2, 1e9);
  const Topology topology = Topology::Create("t", testing::NamedNodes(3), links).value();
  const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kHops);
  TrafficMatrix demands(3);
  demands.set_rate_bps(0, 1, 1e6);

  EXPECT_DOUBLE_EQ(ChooseScale(topology, plan, demands), 0.01);
  demands.set_rate_bps(0, 2, 1e6);
  EXPECT_DOUBLE_EQ(ChooseScale(topology, plan, demands), 0.1);
  EXPECT_DOUBLE_EQ(ChooseScale(topology), 0.1);
}

}  // namespace
}  // namespace rhumb

// The packet simulator against queueing theory and against ns-3's own devices.
#include <gtest/gtest.h>

#include <cmath>

#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"
#include "tests/simulator/packet/scenarios.h"

namespace rhumb {
namespace {

using testing::AddCable;
using testing::kServiceS;
using testing::NamedNodes;
using testing::OneLink;
using testing::ShortestPathPlan;

class LoadTest : public ::testing::TestWithParam<double> {};

TEST_P(LoadTest, WaitsAsLongAsMM1Says) {
  const double load = GetParam();

  const Measurements measured = OneLink(load, 1000000);

  // M/M/1: W = rho / (mu - lambda).
  const double wait_s = load / (1 - load) * kServiceS;
  EXPECT_NEAR(measured.links[0].queueing_delay_s, wait_s, 0.05 * wait_s);
  EXPECT_NEAR(measured.links[0].utilization, load, 0.02 * load);
  EXPECT_EQ(measured.loss_ratio, 0);
}

TEST_P(LoadTest, LosesAndWaitsAsMM1KSays) {
  const double load = GetParam() * 1.3;  // also beyond what the link can carry
  constexpr int kPlaces = 11;            // in the system: 10 waiting, 1 in transmission

  const Measurements measured = OneLink(load, kPlaces - 1);

  // M/M/1/K: P(n) = (1 - rho) rho^n / (1 - rho^(K+1)), loss = P(K), W by Little's law.
  double norm = 0, number = 0;
  for (int n = 0; n <= kPlaces; ++n) norm += std::pow(load, n);
  for (int n = 0; n <= kPlaces; ++n) number += n * std::pow(load, n) / norm;
  const double loss = std::pow(load, kPlaces) / norm;
  const double stay_s = number / (load / kServiceS * (1 - loss));
  EXPECT_NEAR(measured.links[0].loss_ratio, loss, 0.05 * loss + 1e-4);
  EXPECT_NEAR(measured.links[0].queueing_delay_s, stay_s - kServiceS, 0.05 * (stay_s - kServiceS));
}

INSTANTIATE_TEST_SUITE_P(Loads, LoadTest, ::testing::Values(0.3, 0.6, 0.8),
                         [](const ::testing::TestParamInfo<double>& info) {
                           return "At" + std::to_string(static_cast<int>(info.param * 100)) +
                                  "Percent";
                         });

// The FIFO link of the label planes against ns3::PointToPointNetDevice with a DropTailQueue. ns-3
// frames a packet in two bytes more, so its packets are two bytes shorter and its demand smaller by
// as much: then every packet arrives, waits, is lost or delivered at the same nanosecond.
TEST(FifoLinkTest, BehavesAsNs3PointToPointDevicesToTheNanosecond) {
  std::vector<Link> links;
  AddCable(&links, 0, 2, 10e6, absl::Milliseconds(3));
  AddCable(&links, 1, 2, 10e6, absl::Milliseconds(5));
  AddCable(&links, 2, 3, 10e6, absl::Milliseconds(7));
  const Topology topology = Topology::Create("y", NamedNodes(4), std::move(links)).value();
  const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kIgp);
  const auto play = [&](DataPlane plane, int wire_bytes) {
    PacketSimulatorOptions options;
    options.data_plane = plane;
    options.segment_bytes = wire_bytes - 52;
    options.buffer_packets = 20;
    std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
    const TrafficModel streams{TrafficModel::FlowSizes::kConstantBitRate, 0};
    EXPECT_TRUE(simulator->Reset({topology, streams, 5, 1}).ok());
    Interval interval;
    interval.demands = TrafficMatrix(4);
    interval.demands.set_rate_bps(0, 3, 6.1e6 * wire_bytes / 1000);
    interval.demands.set_rate_bps(1, 3, 5.3e6 * wire_bytes / 1000);  // together more than 10 Mbit/s
    interval.demands.set_rate_bps(3, 0, 4.7e6 * wire_bytes / 1000);
    interval.duration = absl::Seconds(20);
    return simulator->Play(plan, interval).value();
  };

  const Measurements ours = play(DataPlane::kIp, 1000);
  const Measurements fast = play(DataPlane::kUdpFast, 1000);
  const Measurements theirs = play(DataPlane::kNs3GlobalRouting, 998);

  EXPECT_GT(ours.loss_ratio, 0.05);
  EXPECT_EQ(ours.loss_ratio, theirs.loss_ratio);
  EXPECT_EQ(ours.p99_delay_s, theirs.p99_delay_s);
  EXPECT_NEAR(ours.mean_delay_s, theirs.mean_delay_s, 2e-9);
  for (size_t i = 0; i < ours.links.size(); ++i) {
    EXPECT_EQ(ours.links[i].loss_ratio, theirs.links[i].loss_ratio) << i;
    EXPECT_NEAR(ours.links[i].queueing_delay_s, theirs.links[i].queueing_delay_s, 2e-5) << i;
  }
  EXPECT_EQ(fast.loss_ratio, ours.loss_ratio);
  EXPECT_EQ(fast.mean_delay_s, ours.mean_delay_s);
}

}  // namespace
}  // namespace rhumb

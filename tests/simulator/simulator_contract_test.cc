// What every NetworkSimulator promises, whatever it simulates with.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>

#include "simulator/flow/flow_simulator.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using testing::Diamond;
using testing::DiamondPlan;
using testing::RandomConnected;
using testing::RandomTraffic;
using testing::ShortestPathPlan;

struct Contender {
  std::string name;
  std::function<std::unique_ptr<NetworkSimulator>()> make;
  TrafficModel traffic;
};

void PrintTo(const Contender& contender, std::ostream* out) { *out << contender.name; }

std::function<std::unique_ptr<NetworkSimulator>()> Packets(DataPlane plane) {
  return [plane] {
    PacketSimulatorOptions options;
    options.data_plane = plane;
    return MakePacketSimulator(options).value();
  };
}

std::unique_ptr<NetworkSimulator> Fluid() { return MakeFluidSimulator({}).value(); }

class SimulatorContractTest : public ::testing::TestWithParam<Contender> {
 protected:
  SimulatorContractTest() : simulator_(GetParam().make()) {}

  Episode MakeEpisode(Topology topology, uint64_t seed = 1) const {
    return {std::move(topology), GetParam().traffic, seed, 0.02};
  }
  // 400 Mbit/s from A to D of the diamond.
  static Interval MakeInterval(double rate_bps = 400e6) {
    Interval interval;
    interval.demands = TrafficMatrix(4);
    interval.demands.set_rate_bps(0, 3, rate_bps);
    interval.duration = absl::Seconds(4);
    interval.warm_up = absl::Seconds(1);
    interval.drain = absl::Seconds(1);
    return interval;
  }

  std::unique_ptr<NetworkSimulator> simulator_;
};

void ExpectSame(const Measurements& a, const Measurements& b) {
  EXPECT_EQ(a.offered_bps, b.offered_bps);
  EXPECT_EQ(a.goodput_bps, b.goodput_bps);
  EXPECT_EQ(a.mean_delay_s, b.mean_delay_s);
  EXPECT_EQ(a.p99_delay_s, b.p99_delay_s);
  EXPECT_EQ(a.loss_ratio, b.loss_ratio);
  EXPECT_EQ(a.cost.events, b.cost.events);
  ASSERT_EQ(a.links.size(), b.links.size());
  for (size_t i = 0; i < a.links.size(); ++i) {
    EXPECT_EQ(a.links[i].carried_bps, b.links[i].carried_bps);
    EXPECT_EQ(a.links[i].queueing_delay_s, b.links[i].queueing_delay_s);
  }
  ASSERT_EQ(a.flows.has_value(), b.flows.has_value());
  if (a.flows.has_value()) {
    EXPECT_EQ(a.flows->started, b.flows->started);
    EXPECT_EQ(a.flows->mean_s, b.flows->mean_s);
  }
}

TEST_P(SimulatorContractTest, RefusesToPlayBeforeReset) {
  EXPECT_EQ(simulator_->Play(DiamondPlan(1), MakeInterval()).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST_P(SimulatorContractTest, GivesTheSameMeasurementsForTheSameEpisode) {
  const Episode episode = MakeEpisode(Diamond());
  ASSERT_TRUE(simulator_->Reset(episode).ok());
  const Measurements first = simulator_->Play(DiamondPlan(0.5), MakeInterval()).value();
  const Measurements second = simulator_->Play(DiamondPlan(0.5), MakeInterval()).value();
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(RandomConnected(3, 6), 9)).ok());
  ASSERT_TRUE(simulator_->Reset(episode).ok());

  ExpectSame(simulator_->Play(DiamondPlan(0.5), MakeInterval()).value(), first);
  ExpectSame(simulator_->Play(DiamondPlan(0.5), MakeInterval()).value(), second);

  std::unique_ptr<NetworkSimulator> another = GetParam().make();
  ASSERT_TRUE(another->Reset(episode).ok());
  ExpectSame(another->Play(DiamondPlan(0.5), MakeInterval()).value(), first);
}

TEST_P(SimulatorContractTest, MeasuresEveryLinkAndEveryPairOfThePlan) {
  const Topology topology = RandomConnected(1, 8);
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(topology)).ok());
  Interval interval = MakeInterval();
  interval.demands = RandomTraffic(1, 8);

  const Measurements measured =
      simulator_->Play(ShortestPathPlan(topology, LinkMetric::kIgp), interval).value();

  EXPECT_EQ(static_cast<int>(measured.links.size()), topology.num_links());
  EXPECT_EQ(measured.demands.size(), 56u);
  EXPECT_NEAR(measured.window_s, 4, 1e-9);
}

TEST_P(SimulatorContractTest, ConservesTraffic) {
  const Topology topology = RandomConnected(2, 8);
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(topology)).ok());
  Interval interval = MakeInterval();
  interval.demands = RandomTraffic(2, 8).Scaled(4);

  const Measurements measured =
      simulator_->Play(ShortestPathPlan(topology, LinkMetric::kIgp), interval).value();

  EXPECT_LE(measured.goodput_bps, measured.offered_bps * 1.1);  // backlog of the warm-up
  EXPECT_GT(measured.goodput_bps, measured.offered_bps * 0.2);
  double offered_bps = 0, delivered_bps = 0;
  for (const DemandMeasurement& demand : measured.demands) {
    offered_bps += demand.offered_bps;
    delivered_bps += demand.delivered_bps;
    EXPECT_GE(demand.loss_ratio, 0);
    EXPECT_LE(demand.loss_ratio, 1);
  }
  EXPECT_NEAR(offered_bps, measured.offered_bps, 1e-6 * offered_bps);
  EXPECT_NEAR(delivered_bps, measured.goodput_bps, 1e-6 * delivered_bps);
  double largest = 0;
  for (LinkId id = 0; id < topology.num_links(); ++id) {
    const LinkMeasurement& link = measured.links[id];
    EXPECT_LE(link.carried_bps, topology.link(id).capacity_bps * (1 + 1e-6));
    EXPECT_LE(link.carried_bps, link.offered_bps * 1.05 + 1e6);
    EXPECT_GE(link.loss_ratio, 0);
    EXPECT_LE(link.loss_ratio, 1);
    largest = std::max(largest, link.utilization);
  }
  EXPECT_EQ(measured.mlu, largest);
}

TEST_P(SimulatorContractTest, FollowsThePlan) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval interval = MakeInterval();
  interval.drain = absl::Seconds(20);

  const Measurements over_b = simulator_->Play(DiamondPlan(1), interval).value();
  const Measurements over_c = simulator_->Play(DiamondPlan(0), interval).value();

  EXPECT_GT(over_b.links[0].carried_bps, 100e6);
  EXPECT_EQ(over_b.links[4].carried_bps, 0);
  EXPECT_GT(over_c.links[4].carried_bps, 100e6);
}

TEST_P(SimulatorContractTest, CarriesNothingOverADeadLink) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval interval = MakeInterval();
  LinkChange down;
  down.link = 0;
  down.operational_state = OperationalState::kDown;
  interval.changes_at_start = {down};

  const Measurements measured = simulator_->Play(DiamondPlan(0), interval).value();
  EXPECT_EQ(measured.links[0].carried_bps, 0);

  // The state lasts, and a plan that does not know of it yet is played all the same.
  interval.changes_at_start.clear();
  const Measurements unaware = simulator_->Play(DiamondPlan(1), interval).value();
  EXPECT_EQ(unaware.links[0].carried_bps, 0);
  EXPECT_NEAR(unaware.unrouted_bps, 400e6, 1);
}

TEST_P(SimulatorContractTest, CountsDemandWithoutAPathAsUnrouted) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval interval = MakeInterval();
  interval.demands.set_rate_bps(1, 2, 50e6);  // the plan has no such pair

  const Measurements measured = simulator_->Play(DiamondPlan(0.5), interval).value();

  EXPECT_NEAR(measured.unrouted_bps, 50e6, 1);
}

TEST_P(SimulatorContractTest, RefusesWhatDoesNotFitAndGoesOn) {
  EXPECT_EQ(simulator_->Play(DiamondPlan(1), MakeInterval()).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval wrong_matrix = MakeInterval();
  wrong_matrix.demands = TrafficMatrix(7);
  EXPECT_EQ(simulator_->Play(DiamondPlan(1), wrong_matrix).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(simulator_->Play(DiamondPlan(1.5), MakeInterval()).status().code(),
            absl::StatusCode::kInvalidArgument);
  Interval unknown_link = MakeInterval();
  unknown_link.changes_at_start = {LinkChange()};
  EXPECT_EQ(simulator_->Play(DiamondPlan(1), unknown_link).status().code(),
            absl::StatusCode::kInvalidArgument);

  EXPECT_TRUE(simulator_->Play(DiamondPlan(1), MakeInterval()).ok());
}

TEST_P(SimulatorContractTest, DeliversNothingForNothing) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());

  const Measurements measured = simulator_->Play(DiamondPlan(0.5), MakeInterval(0)).value();

  EXPECT_EQ(measured.offered_bps, 0);
  EXPECT_EQ(measured.goodput_bps, 0);
  EXPECT_EQ(measured.loss_ratio, 0);
  EXPECT_EQ(measured.mlu, 0);
}

const TrafficModel kStreams{TrafficModel::FlowSizes::kConstantBitRate, 0};
const TrafficModel kTcp{TrafficModel::FlowSizes::kMiceElephants, 1};
const TrafficModel kMixed{TrafficModel::FlowSizes::kMiceElephants, 0.5};

INSTANTIATE_TEST_SUITE_P(
    All, SimulatorContractTest,
    ::testing::Values(Contender{"Flow", [] { return MakeFlowSimulator(); }, kStreams},
                      Contender{"FluidStreams", Fluid, kStreams},
                      Contender{"FluidTcp", Fluid, kTcp}, Contender{"FluidMixed", Fluid, kMixed},
                      Contender{"UdpFast", Packets(DataPlane::kUdpFast), kStreams},
                      Contender{"IpStreams", Packets(DataPlane::kIp), kStreams},
                      Contender{"IpTcp", Packets(DataPlane::kIp), kTcp},
                      Contender{"IpMixed", Packets(DataPlane::kIp), kMixed}),
    [](const ::testing::TestParamInfo<Contender>& info) { return info.param.name; });

}  // namespace
}  // namespace rhumb

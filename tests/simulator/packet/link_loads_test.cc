// Packet-level link loads against the plan's own, against the flow simulator and against ns-3's
// routing.
#include <gtest/gtest.h>

#include <string>

#include "simulator/flow/flow_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"
#include "tests/simulator/packet/scenarios.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

using testing::kStreams;
using testing::PlayStreams;
using testing::RandomConnected;
using testing::RandomTraffic;
using testing::ShortestPathPlan;
using testing::SplitPlan;

class BackboneTest : public ::testing::TestWithParam<const char*> {};

TEST_P(BackboneTest, CarriesWhatThePlanAndTheFlowSimulatorSayAt30Percent) {
  const Topology topology = LoadTopology(GetParam(), {}).value().value;
  const RoutingPlan plan = SplitPlan(topology);
  TrafficMatrix demands = RandomTraffic(7, topology.num_nodes());
  const LinkLoads unit = ComputeLinkLoads(topology, plan, demands);
  demands = demands.Scaled(0.3 / MaxLinkUtilization(topology, unit.load_bps));
  const LinkLoads expected = ComputeLinkLoads(topology, plan, demands);

  const Measurements packets =
      PlayStreams(topology, plan, demands, DataPlane::kUdpFast, absl::Seconds(30));

  std::unique_ptr<NetworkSimulator> flow = MakeFlowSimulator();
  ASSERT_TRUE(flow->Reset({topology, kStreams, 1, 1}).ok());
  Interval interval;
  interval.demands = demands;
  const Measurements rates = flow->Play(plan, interval).value();
  EXPECT_NEAR(packets.mlu, 0.3, 0.03 * 0.3);
  for (LinkId id = 0; id < topology.num_links(); ++id) {
    const double capacity_bps = topology.link(id).capacity_bps;
    EXPECT_NEAR(packets.links[id].utilization, expected.load_bps[id] / capacity_bps,
                0.03 * expected.load_bps[id] / capacity_bps)
        << topology.link(id).name;
    EXPECT_NEAR(packets.links[id].utilization, rates.links[id].utilization,
                0.03 * rates.links[id].utilization)
        << topology.link(id).name;
    EXPECT_EQ(packets.links[id].loss_ratio, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Shipped, BackboneTest,
                         ::testing::Values("abilene", "b4", "nsfnet", "geant", "esnet5-backbone",
                                           "esnet6-backbone"),
                         [](const ::testing::TestParamInfo<const char*>& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

// Random metrics, so that no two paths are of equal length.
Topology WithoutTies(unsigned seed, int nodes) {
  const Topology topology = RandomConnected(seed, nodes);
  std::mt19937 random(seed);
  TopologyDelta delta;
  for (LinkId id = 0; id < topology.num_links(); id += 2) {
    const double metric = 1 + static_cast<double>(random() % 20000);
    for (const LinkId link : {id, id + 1}) {
      LinkChange& change = delta.emplace_back();
      change.link = link;
      change.igp_metric = metric;
    }
  }
  return topology.Apply(delta).value();
}

TEST(GlobalRoutingTest, LoadsTheSameLinksAsOurShortestPath) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    const Topology topology = WithoutTies(seed, 12);
    const RoutingPlan plan = ShortestPathPlan(topology, LinkMetric::kIgp);
    TrafficMatrix demands = RandomTraffic(seed, 12);
    const LinkLoads unit = ComputeLinkLoads(topology, plan, demands);
    demands = demands.Scaled(0.5 / MaxLinkUtilization(topology, unit.load_bps));

    const Measurements theirs =
        PlayStreams(topology, plan, demands, DataPlane::kNs3GlobalRouting, absl::Seconds(3));
    const Measurements ours =
        PlayStreams(topology, plan, demands, DataPlane::kIp, absl::Seconds(3));

    EXPECT_NEAR(ours.mean_delay_s, theirs.mean_delay_s, 0.01 * ours.mean_delay_s);
    for (LinkId id = 0; id < topology.num_links(); ++id) {
      EXPECT_NEAR(ours.links[id].utilization, theirs.links[id].utilization,
                  0.01 * ours.links[id].utilization + 1e-4)
          << "seed " << seed << ", " << topology.link(id).name;
    }
  }
}

TEST(GlobalRoutingTest, RoutesAroundADeadLink) {
  const Topology topology = testing::Diamond();
  PacketSimulatorOptions options;
  options.data_plane = DataPlane::kNs3GlobalRouting;
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
  ASSERT_TRUE(simulator->Reset({topology, kStreams, 1, 0.01}).ok());
  Interval interval;
  interval.demands = TrafficMatrix(4);
  interval.demands.set_rate_bps(0, 3, 300e6);
  interval.duration = absl::Seconds(4);
  const Measurements before = simulator->Play(testing::DiamondPlan(0.5), interval).value();
  const LinkId used = before.links[0].carried_bps > 0 ? 0 : 4;
  LinkChange down;
  down.link = used;
  down.operational_state = OperationalState::kDown;
  interval.changes_at_start = {down};

  const Measurements after =
      simulator->Play(testing::DiamondPlan(used == 0 ? 0 : 1), interval).value();

  EXPECT_NEAR(before.goodput_bps, 300e6, 6e6);
  EXPECT_NEAR(after.goodput_bps, 300e6, 6e6);
  EXPECT_LT(after.links[used].carried_bps, 6e6);
  EXPECT_NEAR(after.links[4 - used].carried_bps, 300e6, 6e6);
}

}  // namespace
}  // namespace rhumb

#include "simulator/flow/flow_simulator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::Line;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;
using ::testing::HasSubstr;

LinkId LinkOf(const Topology& topology, const char* name) { return *topology.FindLink(name); }

// All traffic of one pair over the named links, split by `ratios`.
RoutingPlan OnePairPlan(const Topology& topology, NodeId source, NodeId destination,
                        const std::vector<std::vector<const char*>>& paths,
                        std::vector<double> ratios) {
  PathSet::Builder builder;
  builder.AddPair(source, destination);
  for (const auto& names : paths) {
    Path path;
    for (const char* name : names) path.push_back(LinkOf(topology, name));
    builder.AddPath(path);
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     topology.version());
}

Interval OneDemand(int nodes, NodeId source, NodeId destination, double rate_bps) {
  Interval interval;
  interval.demands = TrafficMatrix(nodes);
  interval.demands.set_rate_bps(source, destination, rate_bps);
  return interval;
}

Measurements PlayOnce(const Topology& topology, const RoutingPlan& plan, const Interval& interval) {
  auto simulator = MakeFlowSimulator();
  EXPECT_TRUE(simulator->Reset(Episode{topology, {}}).ok());
  return simulator->Play(plan, interval).value();
}

// Every pair over a walk found by breadth-first search with random tie breaks, unsplit.
RoutingPlan RandomPaths(const Topology& topology, unsigned seed) {
  std::mt19937 random(seed);
  PathSet::Builder builder;
  int paths = 0;
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    std::vector<LinkId> via(topology.num_nodes(), -1);
    std::vector<NodeId> queue = {s};
    for (size_t i = 0; i < queue.size(); ++i) {
      std::vector<LinkId> out(topology.out_links(queue[i]).begin(),
                              topology.out_links(queue[i]).end());
      std::shuffle(out.begin(), out.end(), random);
      for (LinkId l : out) {
        const NodeId next = topology.link(l).destination;
        if (next == s || via[next] >= 0) continue;
        via[next] = l;
        queue.push_back(next);
      }
    }
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (d == s) continue;
      Path path;
      for (NodeId at = d; at != s; at = topology.link(via[at]).source) path.push_back(via[at]);
      builder.AddPair(s, d).AddPath(Path(path.rbegin(), path.rend()));
      ++paths;
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                     std::vector<double>(paths, 1.0), topology.version());
}

TEST(FlowSimulatorTest, ReportsLoadDelayAndNoLossOnALightlyLoadedPath) {
  const Topology line = Line(3);
  const RoutingPlan plan = OnePairPlan(line, 0, 2, {{"A>B", "B>C"}}, {1.0});
  const Measurements m = PlayOnce(line, plan, OneDemand(3, 0, 2, 0.5e9));

  EXPECT_DOUBLE_EQ(m.mlu, 0.5);
  EXPECT_DOUBLE_EQ(m.links[LinkOf(line, "A>B")].offered_bps, 0.5e9);
  EXPECT_DOUBLE_EQ(m.links[LinkOf(line, "B>A")].offered_bps, 0);
  // M/M/1 at rho 1/2 waits one transmission time; 1000 bytes at 1 Gbit/s take 8 us. Two hops of 1
  // ms.
  EXPECT_NEAR(m.links[LinkOf(line, "A>B")].queueing_delay_s, 8e-6, 1e-12);
  EXPECT_NEAR(m.mean_delay_s, 2 * (1e-3 + 8e-6 + 8e-6), 1e-12);
  EXPECT_NEAR(m.p99_delay_s, m.mean_delay_s, 1e-15);
  EXPECT_NEAR(m.demands[0].delay_s, m.mean_delay_s, 1e-15);
  EXPECT_DOUBLE_EQ(m.goodput_bps, 0.5e9);
  EXPECT_NEAR(m.loss_ratio, 0, 1e-15);
  EXPECT_EQ(m.unrouted_bps, 0);
}

TEST(FlowSimulatorTest, OverloadDropsTheExcessAndFillsTheBuffer) {
  const Topology line = Line(2);
  const Measurements m =
      PlayOnce(line, OnePairPlan(line, 0, 1, {{"A>B"}}, {1.0}), OneDemand(2, 0, 1, 1.25e9));
  EXPECT_DOUBLE_EQ(m.mlu, 1.25);
  EXPECT_NEAR(m.loss_ratio, 0.2, 1e-9);
  EXPECT_NEAR(m.goodput_bps, 1e9, 1);
  EXPECT_NEAR(m.links[LinkOf(line, "A>B")].queueing_delay_s, 0.050, 0.0001);
}

TEST(FlowSimulatorTest, LossUpstreamThinsWhatArrivesDownstream) {
  const Topology line = Line(3);
  const Measurements m =
      PlayOnce(line, OnePairPlan(line, 0, 2, {{"A>B", "B>C"}}, {1.0}), OneDemand(3, 0, 2, 2e9));
  EXPECT_NEAR(m.links[LinkOf(line, "A>B")].loss_ratio, 0.5, 1e-9);
  // 1 Gbit/s is left for the second link: exactly saturated, so it loses 1 / (K + 1) of it, K = 1 +
  // 50 ms / 8 us.
  const LinkMeasurement& second = m.links[LinkOf(line, "B>C")];
  EXPECT_NEAR(second.offered_bps, 1e9, 1);
  EXPECT_NEAR(second.loss_ratio, 1.0 / 6252, 1e-8);
  EXPECT_DOUBLE_EQ(second.utilization, 2.0);  // of the plan, before losses
  EXPECT_NEAR(m.loss_ratio, 1 - 0.5 * (1 - 1.0 / 6252), 1e-8);
}

TEST(FlowSimulatorTest, SplitsByRatioAndWeighsDelayByDeliveredTraffic) {
  const Topology diamond = Diamond();
  const Measurements m =
      PlayOnce(diamond, OnePairPlan(diamond, 0, 3, {{"A>B", "B>D"}, {"A>C", "C>D"}}, {0.75, 0.25}),
               OneDemand(4, 0, 3, 0.8e9));
  EXPECT_NEAR(m.links[LinkOf(diamond, "A>B")].utilization, 0.6, 1e-12);
  EXPECT_NEAR(m.links[LinkOf(diamond, "A>C")].utilization, 0.2, 1e-12);
  const double upper = 2 * (1e-3 + 8e-6 + 8e-6 * 0.6 / 0.4);
  const double lower = 2 * (1e-3 + 8e-6 + 8e-6 * 0.2 / 0.8);
  EXPECT_NEAR(m.mean_delay_s, 0.75 * upper + 0.25 * lower, 1e-12);
  EXPECT_NEAR(m.p99_delay_s, upper, 1e-12);
}

TEST(FlowSimulatorTest, DemandWithoutAUsablePathIsOfferedAndLost) {
  const Topology diamond = Diamond();
  Interval interval = OneDemand(4, 0, 3, 1e8);
  interval.demands.set_rate_bps(1, 2, 3e8);  // the plan does not mention it
  const Measurements m =
      PlayOnce(diamond, OnePairPlan(diamond, 0, 3, {{"A>B", "B>D"}}, {1.0}), interval);
  EXPECT_DOUBLE_EQ(m.unrouted_bps, 3e8);
  EXPECT_DOUBLE_EQ(m.offered_bps, 4e8);
  EXPECT_NEAR(m.loss_ratio, 0.75, 1e-12);
}

TEST(FlowSimulatorTest, ALinkFailureInsideAnIntervalLosesTheTrafficFromThenOn) {
  const Topology diamond = Diamond();
  Interval interval = OneDemand(4, 0, 3, 1e8);
  interval.duration = absl::Seconds(10);
  LinkChange down;
  down.link = LinkOf(diamond, "B>D");
  down.operational_state = OperationalState::kDown;
  interval.changes.push_back({absl::Seconds(4), TopologyDelta{down}});
  const RoutingPlan plan = OnePairPlan(diamond, 0, 3, {{"A>B", "B>D"}, {"A>C", "C>D"}}, {0.5, 0.5});

  auto simulator = MakeFlowSimulator();
  ASSERT_TRUE(simulator->Reset(Episode{diamond, {}}).ok());
  const Measurements first = simulator->Play(plan, interval).value();
  EXPECT_NEAR(first.loss_ratio, 0.6 * 0.5, 1e-12);
  EXPECT_NEAR(first.demands[0].loss_ratio, 0.3, 1e-12);
  EXPECT_NEAR(first.links[down.link].carried_bps, 0.4 * 0.5e8, 1e-3);

  // The link stays down in the next interval.
  interval.changes.clear();
  EXPECT_NEAR(simulator->Play(plan, interval).value().loss_ratio, 0.5, 1e-12);
}

TEST(FlowSimulatorTest, APlanChangeInsideAnIntervalCountsFromThenOn) {
  const Topology diamond = Diamond();
  Interval interval = OneDemand(4, 0, 3, 1e8);
  const RoutingPlan upper = OnePairPlan(diamond, 0, 3, {{"A>B", "B>D"}}, {1.0});
  const RoutingPlan lower = OnePairPlan(diamond, 0, 3, {{"A>C", "C>D"}}, {1.0});
  interval.changes.push_back({absl::Seconds(2.5), lower});
  const Measurements m = PlayOnce(diamond, upper, interval);
  EXPECT_NEAR(m.links[LinkOf(diamond, "A>B")].carried_bps, 0.25e8, 1e-3);
  EXPECT_NEAR(m.links[LinkOf(diamond, "A>C")].carried_bps, 0.75e8, 1e-3);
  EXPECT_NEAR(m.demands[0].delivered_bps, 1e8, 1e-3);
}

TEST(FlowSimulatorTest, ADemandBurstInsideAnIntervalIsAveragedOverTime) {
  const Topology line = Line(2);
  Interval interval = OneDemand(2, 0, 1, 1e8);
  interval.changes.push_back({absl::Seconds(5), OneDemand(2, 0, 1, 5e8).demands});
  const Measurements m = PlayOnce(line, OnePairPlan(line, 0, 1, {{"A>B"}}, {1.0}), interval);
  EXPECT_NEAR(m.mlu, 0.3, 1e-12);
  EXPECT_NEAR(m.offered_bps, 3e8, 1e-3);
}

TEST(FlowSimulatorTest, RefusesWhatDoesNotFit) {
  const Topology line = Line(3);
  const RoutingPlan plan = OnePairPlan(line, 0, 2, {{"A>B", "B>C"}}, {1.0});
  auto simulator = MakeFlowSimulator();
  EXPECT_EQ(simulator->Play(plan, OneDemand(3, 0, 2, 1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(simulator->Reset(Episode{line, {}}).ok());
  EXPECT_THAT(simulator->Play(plan, OneDemand(4, 0, 2, 1)).status().message(),
              HasSubstr("4 nodes"));
  EXPECT_THAT(simulator->Play(plan, OneDemand(3, 0, 2, -1)).status().message(), HasSubstr("-1"));
  const RoutingPlan half(plan.shared_paths(), {0.5}, 1);
  EXPECT_THAT(simulator->Play(half, OneDemand(3, 0, 2, 1)).status().message(), HasSubstr("A>C"));
  const RoutingPlan short_plan(plan.shared_paths(), {}, 1);
  EXPECT_FALSE(simulator->Play(short_plan, OneDemand(3, 0, 2, 1)).ok());
  EXPECT_TRUE(simulator->Play(plan, OneDemand(3, 0, 2, 1)).ok());
}

class RandomFlowTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(RandomFlowTest, ConservesTrafficAtEveryNodeUnderAnyLoad) {
  const unsigned seed = GetParam();
  const Topology topology = RandomConnected(seed, 12);
  const RoutingPlan plan = RandomPaths(topology, seed);
  for (double factor : {0.1, 1.0, 4.0, 40.0}) {
    Interval interval;
    interval.demands = RandomTraffic(seed, 12).Scaled(factor);
    const Measurements m = PlayOnce(topology, plan, interval);
    std::vector<double> balance(12, 0.0);  // in + originated - out - delivered
    double delivered = 0, dropped = 0;
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      balance[topology.link(l).source] -= m.links[l].offered_bps;
      balance[topology.link(l).destination] += m.links[l].carried_bps;
      dropped += m.links[l].offered_bps - m.links[l].carried_bps;
      EXPECT_LE(m.links[l].carried_bps, topology.link(l).capacity_bps * (1 + 1e-9));
    }
    for (int i = 0; i < plan.paths().num_pairs(); ++i) {
      balance[plan.paths().pair(i).source] += m.demands[i].offered_bps;
      balance[plan.paths().pair(i).destination] -= m.demands[i].delivered_bps;
      delivered += m.demands[i].delivered_bps;
    }
    for (double b : balance) EXPECT_NEAR(b, 0, 1e-8 * m.offered_bps);
    EXPECT_NEAR(delivered, m.goodput_bps, 1e-8 * m.offered_bps);
    EXPECT_NEAR(delivered + dropped, m.offered_bps, 1e-7 * m.offered_bps);
  }
}

TEST_P(RandomFlowTest, PlaysTheLoadsOfThePlan) {
  const unsigned seed = GetParam();
  const Topology topology = RandomConnected(seed, 9);
  const RoutingPlan plan = RandomPaths(topology, seed + 100);
  Interval interval;
  interval.demands = RandomTraffic(seed, 9);
  const Measurements m = PlayOnce(topology, plan, interval);
  const LinkLoads loads = ComputeLinkLoads(topology, plan, interval.demands);
  EXPECT_DOUBLE_EQ(m.mlu, MaxLinkUtilization(topology, loads.load_bps));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomFlowTest, ::testing::Range(1u, 9u));

}  // namespace
}  // namespace rhumb

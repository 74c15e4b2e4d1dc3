// What every NetworkSimulator promises, whatever it simulates with, as one test suite. Include it
// in one source file of a test program and instantiate SimulatorContractTest with the simulators to
// hold to it.
#ifndef RHUMB_TESTS_SIMULATOR_SIMULATOR_CONTRACT_H_
#define RHUMB_TESTS_SIMULATOR_SIMULATOR_CONTRACT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "simulator/network_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb::testing {

struct SimulatorUnderTest {
  std::string name;  // of the tests, letters and digits
  std::function<std::unique_ptr<NetworkSimulator>()> make;
  TrafficModel traffic;  // that the simulator can play
};

inline void PrintTo(const SimulatorUnderTest& simulator, std::ostream* out) {
  *out << simulator.name;
}

class SimulatorContractTest : public ::testing::TestWithParam<SimulatorUnderTest> {
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

inline void ExpectSame(const Measurements& a, const Measurements& b) {
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

// Whether the share of durations up to `duration_s` is `share`, as far as its bucket can tell.
inline void ExpectQuantile(const DurationHistogram& histogram, double share, double duration_s) {
  const double wanted = share * static_cast<double>(histogram.count());
  double below = 0, up_to = 0;
  for (size_t i = 0; i < histogram.counts().size(); ++i) {
    const size_t bucket = histogram.first_bucket() + i;
    const double count = static_cast<double>(histogram.counts()[i]);
    if (DurationHistogram::LowerEdgeS(bucket + 1) <= duration_s) below += count;
    if (DurationHistogram::LowerEdgeS(bucket) <= duration_s) up_to += count;
  }
  EXPECT_LE(below, wanted) << duration_s << " s";
  EXPECT_GE(up_to, wanted) << duration_s << " s";
}

TEST_P(SimulatorContractTest, CountsEveryCompletedFlowAndEveryPacketOnceWhereItHasAny) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval interval = MakeInterval();
  interval.drain = absl::Seconds(60);

  const Measurements measured = simulator_->Play(DiamondPlan(0.5), interval).value();

  const bool has_flows = measured.flows.has_value() && measured.flows->started > 0;
  const Distributions* distributions = simulator_->distributions();
  ASSERT_TRUE(distributions != nullptr || !has_flows);
  if (distributions == nullptr) return;
  EXPECT_GT(distributions->packet_delays.count(), 1000u);
  ExpectQuantile(distributions->packet_delays, 0.99, measured.p99_delay_s);
  EXPECT_EQ(distributions->flows, has_flows ? measured.flows->started : 0);
  if (!has_flows) return;
  const FlowCompletion& flows = *measured.flows;
  const DurationHistogram times = distributions->AllTimes();
  EXPECT_EQ(times.count(), flows.completed);
  EXPECT_GT(distributions->mice, 0u);
  EXPECT_LT(distributions->mice, flows.started);
  EXPECT_LE(distributions->mice_times.count(), distributions->mice);
  if (flows.failed > 0) return;  // those count in quantiles, but have no completion time
  ASSERT_EQ(flows.completed, flows.started);
  ExpectQuantile(times, 0.5, flows.p50_s);
  ExpectQuantile(times, 0.99, flows.p99_s);
}

TEST_P(SimulatorContractTest, ItsDistributionsAreThoseOfTheLastIntervalAlone) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  const Episode episode = MakeEpisode(Diamond());
  ASSERT_TRUE(simulator_->Play(DiamondPlan(0.5), MakeInterval()).ok());
  if (simulator_->distributions() == nullptr) return;
  const Distributions first = *simulator_->distributions();

  ASSERT_TRUE(simulator_->Reset(episode).ok());
  ASSERT_TRUE(simulator_->Play(DiamondPlan(0.5), MakeInterval()).ok());
  const Distributions again = *simulator_->distributions();
  EXPECT_EQ(again.packet_delays.counts(), first.packet_delays.counts());
  EXPECT_EQ(again.AllTimes().counts(), first.AllTimes().counts());

  ASSERT_TRUE(simulator_->Play(DiamondPlan(0.5), MakeInterval(0)).ok());
  EXPECT_EQ(simulator_->distributions()->flows, 0u);
  EXPECT_EQ(simulator_->distributions()->AllTimes().count(), 0u);
}

TEST_P(SimulatorContractTest, LeavesFlowsThatHaveNotCompletedOutOfTheCompletionTimes) {
  ASSERT_TRUE(simulator_->Reset(MakeEpisode(Diamond())).ok());
  Interval interval = MakeInterval(2e9);  // twice what the path can carry
  interval.drain = absl::ZeroDuration();

  const Measurements measured = simulator_->Play(DiamondPlan(1), interval).value();

  if (!measured.flows.has_value() || measured.flows->started == 0) return;
  EXPECT_LT(measured.flows->completed, measured.flows->started);
  EXPECT_EQ(simulator_->distributions()->AllTimes().count(), measured.flows->completed);
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

inline std::string NameOfSimulator(const ::testing::TestParamInfo<SimulatorUnderTest>& info) {
  return info.param.name;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SIMULATOR_SIMULATOR_CONTRACT_H_

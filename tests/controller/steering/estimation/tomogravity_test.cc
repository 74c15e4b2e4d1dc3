#include "controller/steering/estimation/tomogravity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <iostream>

#include "agents/registry/policy_registry.h"
#include "tests/networks.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Line;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;

RoutingPlan ShortestPath(const Topology& topology) {
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  return MakePolicy("shortest-path").value()->Decide(observation).value().plan;
}

std::vector<std::optional<double>> Loads(const Topology& topology, const RoutingPlan& plan,
                                         const TrafficMatrix& demands) {
  const auto loads = ComputeLinkLoads(topology, plan, demands).load_bps;
  return {loads.begin(), loads.end()};
}

std::vector<std::optional<double>> NothingMeasured(int nodes) {
  return std::vector<std::optional<double>>(nodes * nodes);
}

// Sum of absolute errors over the sum of rates.
double RelativeError(const TrafficMatrix& truth, const TrafficMatrix& estimate) {
  double error = 0;
  for (size_t i = 0; i < truth.rates_bps().size(); ++i) {
    error += std::abs(truth.rates_bps()[i] - estimate.rates_bps()[i]);
  }
  return error / truth.total_bps();
}

TEST(TomogravityTest, OneDemandALinkIsExact) {
  const Topology topology = Line(2);
  const RoutingPlan plan = ShortestPath(topology);
  TrafficMatrix truth(2);
  truth.set_rate_bps(0, 1, 3e8);
  truth.set_rate_bps(1, 0, 1e8);
  const TrafficMatrix estimate =
      EstimateDemands(topology, plan, Loads(topology, plan, truth), NothingMeasured(2));
  EXPECT_NEAR(estimate.rate_bps(0, 1), 3e8, 1);
  EXPECT_NEAR(estimate.rate_bps(1, 0), 1e8, 1);
}

TEST(TomogravityTest, EstimateExplainsTheLinkLoads) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const Topology topology = RandomConnected(seed, 10);
    const RoutingPlan plan = ShortestPath(topology);
    const TrafficMatrix truth = RandomTraffic(seed, 10);
    const auto loads = Loads(topology, plan, truth);
    TomogravityOptions options;
    options.max_sweeps = 1000;
    options.tolerance = 1e-6;
    const TrafficMatrix estimate =
        EstimateDemands(topology, plan, loads, NothingMeasured(10), options);
    const auto explained = ComputeLinkLoads(topology, plan, estimate).load_bps;
    for (LinkId l = 0; l < topology.num_links(); ++l) {
      EXPECT_NEAR(explained[l], *loads[l], 0.01 * *loads[l] + 1e3) << seed;
    }
  }
}

TEST(TomogravityTest, MeasuredDemandsAreKeptAndHelpTheOthers) {
  const Topology topology = RandomConnected(1, 10);
  const RoutingPlan plan = ShortestPath(topology);
  const TrafficMatrix truth = RandomTraffic(1, 10);
  const auto loads = Loads(topology, plan, truth);
  auto measured = NothingMeasured(10);
  const double blind = RelativeError(truth, EstimateDemands(topology, plan, loads, measured));
  for (int i = 0; i < 100; i += 2) measured[i] = truth.rates_bps()[i];
  const TrafficMatrix estimate = EstimateDemands(topology, plan, loads, measured);
  for (int i = 0; i < 100; i += 2) EXPECT_EQ(estimate.rates_bps()[i], truth.rates_bps()[i]);
  EXPECT_LT(RelativeError(truth, estimate), blind);
}

TEST(TomogravityTest, SilentNetworkHasNoTraffic) {
  const Topology topology = Line(4);
  const RoutingPlan plan = ShortestPath(topology);
  const std::vector<std::optional<double>> zero(topology.num_links(), 0.0);
  EXPECT_EQ(EstimateDemands(topology, plan, zero, NothingMeasured(4)).total_bps(), 0);
}

// Prints the figures of controller/steering/estimation/README.md.
TEST(TomogravityTest, ErrorOnAbilenesMeasuredMatricesIsAsDocumented) {
  const auto topology = LoadTopology("abilene", {});
  const auto traffic = LoadTraffic("abilene-2004", {});
  ASSERT_TRUE(topology.ok()) << topology.status();
  ASSERT_TRUE(traffic.ok()) << traffic.status();
  const auto series = traffic->value.ForTopology(topology->value);
  ASSERT_TRUE(series.ok()) << series.status();
  const RoutingPlan plan = ShortestPath(topology->value);
  for (int rounds : {1, 2, 3, 5}) {
    TomogravityOptions options;
    options.gravity_rounds = rounds;
    double sum = 0, worst = 0;
    int count = 0;
    for (int i = 0; i < series->size(); i += 12) {
      const TrafficMatrix& truth = series->demands(i);
      const double error = RelativeError(
          truth, EstimateDemands(topology->value, plan, Loads(topology->value, plan, truth),
                                 NothingMeasured(truth.num_nodes()), options));
      sum += error;
      worst = std::max(worst, error);
      ++count;
    }
    std::cout << "rounds " << rounds << " matrices " << count << " mean relative error "
              << sum / count << " worst " << worst << std::endl;
    if (rounds == TomogravityOptions().gravity_rounds) {
      EXPECT_LT(sum / count, 0.6);
    }
  }
}

}  // namespace
}  // namespace rhumb

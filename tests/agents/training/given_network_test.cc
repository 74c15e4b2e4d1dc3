#include "agents/training/given_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/baselines/single_path_plan.h"
#include "tests/networks.h"

namespace rhumb::training {
namespace {

GivenNetwork OnDiamond() {
  GivenNetwork network(testing::Diamond());
  network.generator = *ParseTrafficGenerator("gravity:noise=0.3");
  network.draw.past = 3;
  network.draw.steps = 4;
  network.draw.min_load = network.draw.max_load = 0.7;
  return network;
}

// Matrix t has the rate t + 1 everywhere.
TrafficSeries Counting(const Topology& topology, int count) {
  std::vector<std::string> names;
  for (const Node& node : topology.nodes()) names.push_back(node.name);
  std::vector<TimedMatrix> matrices;
  for (int t = 0; t < count; ++t) {
    TrafficMatrix matrix(topology.num_nodes());
    for (NodeId s = 0; s < topology.num_nodes(); ++s) {
      for (NodeId d = 0; d < topology.num_nodes(); ++d) {
        if (s != d) matrix.set_rate_bps(s, d, t + 1);
      }
    }
    matrices.push_back({{}, matrix});
  }
  return *TrafficSeries::Create("counting", names, absl::Minutes(5), std::move(matrices));
}

std::shared_ptr<const EpisodeScenario> EpisodeOf(GivenNetwork network, uint64_t seed = 7) {
  auto episodes = EpisodesOn(std::move(network), 1000);
  EXPECT_TRUE(episodes.ok()) << episodes.status();
  auto scenario = episodes->source(seed);
  EXPECT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ((*scenario)->paths, episodes->paths);
  return *scenario;
}

absl::Status Refusal(GivenNetwork network, int max_paths = 1000) {
  return EpisodesOn(std::move(network), max_paths).status();
}

TEST(GivenNetworkTest, GivesShortestPathTheLoadOnTheMeanMatrix) {
  const auto scenario = EpisodeOf(OnDiamond());
  ASSERT_EQ(scenario->past.size(), 3U);
  ASSERT_EQ(scenario->played.size(), 4U);
  const Topology& topology = scenario->episode.topology;
  TrafficMatrix mean(topology.num_nodes());
  for (const auto* part : {&scenario->past, &scenario->played}) {
    for (const auto& matrix : *part) {
      for (NodeId s = 0; s < topology.num_nodes(); ++s) {
        for (NodeId d = 0; d < topology.num_nodes(); ++d) {
          mean.add_rate_bps(s, d, matrix->rate_bps(s, d) / 7);
        }
      }
    }
  }
  const LinkLoads loads =
      ComputeLinkLoads(topology, ShortestPathPlan(topology, LinkMetric::kIgp), mean);
  EXPECT_NEAR(MaxLinkUtilization(topology, loads.load_bps), 0.7, 1e-6);
}

TEST(GivenNetworkTest, IsAFunctionOfItsSeed) {
  const auto episodes = EpisodesOn(OnDiamond(), 1000);
  ASSERT_TRUE(episodes.ok());
  EXPECT_EQ(*(*episodes->source(3))->played[0], *(*episodes->source(3))->played[0]);
  EXPECT_FALSE(*(*episodes->source(3))->played[0] == *(*episodes->source(4))->played[0]);
  GivenNetwork same = OnDiamond();
  same.same_traffic = true;
  EXPECT_EQ(*EpisodeOf(same, 3)->played[0], *EpisodeOf(same, 4)->played[0]);
}

TEST(GivenNetworkTest, PlaysAContiguousStretchOfASeries) {
  GivenNetwork network = OnDiamond();
  network.series = Counting(network.topology, 50);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto scenario = EpisodeOf(network, seed);
    std::vector<double> rates;
    for (const auto& matrix : scenario->past) rates.push_back(matrix->rate_bps(0, 1));
    for (const auto& matrix : scenario->played) rates.push_back(matrix->rate_bps(0, 1));
    // Scaled, but equally spaced: t, t + 1, t + 2, ...
    const double step = rates[1] - rates[0];
    const double first = rates[0] / step;
    EXPECT_NEAR(first, std::round(first), 1e-6);
    EXPECT_GE(first, 1 - 1e-6);
    EXPECT_LE(first, 44 + 1e-6);
    for (size_t i = 1; i < rates.size(); ++i) EXPECT_NEAR(rates[i] - rates[i - 1], step, 1e-6);
  }
}

TEST(GivenNetworkTest, RepeatsASeriesThatIsTooShort) {
  GivenNetwork network = OnDiamond();
  network.series = Counting(network.topology, 2);
  const auto scenario = EpisodeOf(network);
  EXPECT_EQ(*scenario->past[0], *scenario->past[2]);
  EXPECT_EQ(*scenario->past[0], *scenario->played[1]);
  EXPECT_FALSE(*scenario->past[0] == *scenario->past[1]);
}

TEST(GivenNetworkTest, PutsLinkEventsAtTheirStepAndTime) {
  GivenNetwork network = OnDiamond();
  const std::string link = network.topology.link(0).name;
  network.events = {*ParseScenarioEvent("link-down:" + link + "@1..2.25")};
  network.draw.duration = absl::Seconds(8);
  const auto scenario = EpisodeOf(network);
  ASSERT_EQ(scenario->changes.size(), 2U);
  EXPECT_EQ(scenario->changes[0].step, 1);
  EXPECT_EQ(scenario->changes[0].at, absl::ZeroDuration());
  EXPECT_EQ(scenario->changes[0].change[0].operational_state, OperationalState::kDown);
  EXPECT_EQ(scenario->changes[1].step, 2);
  EXPECT_EQ(scenario->changes[1].at, absl::Seconds(2));
  EXPECT_EQ(scenario->changes[1].change[0].operational_state, OperationalState::kUp);
  EXPECT_TRUE(scenario->episode.topology.link(0).usable());

  network.events = {*ParseScenarioEvent("drain:" + link + "@0")};
  const auto drained = EpisodeOf(network);
  EXPECT_TRUE(drained->changes.empty());
  EXPECT_FALSE(drained->episode.topology.link(0).usable());
}

TEST(GivenNetworkTest, BurstsMultiplyTheDemandsOfWholeSteps) {
  GivenNetwork network = OnDiamond();
  network.series = Counting(network.topology, 1);
  const std::string pair = network.topology.node(0).name + ">" + network.topology.node(1).name;
  network.events = {*ParseScenarioEvent("burst:" + pair + "*5@2..3")};
  const auto scenario = EpisodeOf(network);
  const double rate = scenario->past[0]->rate_bps(0, 1);
  std::vector<double> rates;
  for (const auto& matrix : scenario->played) rates.push_back(matrix->rate_bps(0, 1));
  EXPECT_THAT(rates, ::testing::ElementsAre(rate, rate, 5 * rate, rate));

  network.events = {*ParseScenarioEvent("burst:" + pair + "*5@2.5..3")};
  const absl::Status status = Refusal(network);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("inside of step 2"));
}

TEST(GivenNetworkTest, RefusesWhatItCannotPlay) {
  EXPECT_EQ(Refusal(OnDiamond(), 95).code(), absl::StatusCode::kResourceExhausted);  // 12 * 8
  EXPECT_TRUE(Refusal(OnDiamond(), 96).ok());
  GivenNetwork unknown = OnDiamond();
  unknown.events = {*ParseScenarioEvent("link-down:nowhere@1")};
  EXPECT_EQ(Refusal(unknown).code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace rhumb::training

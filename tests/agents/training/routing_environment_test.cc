// The environment over any simulator: what every Environment promises, and what it adds.
#include "agents/training/routing_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "simulator/flow/flow_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "tests/agents/training/environment_contract.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

using testing::EnvironmentContractTest;
using testing::EnvironmentUnderTest;
using testing::PlayEpisode;
using testing::RandomLogits;

struct SimulatorOfEnvironment {
  std::string name;
  std::function<std::unique_ptr<NetworkSimulator>()> make;
};

void PrintTo(const SimulatorOfEnvironment& simulator, std::ostream* out) { *out << simulator.name; }

std::unique_ptr<NetworkSimulator> Packets() {
  PacketSimulatorOptions options;
  return MakePacketSimulator(options).value();
}

ScenarioDraw SmallDraw() {
  ScenarioDraw draw;
  draw.networks = {{NetworkFamily::kRingChords, NetworkFamily::kWaxman}, 5, 6};
  draw.steps = 3;
  draw.past = 2;
  draw.failure_share = 1;
  draw.constant_share = 0;
  draw.max_hop_packets = 3000;
  return draw;
}

ScenarioSource Drawn(const ScenarioDraw& draw) {
  return [draw](uint64_t seed) { return DrawScenario(draw, seed); };
}

class RoutingEnvironmentTest : public ::testing::TestWithParam<SimulatorOfEnvironment> {
 protected:
  std::unique_ptr<Environment> Make(ScenarioSource source = Drawn(SmallDraw()),
                                    bool against_shortest_path = true) const {
    EnvironmentOptions options;
    options.against_shortest_path = against_shortest_path;
    return MakeRoutingEnvironment(GetParam().make(), std::move(source), options);
  }
};

TEST_P(RoutingEnvironmentTest, SharedReferencesChangeNothingButTheCost) {
  EnvironmentOptions options;
  options.references = std::make_shared<ReferenceCache>(1);
  const auto make = [&] {
    return MakeRoutingEnvironment(GetParam().make(), Drawn(SmallDraw()), options);
  };
  const auto alone = Make(), first = make(), second = make();
  const std::vector<double> expected = PlayEpisode(alone.get(), 7);

  EXPECT_EQ(PlayEpisode(first.get(), 7), expected);
  EXPECT_EQ(PlayEpisode(second.get(), 7), expected);
  EXPECT_EQ(first->cost().hop_packets, alone->cost().hop_packets);
  if (alone->cost().hop_packets > 0) {
    EXPECT_LT(second->cost().hop_packets, alone->cost().hop_packets);
  }
  PlayEpisode(first.get(), 8);  // and 7 is forgotten
  EXPECT_EQ(options.references->Find(7), nullptr);
  EXPECT_NE(options.references->Find(8), nullptr);
  EXPECT_EQ(PlayEpisode(second.get(), 7), expected);
}

TEST_P(RoutingEnvironmentTest, NeverShowsTheMatrixAboutToBePlayed) {
  std::shared_ptr<const EpisodeScenario> scenario = DrawScenario(SmallDraw(), 3).value();
  const auto environment = Make([&](uint64_t) { return scenario; });
  ASSERT_TRUE(environment->Reset(3).ok());
  for (size_t step = 0; step < scenario->played.size(); ++step) {
    const Observation& seen = environment->observation();
    EXPECT_EQ(seen.past_demands.size(), scenario->past.size() + step);
    EXPECT_EQ(seen.past_measurements.size(), step);
    for (size_t later = step; later < scenario->played.size(); ++later) {
      EXPECT_THAT(seen.past_demands, ::testing::Not(::testing::Contains(scenario->played[later])));
    }
    if (step > 0) {
      EXPECT_EQ(seen.past_demands.back(), scenario->played[step - 1]);
      EXPECT_EQ(static_cast<int>(seen.past_measurements.back()->links.size()),
                seen.topology.num_links());
      EXPECT_TRUE(seen.plan_in_force.has_value());
    }
    ASSERT_TRUE(environment->Step(RandomLogits(*environment, step)).ok());
  }
}

TEST_P(RoutingEnvironmentTest, ShowsAFailureWhenItIsKnownAndIgnoresDeadPaths) {
  ScenarioDraw draw = SmallDraw();
  draw.failure_share = 0;
  auto scenario = std::make_shared<EpisodeScenario>(*DrawScenario(draw, 4).value());
  const TopologyDelta down = {{0, {}, OperationalState::kDown, {}, {}},
                              {1, {}, OperationalState::kDown, {}, {}}};
  const TopologyDelta up = {{0, {}, OperationalState::kUp, {}, {}},
                            {1, {}, OperationalState::kUp, {}, {}}};
  // Known when step 1 is decided; back in the middle of step 1.
  scenario->changes = {{1, absl::ZeroDuration(), down}, {1, scenario->duration / 2, up}};
  const auto environment = Make([&](uint64_t) { return scenario; });
  ASSERT_TRUE(environment->Reset(4).ok());

  EXPECT_TRUE(environment->observation().topology.link(0).usable());
  ASSERT_TRUE(environment->Step(RandomLogits(*environment, 1)).ok());
  EXPECT_FALSE(environment->observation().topology.link(0).usable());
  ASSERT_TRUE(environment->Step(RandomLogits(*environment, 2)).ok());
  const Observation& seen = environment->observation();
  EXPECT_TRUE(seen.topology.link(0).usable());
  // The plan in force was decided while the cable was down.
  const PathSet& paths = *seen.candidate_paths;
  const auto dead = [&paths](int p) {
    const auto links = paths.links(p);
    return std::any_of(links.begin(), links.end(), [](LinkId link) { return link < 2; });
  };
  int avoided = 0;
  for (int p = 0; p < paths.num_paths(); ++p) {
    const auto range = paths.paths_of(paths.pair_of_path(p));
    bool alternative = false;
    for (int other = range.begin; other < range.end; ++other) {
      alternative = alternative || !dead(other);
    }
    if (!dead(p) || !alternative) continue;
    EXPECT_EQ(seen.plan_in_force->ratios()[p], 0);
    ++avoided;
  }
  EXPECT_GT(avoided, 0);
}

TEST_P(RoutingEnvironmentTest, RewardsShortestPathItselfWithZeroAgainstShortestPath) {
  ScenarioDraw draw = SmallDraw();
  // The first candidate is the path of least delay.
  draw.reference = LinkMetric::kDelay;
  draw.failure_share = 0;
  const auto environment = Make(Drawn(draw));
  ASSERT_TRUE(environment->Reset(5).ok());
  const PathSet& paths = *environment->observation().candidate_paths;
  std::vector<float> first(paths.num_paths(), -60);
  for (int pair = 0; pair < paths.num_pairs(); ++pair) first[paths.paths_of(pair).begin] = 0;

  const EnvironmentStep step = environment->Step(first).value();

  // Overloaded queues are solved to a tolerance.
  EXPECT_NEAR(step.reward, 0, 1e-6);
}

TEST_P(RoutingEnvironmentTest, RewardsWithoutReferenceTooAndCountsItsCost) {
  const auto environment = Make(Drawn(SmallDraw()), false);
  const std::vector<double> rewards = PlayEpisode(environment.get(), 6);
  EXPECT_EQ(rewards.size(), 3u);
  EXPECT_EQ(environment->cost().steps, 3);
  EXPECT_GT(environment->cost().simulator_s, 0);
  EXPECT_NE(PlayEpisode(Make().get(), 6), rewards);
}

std::unique_ptr<Environment> Over(std::unique_ptr<NetworkSimulator> simulator) {
  EnvironmentOptions options;
  options.against_shortest_path = true;
  return MakeRoutingEnvironment(std::move(simulator), Drawn(SmallDraw()), options);
}

INSTANTIATE_TEST_SUITE_P(
    Routing, EnvironmentContractTest,
    ::testing::Values(EnvironmentUnderTest{"flow", [] { return Over(MakeFlowSimulator()); }},
                      EnvironmentUnderTest{"packet", [] { return Over(Packets()); }}),
    testing::NameOfEnvironment);

INSTANTIATE_TEST_SUITE_P(
    Simulators, RoutingEnvironmentTest,
    ::testing::Values(SimulatorOfEnvironment{"flow", [] { return MakeFlowSimulator(); }},
                      SimulatorOfEnvironment{"packet", Packets}),
    [](const auto& info) { return info.param.name; });

TEST(PlanOfLogitsTest, IsASoftmaxOverTheUsablePathsOfEveryPair) {
  Topology topology = testing::Diamond();
  CandidatePathOptions options;
  options.threads = 1;
  const auto paths = CandidatePaths::Compute(topology, {{0, 3}}, options).value().paths();
  ASSERT_EQ(paths->num_paths(), 2);
  std::vector<float> logits = {0, std::log(3.0F)};

  EXPECT_NEAR(PlanOfLogits(topology, paths, logits).ratios()[1], 0.75, 1e-6);

  const LinkId on_second = paths->links(1)[0];
  topology = topology.Apply({{on_second, {}, OperationalState::kDown, {}, {}}}).value();
  const RoutingPlan plan = PlanOfLogits(topology, paths, logits);
  EXPECT_EQ(plan.ratios()[0], 1);
  EXPECT_EQ(plan.ratios()[1], 0);
  EXPECT_TRUE(plan.Validate(topology).ok());
}

TEST(ScenarioTest, LoadsAndScalesAreThoseThatWereAskedFor) {
  ScenarioDraw draw;
  draw.networks = {{NetworkFamily::kWaxman}, 6, 10};
  draw.min_load = draw.max_load = 0.8;
  draw.min_narrowest_bps = draw.max_narrowest_bps = 10e6;
  draw.max_hop_packets = 0;
  draw.min_capacity_bps = 50e6;
  draw.max_capacity_bps = 200e6;
  for (uint64_t seed = 1; seed < 20; ++seed) {
    const auto scenario = DrawScenario(draw, seed).value();
    const Topology& topology = scenario->episode.topology;
    double narrowest = 1e18;
    for (const Link& link : topology.links()) {
      EXPECT_GE(link.capacity_bps, 50e6);
      EXPECT_LE(link.capacity_bps, 200e6);
      narrowest = std::min(narrowest, link.capacity_bps);
    }
    EXPECT_NEAR(narrowest * scenario->episode.scale, 10e6, 1);
    EXPECT_EQ(scenario->past.size(), 8u);
    EXPECT_EQ(scenario->played.size(), 2u);
  }
}

TEST(ScenarioTest, BurstsAddAShareOfALinkToAFewDemandsForAFewSteps) {
  ScenarioDraw draw = SmallDraw();
  draw.steps = 10;
  draw.constant_share = 1;
  draw.failure_share = 0;
  draw.burst_share = 1;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto scenario = DrawScenario(draw, seed).value();
    const TrafficMatrix& before = *scenario->past.back();
    std::set<std::pair<NodeId, NodeId>> grown;
    int steps = 0;
    for (const auto& played : scenario->played) {
      for (NodeId s = 0; s < before.num_nodes(); ++s) {
        for (NodeId d = 0; d < before.num_nodes(); ++d) {
          const double more = played->rate_bps(s, d) - before.rate_bps(s, d);
          if (more == 0) continue;
          EXPECT_GT(more, 0);
          grown.emplace(s, d);
          ++steps;
        }
      }
    }
    EXPECT_GE(grown.size(), 1u);
    EXPECT_LE(grown.size(), 3u);
    EXPECT_LE(steps, 15);
  }
}

TEST(ScenarioTest, FailuresLeaveTheNetworkConnectedAndComeInBothKinds) {
  ScenarioDraw draw = SmallDraw();
  int known = 0, sudden = 0;
  for (uint64_t seed = 1; seed < 60; ++seed) {
    const auto scenario = DrawScenario(draw, seed).value();
    for (const StepChange& change : scenario->changes) {
      (change.at == absl::ZeroDuration() ? known : sudden) += 1;
      EXPECT_LT(change.at, scenario->duration);
      const Topology after = scenario->episode.topology.Apply(change.change).value();
      const ShortestPathTree tree(after, LinkWeights(after, LinkMetric::kHops), 0);
      EXPECT_EQ(static_cast<int>(tree.order().size()), after.num_nodes());
    }
  }
  EXPECT_GT(known, 10);
  EXPECT_GT(sudden, 10);
}

}  // namespace
}  // namespace rhumb::training

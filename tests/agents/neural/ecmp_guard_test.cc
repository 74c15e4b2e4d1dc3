// What of the agent's plan is left where ECMP is expected to be better.
#include "agents/neural/ecmp_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <utility>

#include "agents/baselines/ecmp_plan.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/history.h"
#include "agents/neural/inference.h"
#include "agents/neural/neural_policy.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb::neural {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

// The network's first guess as it is: often worse than ECMP.
constexpr char kGuess[] = "default,iterations=0,refinements=0,balance=off,settle=off";

Decision Decide(const std::string& options, const Observation& observation) {
  return NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions(options))
      .value()
      ->Decide(observation)
      .value();
}

Observation Unsteady(unsigned seed, int nodes) {
  Observation observation = Observe(RandomConnected(seed, nodes));
  for (unsigned t = 0; t < 4; ++t) {
    observation.past_demands.push_back(
        std::make_shared<const TrafficMatrix>(RandomTraffic(10 * seed + t, nodes)));
  }
  return observation;
}

// What the checkpoint takes the next matrix for, asked of it without a policy.
struct Scenarios {
  std::vector<TrafficMatrix> demands;
  std::vector<double> weights;
};
Scenarios ScenariosOf(const Observation& observation) {
  const auto graph = std::make_shared<const PathGraph>(
      BuildPathGraph(observation.topology, *observation.candidate_paths));
  Inference inference(FindCheckpoint("default")->NetworkWeights(), {});
  inference.SetGraph(graph);
  std::vector<float> history(static_cast<size_t>(graph->num_pairs()) * kHistory);
  FillHistory(*graph, observation.past_demands, absl::MakeSpan(history));
  inference.Expect(history);
  std::vector<TrafficMatrix> scenarios(kScenarios, TrafficMatrix(observation.topology.num_nodes()));
  for (int d = 0; d < graph->num_pairs(); ++d) {
    for (int s = 0; s < kScenarios; ++s) {
      scenarios[s].set_rate_bps(
          graph->pairs[d].source, graph->pairs[d].destination,
          inference.expected_demands()[static_cast<size_t>(d) * kPathDemandRow + s]);
    }
  }
  return {std::move(scenarios),
          {inference.scenario_weights().begin(), inference.scenario_weights().end()}};
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// Ratios of a pair's paths that have any, by their links, in millionths.
std::map<Path, int> SharesOf(const RoutingPlan& plan, NodePair ends) {
  std::map<Path, int> shares;
  const PathSet::Range range =
      plan.paths().paths_of(*plan.paths().Find(ends.source, ends.destination));
  for (int p = range.begin; p < range.end; ++p) {
    const absl::Span<const LinkId> links = plan.paths().links(p);
    const int share = static_cast<int>(1e6 * plan.ratios()[p] + 0.5);
    if (share > 0) shares[Path(links.begin(), links.end())] += share;
  }
  return shares;
}

TEST(EcmpGuardTest, DemandsThatDoNoHarmKeepTheAgentsPaths) {
  int partial = 0;
  for (unsigned seed = 0; seed < 12; ++seed) {
    const Observation observation = Unsteady(seed, 6 + static_cast<int>(seed));
    const Decision decision = Decide(kGuess, observation);
    if (decision.demands_fell_back == 0) continue;
    ++partial;
    EXPECT_FALSE(decision.fell_back);
    ASSERT_TRUE(decision.plan.Validate(observation.topology).ok()) << seed;
    EXPECT_THAT(decision.note, HasSubstr(absl::StrCat(decision.demands_fell_back, " of ")));
    EXPECT_THAT(decision.note, HasSubstr("demands follow it; MLU over"));
    const RoutingPlan agent = Decide(absl::StrCat(kGuess, ",guard=off"), observation).plan;
    const RoutingPlan ecmp = EcmpPlan(observation.topology, LinkMetric::kInverseCapacity);
    int other = 0;
    for (const NodePair ends : agent.paths().pairs()) {
      const std::map<Path, int> shares = SharesOf(decision.plan, ends);
      if (shares == SharesOf(agent, ends)) continue;
      ++other;
      EXPECT_EQ(shares, SharesOf(ecmp, ends));
    }
    EXPECT_EQ(other, decision.demands_fell_back) << seed;
    EXPECT_NEAR(*decision.predicted_mlu,
                MluOf(observation.topology, decision.plan, *observation.past_demands.back()), 1e-6);
  }
  EXPECT_GT(partial, 4);
}

TEST(EcmpGuardTest, IsTakenWholeWhereAllDemandsWouldHaveToFallBack) {
  int whole = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Topology topology = RandomConnected(seed, 9);
    TrafficMatrix lone(9);
    lone.set_rate_bps(0, 4, 0.8e9);
    const Observation observation = Observe(topology, {lone});
    const double ecmp = MluOf(topology, EcmpPlan(topology, LinkMetric::kInverseCapacity), lone);
    const RoutingPlan agent = Decide(absl::StrCat(kGuess, ",guard=off"), observation).plan;
    const Decision decision = Decide(kGuess, observation);
    EXPECT_EQ(decision.demands_fell_back, 0);
    EXPECT_EQ(decision.fell_back, MluOf(topology, agent, lone) > ecmp * (1 + 1e-5)) << seed;
    if (!decision.fell_back) continue;
    ++whole;
    EXPECT_THAT(decision.note, HasSubstr("better for all demands, in 4 of 4 scenarios"));
    EXPECT_NEAR(*decision.predicted_mlu, ecmp, 1e-6);
  }
  EXPECT_GT(whole, 4);
}

TEST(EcmpGuardTest, LeavesAGoodPlanAsItIs) {
  const Observation observation = Unsteady(3, 9);
  const Decision decision = Decide("default", observation);
  EXPECT_FALSE(decision.fell_back);
  EXPECT_EQ(decision.demands_fell_back, 0);
  EXPECT_THAT(decision.note, HasSubstr("of the best possible), ECMP "));
  EXPECT_THAT(decision.note, Not(HasSubstr("follow it")));
  const RoutingPlan agent = Decide("default,guard=off", observation).plan;
  for (const NodePair ends : agent.paths().pairs()) {
    EXPECT_EQ(SharesOf(decision.plan, ends), SharesOf(agent, ends));
  }
}

TEST(EcmpGuardTest, NoPlanIsExpectedToBeWorseThanEcmpAndWhereItActedNoScenarioIs) {
  int guarded = 0;
  for (unsigned seed = 0; seed < 24; ++seed) {
    const Observation observation = Unsteady(seed, 5 + static_cast<int>(seed % 9));
    const RoutingPlan ecmp = EcmpPlan(observation.topology, LinkMetric::kInverseCapacity);
    for (const char* options : {"default", kGuess}) {
      const Decision decision = Decide(options, observation);
      const bool acted = decision.fell_back || decision.demands_fell_back > 0;
      guarded += acted ? 1 : 0;
      const Scenarios scenarios = ScenariosOf(observation);
      double log_ratio = 0;
      for (int s = 0; s < kScenarios; ++s) {
        const double ratio = MluOf(observation.topology, decision.plan, scenarios.demands[s]) /
                             MluOf(observation.topology, ecmp, scenarios.demands[s]);
        log_ratio += scenarios.weights[s] * std::log(ratio);
        if (!acted) continue;
        EXPECT_LE(ratio, 1 + 2e-5) << seed << " " << options << ": " << decision.note;
      }
      EXPECT_LE(log_ratio, 2e-5) << seed << " " << options << ": " << decision.note;
    }
  }
  EXPECT_GT(guarded, 6);
}

}  // namespace
}  // namespace rhumb::neural

// Decisions one after the other: each goes on from the one before, and what is paid for delay
// follows the plan in force.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/neural/delay_price.h"
#include "agents/neural/inference_kernel.h"
#include "agents/neural/neural_policy.h"
#include "agents/neural/shares_in_force.h"
#include "agents/trees/tree_planner.h"
#include "agents/trees/whole_network.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

std::unique_ptr<RoutingPolicy> Make(const std::string& options) {
  return NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions(options)).value();
}

// RandomTraffic whose demands change by up to a fifth from one matrix to the next.
TrafficMatrix Unsteady(unsigned seed, int nodes, int interval) {
  TrafficMatrix demands = RandomTraffic(seed, nodes);
  const TrafficMatrix noise = RandomTraffic(1000 * seed + static_cast<unsigned>(interval), nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s == d || demands.rate_bps(s, d) <= 0) continue;
      const double factor = 0.8 + 0.4 * noise.rate_bps(s, d) / (noise.rate_bps(s, d) + 1e8);
      demands.set_rate_bps(s, d, demands.rate_bps(s, d) * factor);
    }
  }
  return demands;
}

// Each from the matrix that it is scored on: what is left is what the decision did not find.
TEST(GoingOnTest, StaysAsNearToTheOptimumAsADecisionFromNothing) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    const int nodes = 8 + 2 * static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const auto policy = Make("default");
    MinMluSolver optimum = MinMluSolver::OverAllPaths(topology);
    Observation observation = Observe(topology, {RandomTraffic(seed, nodes)});
    for (int interval = 0; interval < 12; ++interval) {
      const TrafficMatrix demands = Unsteady(seed, nodes, interval);
      observation.past_demands = {std::make_shared<const TrafficMatrix>(demands)};
      const Decision decision = policy->Decide(observation).value();
      testing::ExpectRoutesEveryConnectedPair(topology, decision.plan);
      const double mlu =
          MaxLinkUtilization(topology, ComputeLinkLoads(topology, decision.plan, demands).load_bps);
      EXPECT_LE(mlu, optimum.SolveMlu(demands).value() * 1.004) << seed << " " << interval;
      observation.plan_in_force = decision.plan;
    }
  }
}

// With so many pairs most of them go back to where they were without being looked at one by one.
TEST(GoingOnTest, ThousandsOfPairsStayNearTheBoundAndMostTrafficWhereItIs) {
  constexpr int kNodes = 76;
  const Topology topology = RandomConnected(3, kNodes);
  const auto policy = Make("default");
  trees::TreePlannerOptions patient;
  patient.gap = 1e-3;
  patient.later_rounds = 30;
  trees::TreePlanner yardstick(patient);
  yardstick.SetTopology(topology);
  Observation observation = Observe(topology, {RandomTraffic(3, kNodes)});
  for (int interval = 0; interval < 4; ++interval) {
    const TrafficMatrix demands = Unsteady(3, kNodes, interval);
    observation.past_demands = {std::make_shared<const TrafficMatrix>(demands)};
    const Decision decision = policy->Decide(observation).value();
    testing::ExpectRoutesEveryConnectedPair(topology, decision.plan);
    trees::TreeDemands rates(kNodes);
    trees::FillDemands(demands, yardstick.unit_per_bps(), &rates);
    const double mlu =
        MaxLinkUtilization(topology, ComputeLinkLoads(topology, decision.plan, demands).load_bps);
    EXPECT_LE(mlu, yardstick.Improve(rates).bound * 1.01) << interval;
    if (interval > 0) {
      EXPECT_LT(MovedShare(*observation.plan_in_force, decision.plan, demands), 0.1) << interval;
    }
    observation.plan_in_force = decision.plan;
  }
}

// Where the last split loads a few links far above all others the network gives another start.
TEST(GoingOnTest, FindsTheOptimumOfTrafficThatHasNothingInCommonWithTheLast) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    const Topology topology = RandomConnected(seed, 16);
    MinMluSolver optimum = MinMluSolver::OverAllPaths(topology);
    const auto policy = Make("default,guard=off,delay-weight=0.01");
    Observation observation = Observe(topology, {RandomTraffic(seed, 16)});
    for (unsigned interval = 0; interval < 6; ++interval) {
      TrafficMatrix demands = RandomTraffic(seed + 100 * interval, 16);
      const int from = static_cast<int>((seed + interval) % 16), to = (from + 7) % 16;
      demands.set_rate_bps(from, to, 1e12);
      observation.past_demands = {std::make_shared<const TrafficMatrix>(demands)};
      observation.plan_in_force = policy->Decide(observation).value().plan;
      const double mlu = MaxLinkUtilization(
          topology, ComputeLinkLoads(topology, *observation.plan_in_force, demands).load_bps);
      EXPECT_LE(mlu, optimum.SolveMlu(demands).value() * 1.03) << seed << " " << interval;
    }
  }
}

TEST(GoingOnTest, TheSameDecisionsBeforeLeadToTheSamePlans) {
  const Topology topology = RandomConnected(3, 12);
  const auto one = Make("default"), other = Make("default");
  Observation observation = Observe(topology, {RandomTraffic(3, 12)});
  for (int interval = 0; interval < 6; ++interval) {
    const Decision decision = one->Decide(observation).value();
    const Decision again = other->Decide(observation).value();
    ASSERT_THAT(again.plan.ratios(), ::testing::ElementsAreArray(decision.plan.ratios()));
    EXPECT_EQ(again.note, decision.note);
    observation.plan_in_force = decision.plan;
    observation.past_demands.push_back(
        std::make_shared<const TrafficMatrix>(Unsteady(3, 12, interval)));
  }
}

// The candidate set lags behind a failure: the plan in force has a pair on a dead path only.
TEST(GoingOnTest, RoutesPairsWhosePathInForceHasFailed) {
  const Topology whole = RandomConnected(5, 8);
  const auto policy = Make("default,guard=off");
  Observation observation = Observe(whole, {RandomTraffic(5, 8)});
  observation.plan_in_force = policy->Decide(observation).value().plan;
  for (LinkId l = 0; l + 1 < whole.num_links(); l += 2) {
    observation.topology = *whole.Apply(
        {{l, {}, OperationalState::kDown, {}, {}}, {l + 1, {}, OperationalState::kDown, {}, {}}});
    const Decision decision = policy->Decide(observation).value();
    testing::ExpectRoutesEveryConnectedPair(observation.topology, decision.plan);
  }
}

// A-B-D of 1 ms a link and 10 Gbit/s, and A-C-D of 400 ms and 1 Gbit/s: for the MLU an eleventh of
// the traffic takes the detour, and the mean delay is twelve times that of the fast way.
class SlowDetourTest : public ::testing::Test {
 protected:
  SlowDetourTest() {
    std::vector<Link> links;
    for (const auto& [a, b, ms] :
         {std::array<int, 3>{0, 1, 1}, {1, 3, 1}, {0, 2, 400}, {2, 3, 400}}) {
      testing::AddCable(&links, a, b, ms == 1 ? 1e10 : 1e9, absl::Milliseconds(ms));
    }
    topology_ = *Topology::Create("detour", testing::NamedNodes(4), links);
  }

  // Mean share on the detour after a few decisions; the demand changes by `change` up and down.
  double SlowShare(const std::string& options, double change) {
    const auto policy = Make(options);
    Observation observation = Observe(topology_, {});
    double sum = 0;
    for (int interval = 0; interval < 24; ++interval) {
      TrafficMatrix demands(4);
      demands.set_rate_bps(0, 3, 3e9 * (1 + (interval % 2) * change));
      observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(demands));
      observation.plan_in_force = policy->Decide(observation).value().plan;
      if (interval < 8) continue;
      sum += ComputeLinkLoads(topology_, *observation.plan_in_force, demands).load_bps[4] /
             demands.rate_bps(0, 3);
    }
    return sum / 16;
  }

  Topology topology_ = testing::Line(2);
};

TEST_F(SlowDetourTest, IsLeftWhereTrafficChangesAndThereIsMuchDelayToGain) {
  EXPECT_NEAR(SlowShare("default,settle=off,delay-weight=0", 0.5), 1.0 / 11, 0.02);
  EXPECT_LT(SlowShare("default,settle=off", 0.5), 0.04);
}

TEST_F(SlowDetourTest, IsTakenForTheMluOfTrafficThatIsKnown) {
  EXPECT_NEAR(SlowShare("default,settle=off", 0), 1.0 / 11, 0.005);
}

PathSet BothWays() {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  return builder.Build();
}

TEST_F(SlowDetourTest, ExcessIsOverTheFastestPath) {
  const PathGraph graph = BuildPathGraph(topology_, BothWays());
  std::vector<float> demands(kPathDemandRow, 0.0F);
  demands[kMeanDemand] = 0.7F;
  const double slower = graph.delay[1] / graph.delay[0] - 1;
  EXPECT_NEAR(ExcessDelay(graph, demands, std::vector<float>{0.75F, 0.25F}), 0.25 * slower, 1e-4);
  EXPECT_DOUBLE_EQ(ExcessDelay(graph, demands, std::vector<float>{0, 0}), 0);
}

TEST(DelayPriceTest, RisesFromNothingToATenthOfWhatChanges) {
  EXPECT_DOUBLE_EQ(DelayWeightAfter(0.05, 0.2), 0);
  EXPECT_NEAR(DelayWeightAfter(0.09, 0.2), 0.01, 1e-12);
  EXPECT_NEAR(DelayWeightAfter(0.5, 0.2), 0.02, 1e-12);
  EXPECT_DOUBLE_EQ(DelayWeightAfter(0.5, 0), 0);
}

TEST_F(SlowDetourTest, SharesInForceAreFoundByTheLinksOfPaths) {
  const auto own = std::make_shared<const PathSet>(BothWays());
  const PathGraph graph = BuildPathGraph(topology_, *own);
  PathSet::Builder other;
  other.AddPair(0, 3).AddPath({4, 6}).AddPath({0, 2});
  const RoutingPlan plan(std::make_shared<const PathSet>(other.Build()), {0.3, 0.7}, 1);
  EXPECT_THAT(SharesInForce(graph, own, plan), ElementsAre(FloatEq(0.7F), FloatEq(0.3F)));
}

TEST_F(SlowDetourTest, APairThatIsPartlyElsewhereIsNotInForce) {
  PathSet::Builder one;
  one.AddPair(0, 3).AddPath({0, 2});
  const auto own = std::make_shared<const PathSet>(one.Build());
  const PathGraph graph = BuildPathGraph(topology_, *own);
  const RoutingPlan plan(std::make_shared<const PathSet>(BothWays()), {0.6, 0.4}, 1);
  std::vector<float> shares = SharesInForce(graph, own, plan);
  EXPECT_THAT(shares, ElementsAre(FloatEq(0.6F)));
  ForgetPartOfAPair(graph, absl::MakeSpan(shares));
  EXPECT_THAT(shares, Each(0.0F));
}

}  // namespace
}  // namespace rhumb::neural

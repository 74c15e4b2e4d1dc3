#include "agents/baselines/robust_lp_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;
using Matrices = std::vector<std::shared_ptr<const TrafficMatrix>>;

Matrices Draw(unsigned seed, int nodes, int count) {
  Matrices matrices;
  for (int i = 0; i < count; ++i) {
    matrices.push_back(std::make_shared<const TrafficMatrix>(RandomTraffic(seed + i, nodes)));
  }
  return matrices;
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

double MeanMlu(const Topology& topology, const RoutingPlan& plan, const Matrices& matrices) {
  double sum = 0;
  for (const auto& matrix : matrices) sum += MluOf(topology, plan, *matrix);
  return sum / static_cast<double>(matrices.size());
}

TEST(RobustSolverTest, OfOneMatrixIsTheOptimumWithTheLeastDelay) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const int nodes = 5 + static_cast<int>(seed);
    const Topology topology = testing::DamagedNetwork(seed, nodes);
    const Matrices one = Draw(seed, nodes, 1);
    MinMluOptions options;
    options.leave_out_unroutable = true;
    const LpSolution expected =
        MinMluSolver::OverAllPaths(topology, options).SolvePlan(*one.front()).value();
    for (const auto objective : {RobustSolver::Objective::kMean, RobustSolver::Objective::kWorst}) {
      const LpSolution solution = RobustSolver(topology, objective).Solve(one).value();
      EXPECT_NEAR(solution.mlu, expected.mlu, 1e-4 * expected.mlu) << seed;
      EXPECT_NEAR(MluOf(topology, solution.plan, *one.front()), expected.mlu, 1e-4 * expected.mlu);
      EXPECT_NEAR(solution.unrouted_bps, expected.unrouted_bps, 1);
      testing::ExpectRoutesEveryConnectedPair(topology, solution.plan);
    }
  }
}

// Against every split that is the optimum of one matrix, and mixes of two of them: none is better
// over all matrices.
TEST(RobustSolverTest, NothingElseIsBetterOverAllMatrices) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const int nodes = 6 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const Matrices matrices = Draw(10 * seed, nodes, 5);
    const LpSolution mean =
        RobustSolver(topology, RobustSolver::Objective::kMean).Solve(matrices).value();
    const LpSolution worst =
        RobustSolver(topology, RobustSolver::Objective::kWorst).Solve(matrices).value();
    EXPECT_NEAR(MeanMlu(topology, mean.plan, matrices), mean.mlu, 1e-4 * mean.mlu);
    double worst_of_plan = 0, worst_of_mean = 0, least_mean = 0;
    for (const auto& matrix : matrices) {
      worst_of_plan = std::max(worst_of_plan, MluOf(topology, worst.plan, *matrix));
      worst_of_mean = std::max(worst_of_mean, MluOf(topology, mean.plan, *matrix));
      least_mean += OptimalMlu(topology, *matrix).value() / static_cast<double>(matrices.size());
    }
    EXPECT_NEAR(worst_of_plan, worst.mlu, 1e-4 * worst.mlu);
    EXPECT_LE(worst.mlu, worst_of_mean * (1 + 1e-4));
    EXPECT_LE(mean.mlu, MeanMlu(topology, worst.plan, matrices) * (1 + 1e-4));
    EXPECT_GE(mean.mlu, least_mean * (1 - 1e-4));
    MinMluSolver single = MinMluSolver::OverAllPaths(topology);
    for (const auto& matrix : matrices) {
      const RoutingPlan plan = single.SolvePlan(*matrix)->plan;
      EXPECT_LE(mean.mlu, MeanMlu(topology, plan, matrices) * (1 + 1e-4)) << seed;
    }
  }
}

TEST(RobustSolverTest, WhatIsKeptBetweenDecisionsChangesNoResult) {
  const Topology topology = RandomConnected(3, 9);
  const Matrices matrices = Draw(1, 9, 12);
  RobustSolver kept(topology, RobustSolver::Objective::kMean);
  for (size_t first = 0; first + 4 <= matrices.size(); ++first) {
    const auto window = absl::MakeConstSpan(matrices).subspan(first, 4);
    const double fresh = RobustSolver(topology, RobustSolver::Objective::kMean).Solve(window)->mlu;
    EXPECT_NEAR(kept.Solve(window)->mlu, fresh, 1e-4 * fresh);
  }
}

TEST(RobustLpOptionsTest, ReadsWindowAndObjectiveAndNamesWhatIsWrong) {
  const auto options = ParseRobustLpOptions("worst,window=3");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->window, 3);
  EXPECT_EQ(options->objective, RobustSolver::Objective::kWorst);
  for (const char* bad : {"window=0", "window=x", "median", "window"}) {
    EXPECT_THAT(std::string(ParseRobustLpOptions(bad).status().message()),
                ::testing::HasSubstr(bad));
  }
}

TEST(RobustLpPolicyTest, LooksAtTheLastMatricesOnly) {
  const Topology topology = testing::Diamond();
  TrafficMatrix old(4), now(4);
  old.set_rate_bps(0, 1, 9e8);
  now.set_rate_bps(0, 3, 4e8);
  RobustLpOptions options;
  options.window = 2;
  RobustLpPolicy policy(options);
  EXPECT_EQ(policy.name(), "lp-robust:window=2");
  const auto decision = policy.Decide(Observe(topology, {old, now, now}));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_NEAR(MluOf(topology, decision->plan, now), 0.2, 1e-4);
  EXPECT_THAT(decision->note, ::testing::HasSubstr("last 2 matrices: 0.2"));
}

}  // namespace
}  // namespace rhumb

#include "agents/baselines/lp/min_mlu.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <thread>

#include "agents/baselines/lp/edge_formulation.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/baselines/lp/path_formulation.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

using testing::AddCable;
using ::testing::AllOf;
using testing::Diamond;
using ::testing::HasSubstr;
using testing::Line;
using testing::NamedNodes;
using testing::RandomConnected;
using testing::RandomTraffic;

std::shared_ptr<const PathSet> BothSidesOfTheDiamond() {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  return std::make_shared<const PathSet>(builder.Build());
}

std::shared_ptr<const PathSet> Candidates(const Topology& topology) {
  CandidatePathOptions options;
  options.max_paths = 4;
  options.threads = 1;
  return CandidatePaths::Compute(topology, {}, options).value().paths();
}

TrafficMatrix OneDemand(int nodes, NodeId source, NodeId destination, double rate_bps) {
  TrafficMatrix demands(nodes);
  demands.set_rate_bps(source, destination, rate_bps);
  return demands;
}

// Like real ones: a few demands carry most, many are 0, rates span ten orders of magnitude.
TrafficMatrix SkewedTraffic(unsigned seed, int nodes) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  TrafficMatrix demands(nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s != d && random() % 3 != 0) {
        demands.set_rate_bps(s, d, 1e7 * std::exp(2.5 * normal(random)));
      }
    }
  }
  return demands;
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

double DelayTimesRate(const Topology& topology, const RoutingPlan& plan,
                      const TrafficMatrix& demands) {
  const std::vector<double> load_bps = ComputeLinkLoads(topology, plan, demands).load_bps;
  double sum = 0;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    sum += load_bps[l] * absl::ToDoubleSeconds(topology.link(l).propagation_delay);
  }
  return sum;
}

TEST(MinMluTest, SplitsADemandOverBothSidesOfTheDiamond) {
  const absl::StatusOr<LpSolution> solution =
      MinimizeMluOverPaths(Diamond(), BothSidesOfTheDiamond(), OneDemand(4, 0, 3, 1e9));

  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_NEAR(solution->mlu, 0.5, 1e-6);
  EXPECT_TRUE(solution->plan.Validate(Diamond()).ok());
  EXPECT_NEAR(solution->plan.ratios()[0], 0.5, 1e-6);
}

// All 1.5 Gbit/s leave A over its two links of 1 Gbit/s each.
TEST(MinMluTest, ReachesTheCutBoundOfATriangle) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  AddCable(&links, 1, 2, 1e9);
  AddCable(&links, 0, 2, 1e9);
  const Topology triangle = Topology::Create("triangle", NamedNodes(3), links).value();
  TrafficMatrix demands(3);
  demands.set_rate_bps(0, 1, 1e9);
  demands.set_rate_bps(0, 2, 0.5e9);

  EXPECT_NEAR(OptimalMlu(triangle, demands).value(), 0.75, 1e-6);
}

TEST(MinMluTest, FillsParallelLinksByTheirCapacity) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  AddCable(&links, 0, 1, 3e9);
  const Topology pair = Topology::Create("pair", NamedNodes(2), links).value();

  EXPECT_NEAR(OptimalMlu(pair, OneDemand(2, 0, 1, 2e9)).value(), 0.5, 1e-6);
}

TEST(MinMluTest, BeatsEveryGridOfRatiosAndIsCloseToTheBest) {
  const Topology topology = Diamond();
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  builder.AddPair(0, 1).AddPath({0}).AddPath({4, 6, 3});
  builder.AddPair(2, 3).AddPath({6}).AddPath({5, 0, 2});
  const auto paths = std::make_shared<const PathSet>(builder.Build());
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 0.8e9);
  demands.set_rate_bps(0, 1, 0.7e9);
  demands.set_rate_bps(2, 3, 0.3e9);

  double best = 10;
  constexpr int kSteps = 50;
  for (int a = 0; a <= kSteps; ++a) {
    for (int b = 0; b <= kSteps; ++b) {
      for (int c = 0; c <= kSteps; ++c) {
        std::vector<double> ratios;
        for (int i : {a, b, c}) {
          ratios.push_back(i / double{kSteps});
          ratios.push_back(1 - i / double{kSteps});
        }
        best = std::min(best, MluOf(topology, RoutingPlan(paths, ratios, 1), demands));
      }
    }
  }
  const double mlu = MinimizeMluOverPaths(topology, paths, demands)->mlu;
  EXPECT_LE(mlu, best + 1e-6);
  EXPECT_GE(mlu, best - 2.0 / kSteps);
}

TEST(MinMluTest, AgreesWithTheProgramOverLinksOnRandomNetworks) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const int nodes = 3 + static_cast<int>(seed % 12);
    const Topology topology = RandomConnected(seed, nodes);
    const TrafficMatrix demands =
        seed % 2 == 0 ? RandomTraffic(seed, nodes) : SkewedTraffic(seed, nodes);
    const double exact = EdgeFormulation(topology).Solve(demands, {}).value();

    const absl::StatusOr<LpSolution> solution =
        MinMluSolver::OverAllPaths(topology).SolvePlan(demands);

    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_NEAR(OptimalMlu(topology, demands).value(), exact, 2e-6 * exact);
    EXPECT_NEAR(solution->mlu, exact, 2e-6 * exact);
    EXPECT_NEAR(MluOf(topology, solution->plan, demands), exact, 2e-6 * exact);
    EXPECT_TRUE(solution->plan.Validate(topology).ok());
  }
}

TEST(MinMluTest, AgreesWithTheProgramOverAllCandidatePaths) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const int nodes = 4 + static_cast<int>(seed % 9);
    const Topology topology = RandomConnected(seed, nodes);
    const TrafficMatrix demands = SkewedTraffic(seed, nodes);
    const auto paths = Candidates(topology);
    PathFormulation program(topology, paths);
    const double expected = program.Solve(demands, {})->mlu;

    const absl::StatusOr<LpSolution> solution = MinimizeMluOverPaths(topology, paths, demands);

    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_NEAR(solution->mlu, expected, 2e-6 * expected);
    EXPECT_EQ(solution->plan.shared_paths(), paths);
    EXPECT_TRUE(solution->plan.Validate(topology).ok());
  }
}

TEST(MinMluTest, WarmStartsReachTheSameOptimumAsFreshOnesThroughSpikesAndSilence) {
  const Topology topology = RandomConnected(7, 12);
  MinMluSolver warm = MinMluSolver::OverAllPaths(topology);
  for (unsigned i = 0; i < 60; ++i) {
    SCOPED_TRACE(i);
    TrafficMatrix demands = SkewedTraffic(i / 3, 12);  // repeats, too
    if (i % 7 == 3) demands = TrafficMatrix(12);
    if (i % 11 == 5) demands = demands.Scaled(1e5);
    if (i % 13 == 6) demands.set_rate_bps(1, 7, 1e13);
    const double fresh = OptimalMlu(topology, demands).value();
    const absl::StatusOr<LpSolution> solution = warm.SolvePlan(demands);
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_NEAR(solution->mlu, fresh, 2e-6 * fresh);
    EXPECT_NEAR(warm.SolveMlu(demands).value(), fresh, 2e-6 * fresh);
  }
}

TEST(MinMluTest, ScalesWithTrafficAndCapacity) {
  const Topology topology = RandomConnected(3, 9);
  const TrafficMatrix demands = SkewedTraffic(3, 9);
  const double mlu = OptimalMlu(topology, demands).value();

  EXPECT_NEAR(OptimalMlu(topology, demands.Scaled(1e-6)).value(), 1e-6 * mlu, 1e-12 * mlu);
  EXPECT_NEAR(OptimalMlu(topology, demands.Scaled(1e6)).value(), 1e6 * mlu, 1e0 * mlu);
}

TEST(MinMluTest, KeepsDemandsOnTheirFastestPathWhenTheBottleneckIsElsewhere) {
  // C hangs on B by a thin link, which alone decides the MLU; A and B have a direct link and a
  // detour over D.
  std::vector<Link> links;
  AddCable(&links, 0, 1, 10e9, absl::Milliseconds(5));
  AddCable(&links, 1, 2, 1e9);
  AddCable(&links, 0, 3, 10e9, absl::Milliseconds(3));
  AddCable(&links, 3, 1, 10e9, absl::Milliseconds(3));
  const Topology topology = Topology::Create("stub", NamedNodes(4), links).value();
  TrafficMatrix demands(4);
  demands.set_rate_bps(1, 2, 0.6e9);
  demands.set_rate_bps(0, 1, 5.5e9);

  const LpSolution solution = MinMluSolver::OverAllPaths(topology).SolvePlan(demands).value();

  EXPECT_NEAR(solution.mlu, 0.6, 1e-6);
  const PathSet& paths = solution.plan.paths();
  const PathSet::Range range = paths.paths_of(*paths.Find(0, 1));
  ASSERT_EQ(range.size(), 1);
  EXPECT_EQ(paths.links(range.begin).size(), 1u);
}

TEST(MinMluTest, SecondStageIsNeverSlowerThanAnyPlanOfTheSameMlu) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const Topology topology = RandomConnected(seed, 9);
    const TrafficMatrix demands = SkewedTraffic(seed, 9);
    const auto paths = Candidates(topology);
    PathFormulation program(topology, paths);
    const RoutingPlan any(paths, program.Solve(demands, {})->ratios, 1);

    const LpSolution solution = MinimizeMluOverPaths(topology, paths, demands).value();

    EXPECT_LE(DelayTimesRate(topology, solution.plan, demands),
              1.02 * DelayTimesRate(topology, any, demands));  // hops have a small price too
  }
}

TEST(MinMluTest, NamesADemandThatHasNoPath) {
  const Topology cut = Line(3).Apply({{0, {}, OperationalState::kDown, {}, {}}}).value();
  const TrafficMatrix demands = OneDemand(3, 0, 2, 5e6);
  MinMluOptions leave_out;
  leave_out.leave_out_unroutable = true;

  const absl::Status status = OptimalMlu(cut, demands).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("A>C"), HasSubstr("5e+06")));
  EXPECT_EQ(OptimalMlu(cut, demands, leave_out).value(), 0);

  const absl::Status listed =
      MinimizeMluOverPaths(Diamond(), BothSidesOfTheDiamond(), OneDemand(4, 1, 2, 1e6)).status();
  EXPECT_EQ(listed.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(listed.message()), AllOf(HasSubstr("B>C"), HasSubstr("candidate paths")));
  EXPECT_EQ(
      MinimizeMluOverPaths(Diamond(), BothSidesOfTheDiamond(), OneDemand(4, 1, 2, 1e6), leave_out)
          ->unrouted_bps,
      1e6);
}

TEST(MinMluTest, DoesNotUseCandidatePathsOverDeadLinks) {
  const Topology cut = Diamond().Apply({{0, {}, OperationalState::kDown, {}, {}}}).value();

  const LpSolution solution =
      MinimizeMluOverPaths(cut, BothSidesOfTheDiamond(), OneDemand(4, 0, 3, 1e9)).value();

  EXPECT_NEAR(solution.mlu, 1.0, 1e-6);
  EXPECT_EQ(solution.plan.ratios()[0], 0);
}

TEST(MinMluTest, RefusesAMatrixOfAnotherSize) {
  const absl::Status status = OptimalMlu(Diamond(), TrafficMatrix(5)).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("5 nodes"));
}

TEST(MinMluTest, SaysThatItRanOutOfIterationsOrTime) {
  const Topology topology = RandomConnected(1, 14);
  const TrafficMatrix demands = SkewedTraffic(1, 14);
  MinMluOptions few, brief;
  few.limits.iterations = 1;
  brief.limits.time_s = 0;

  const absl::Status exhausted = OptimalMlu(topology, demands, few).status();
  const absl::Status late = OptimalMlu(topology, demands, brief).status();

  EXPECT_EQ(exhausted.code(), absl::StatusCode::kResourceExhausted) << exhausted;
  EXPECT_EQ(late.code(), absl::StatusCode::kDeadlineExceeded) << late;
  EXPECT_EQ(EdgeFormulation(topology).Solve(demands, few.limits).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(MinMluTest, SaysAtALimitBetweenWhichNumbersTheOptimumIs) {
  const Topology topology = RandomConnected(1, 14);
  const TrafficMatrix demands = SkewedTraffic(1, 14);
  const double optimum = OptimalMlu(topology, demands).value();
  int stopped_midway = 0;
  for (int iterations = 5; iterations < 200; iterations += 5) {
    MinMluOptions options;
    options.limits.iterations = iterations;
    const absl::Status status = OptimalMlu(topology, demands, options).status();
    double reached = 0, bound = 0;
    const size_t at = std::string(status.message()).find("So far");
    if (at == std::string::npos) continue;
    ASSERT_EQ(std::sscanf(std::string(status.message()).c_str() + at,
                          "So far: MLU %lf reached, the optimum is at least %lf", &reached, &bound),
              2)
        << status;
    EXPECT_GE(reached, optimum * (1 - 1e-5));
    EXPECT_LE(bound, optimum * (1 + 1e-5));
    ++stopped_midway;
  }
  EXPECT_GT(stopped_midway, 0);
}

TEST(MinMluTest, TheClockOfLimitsIsThatOfTheThread) {
  constexpr double kWork_s = 0.02;
  const double start_s = ThreadCpuSeconds();
  std::thread other([] {
    const double begin_s = ThreadCpuSeconds();
    while (ThreadCpuSeconds() - begin_s < kWork_s) {
    }
  });
  other.join();  // time passes, and CPU time of the process, but none of this thread's
  EXPECT_LT(ThreadCpuSeconds() - start_s, kWork_s);
}

TEST(MinMluTest, RecoversAfterALimit) {
  const Topology topology = RandomConnected(1, 14);
  const TrafficMatrix demands = SkewedTraffic(1, 14);
  MinMluOptions options;
  options.limits.iterations = 30;
  MinMluSolver solver = MinMluSolver::OverAllPaths(topology, options);
  absl::StatusOr<double> mlu = solver.SolveMlu(demands);
  for (int i = 0; i < 50 && !mlu.ok(); ++i) mlu = solver.SolveMlu(demands);

  ASSERT_TRUE(mlu.ok()) << mlu.status();
  EXPECT_NEAR(*mlu, OptimalMlu(topology, demands).value(), 2e-6 * *mlu);
}

}  // namespace
}  // namespace rhumb

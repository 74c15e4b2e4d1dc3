#include "agents/neural/forced_load.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/neural/inference_kernel.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

std::shared_ptr<const PathSet> PathsOf(const Topology& topology) {
  return CandidatePaths::Compute(topology, {}, {})->paths();
}

// Demands as the kernel holds them, the same under every scenario, in units of the mean capacity.
std::vector<float> Rows(const PathGraph& graph, const TrafficMatrix& demands) {
  std::vector<float> rows(static_cast<size_t>(graph.num_pairs()) * kPathDemandRow, 0.0F);
  for (int d = 0; d < graph.num_pairs(); ++d) {
    for (int s = 0; s < kScenarios; ++s) {
      rows[d * kPathDemandRow + s] =
          demands.rate_bps(graph.pairs[d].source, graph.pairs[d].destination) /
          graph.mean_capacity_bps;
    }
  }
  return rows;
}

TrafficMatrix RandomDemands(int nodes, uint64_t seed) {
  std::mt19937_64 random(seed);
  TrafficMatrix demands(nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s != d) demands.set_rate_bps(s, d, 1e8 * (1 + random() % 10));
    }
  }
  return demands;
}

// Every pair of a line has one path: the bound is the MLU.
TEST(ForcedLoadTest, IsTheMluWhereThereIsNoChoice) {
  const Topology topology = testing::Line(5);
  const auto paths = PathsOf(topology);
  const PathGraph graph = BuildPathGraph(topology, *paths);
  const TrafficMatrix demands = RandomDemands(5, 1);
  ForcedLoad forced;
  forced.SetGraph(graph);
  const RoutingPlan plan(paths, std::vector<double>(paths->num_paths(), 1.0), topology.version());
  const double mlu =
      MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
  for (double least : forced.LeastMlu(Rows(graph, demands))) EXPECT_NEAR(least, mlu, 1e-6 * mlu);
}

TEST(ForcedLoadTest, IsNothingWherePathsShareNoLink) {
  const Topology topology = testing::Diamond();
  const auto paths = PathsOf(topology);
  const PathGraph graph = BuildPathGraph(topology, *paths);
  const int across = *paths->Find(0, 3);
  ASSERT_GT(paths->paths_of(across).size(), 1);
  TrafficMatrix demands(topology.num_nodes());
  demands.set_rate_bps(0, 3, 1e9);
  ForcedLoad forced;
  forced.SetGraph(graph);
  EXPECT_EQ(forced.LeastMlu(Rows(graph, demands))[0], 0);
}

class ForcedLoadNetworksTest : public ::testing::TestWithParam<int> {};

TEST_P(ForcedLoadNetworksTest, IsNeverAboveTheOptimum) {
  const Topology topology = testing::RandomConnected(GetParam(), 8 + 2 * GetParam());
  const auto paths = PathsOf(topology);
  const PathGraph graph = BuildPathGraph(topology, *paths);
  const TrafficMatrix demands = RandomDemands(topology.num_nodes(), GetParam());
  ForcedLoad forced;
  forced.SetGraph(graph);
  const double optimum = *MinMluSolver::OverAllPaths(topology).SolveMlu(demands);
  for (double least : forced.LeastMlu(Rows(graph, demands))) {
    EXPECT_LE(least, optimum * (1 + 1e-5));
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, ForcedLoadNetworksTest, ::testing::Range(1, 9));

}  // namespace
}  // namespace rhumb::neural

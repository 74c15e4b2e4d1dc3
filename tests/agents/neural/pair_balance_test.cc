#include "agents/neural/pair_balance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "agents/baselines/lp/min_mlu.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/neural/routing_bound.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using testing::RandomConnected;
using testing::RandomTraffic;

// Demands as the kernels hold them, the same under every scenario, in units of the mean capacity.
std::vector<float> Rows(const PathGraph& graph, const TrafficMatrix& demands) {
  std::vector<float> rows;
  for (const NodePair& pair : graph.pairs) {
    rows.insert(rows.end(), kPathDemandRow,
                static_cast<float>(demands.rate_bps(pair.source, pair.destination) /
                                   graph.mean_capacity_bps));
  }
  return rows;
}

BalanceTask TaskOf(const std::vector<float>& demands) {
  return {demands, {0.25F, 0.25F, 0.25F, 0.25F}, 0, 0};
}

std::shared_ptr<const PathSet> Candidates(const Topology& topology, int max_paths) {
  CandidatePathOptions options;
  options.max_paths = max_paths;
  return CandidatePaths::Compute(topology, {}, options)->paths();
}

double MluOf(const PathGraph& graph, const std::vector<float>& demands,
             const std::vector<float>& ratios) {
  std::vector<double> load(graph.num_links(), 0.0);
  for (int p = 0; p < graph.num_paths(); ++p) {
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i) {
      load[graph.links[i]] += ratios[p] * demands[graph.pair_of_path[p] * kPathDemandRow];
    }
  }
  double mlu = 0;
  for (int l = 0; l < graph.num_links(); ++l) mlu = std::max(mlu, load[l] / graph.capacity[l]);
  return mlu;
}

// Every pair on its first path alone.
std::vector<float> FirstPaths(const PathGraph& graph) {
  std::vector<float> ratios(graph.num_paths(), 0.0F);
  for (int d = 0; d < graph.num_pairs(); ++d) ratios[graph.path_begin[d]] = 1;
  return ratios;
}

class PairBalanceTest : public ::testing::TestWithParam<int> {};

TEST_P(PairBalanceTest, EndsAtTheOptimumOverTheCandidatesFromTheWorstStart) {
  const int nodes = 6 + 2 * GetParam();
  const Topology topology = RandomConnected(GetParam(), nodes);
  const TrafficMatrix demands = RandomTraffic(GetParam(), nodes);
  const auto paths = Candidates(topology, 6);
  const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));
  const std::vector<float> rows = Rows(*graph, demands);
  std::vector<float> ratios = FirstPaths(*graph);
  PairBalance balance;
  balance.SetGraph(topology, graph);
  balance.Start(TaskOf(rows));
  balance.Run(absl::MakeSpan(ratios));

  const double optimum = MinimizeMluOverPaths(topology, paths, demands)->mlu;
  EXPECT_LE(MluOf(*graph, rows, ratios), optimum * 1.003);
  for (int d = 0; d < graph->num_pairs(); ++d) {
    double sum = 0;
    for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
      EXPECT_GE(ratios[p], 0);
      sum += ratios[p];
    }
    EXPECT_NEAR(sum, 1, 1e-4);
  }
  // Of any routing, not only of the candidates.
  const double exact = *MinMluSolver::OverAllPaths(topology).SolveMlu(demands);
  EXPECT_LE(balance.least_mlu(), exact * (1 + 1e-4));
  EXPECT_GE(balance.least_mlu(), exact * 0.9);
}

TEST_P(PairBalanceTest, OverPathsInUseGivesNoOtherAShare) {
  const int nodes = 6 + 2 * GetParam();
  const Topology topology = RandomConnected(GetParam(), nodes);
  const auto graph =
      std::make_shared<const PathGraph>(BuildPathGraph(topology, *Candidates(topology, 6)));
  const std::vector<float> rows = Rows(*graph, RandomTraffic(GetParam(), nodes));
  std::vector<float> ratios(graph->num_paths(), 0.0F);
  for (int d = 0; d < graph->num_pairs(); ++d) {
    const int begin = graph->path_begin[d], end = graph->path_begin[d + 1];
    for (int p = begin; p < std::min(begin + 2, end); ++p)
      ratios[p] = end - begin > 1 ? 0.5F : 1.0F;
  }
  const std::vector<float> start = ratios;
  PairBalance balance;
  balance.SetGraph(topology, graph);
  balance.Start(TaskOf(rows));
  balance.RunInUse(absl::MakeSpan(ratios));
  for (int p = 0; p < graph->num_paths(); ++p) {
    if (start[p] > 0) continue;
    EXPECT_EQ(ratios[p], 0) << p;
  }
  EXPECT_LE(MluOf(*graph, rows, ratios), MluOf(*graph, rows, start) * (1 + 1e-5));
}

TEST_P(PairBalanceTest, NamesThePathsThatAreMissingUntilNoneIs) {
  const int nodes = 6 + 2 * GetParam();
  const Topology topology = RandomConnected(GetParam(), nodes);
  const TrafficMatrix demands = RandomTraffic(GetParam(), nodes);
  const double exact = *MinMluSolver::OverAllPaths(topology).SolveMlu(demands);
  auto paths = Candidates(topology, 1);  // far too few
  double mlu = 0;
  for (int round = 0; round < 60; ++round) {
    const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));
    const std::vector<float> rows = Rows(*graph, demands);
    std::vector<float> ratios = FirstPaths(*graph);
    PairBalance balance;
    balance.SetGraph(topology, graph);
    balance.Start(TaskOf(rows));
    balance.Run(absl::MakeSpan(ratios));
    mlu = MluOf(*graph, rows, ratios);
    const std::vector<MissingPath> missing = balance.FindMissing();
    if (balance.near_enough() || missing.empty()) break;
    PathSet::Builder builder;
    for (int d = 0; d < graph->num_pairs(); ++d) {
      builder.AddPair(graph->pairs[d].source, graph->pairs[d].destination);
      for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
        builder.AddPath(paths->links(graph->path_of_set[p]));
      }
      for (const MissingPath& path : missing) {
        if (path.pair == d) builder.AddPath(path.links);
      }
    }
    paths = std::make_shared<const PathSet>(builder.Build());
    ASSERT_TRUE(paths->Validate(topology).ok()) << paths->Validate(topology);
  }
  EXPECT_LE(mlu, exact * 1.01);
}

INSTANTIATE_TEST_SUITE_P(Networks, PairBalanceTest, ::testing::Range(0, 6));

// Above a number of nodes other code proves it.
TEST(RoutingBoundTest, IsNeverAboveTheOptimumOfNetworksOfAnySize) {
  for (const int nodes : {10, 210}) {
    const Topology topology = RandomConnected(3, nodes);
    TrafficMatrix demands(nodes);
    std::mt19937 random(nodes);
    std::vector<NodePair> pairs;
    for (NodeId s = 0; s < 10; ++s) {
      pairs.push_back({s, nodes - 1 - s});
      if (pairs.back().source == pairs.back().destination) pairs.pop_back();
    }
    for (const NodePair& pair : pairs) {
      demands.set_rate_bps(pair.source, pair.destination, 1e8 * (1 + random() % 10));
    }
    const auto paths = CandidatePaths::Compute(topology, pairs, {})->paths();
    const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));
    const std::vector<float> rows = Rows(*graph, demands);
    const double exact = *MinMluSolver::OverAllPaths(topology).SolveMlu(demands);
    RoutingBound bound;
    bound.SetGraph(topology, graph);
    bound.SetDemands(rows, {0.25F, 0.25F, 0.25F, 0.25F});
    EXPECT_EQ(bound.mlu()[0], 0);
    for (int i = 0; i < 5; ++i) {
      std::vector<float> utilization(graph->num_links() * kPathDemandRow);
      for (float& u : utilization) u = static_cast<float>(random() % 1000) / 1000;
      bound.Improve(utilization, 100);
      for (const float mlu : bound.mlu()) {
        EXPECT_GT(mlu, 0) << nodes;
        EXPECT_LE(mlu, exact * (1 + 1e-4)) << nodes;
      }
    }
  }
}

}  // namespace
}  // namespace rhumb::neural

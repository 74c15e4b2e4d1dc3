#include "agents/neural/dual_bound.h"

#include <gtest/gtest.h>

#include <random>

#include "agents/baselines/lp/min_mlu.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/history.h"
#include "agents/neural/inference.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb::neural {
namespace {

using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

double OptimumOver(const Observation& observation) {
  return MinimizeMluOverPaths(observation.topology, observation.candidate_paths,
                              *observation.past_demands.back())
      ->mlu;
}

TEST(DualBoundTest, WhateverTheUtilizationsItIsNeverAboveTheOptimum) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    const int nodes = 5 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const Observation observation = Observe(topology, {RandomTraffic(seed, nodes)});
    const auto graph =
        std::make_shared<const PathGraph>(BuildPathGraph(topology, *observation.candidate_paths));
    std::vector<float> demands;
    for (const NodePair& pair : graph->pairs) {
      const double rate = observation.past_demands.back()->rate_bps(pair.source, pair.destination);
      demands.insert(demands.end(), kPathDemandRow,
                     static_cast<float>(rate / graph->mean_capacity_bps));
    }
    DualBound bound;
    bound.SetGraph(graph);
    bound.SetDemands(demands);
    EXPECT_EQ(bound.mlu()[0], 0);
    std::mt19937 random(seed);
    const double optimum = OptimumOver(observation);
    for (int i = 0; i < 20; ++i) {
      std::vector<float> utilization(graph->num_links() * kCrossingRow);
      for (float& u : utilization) u = static_cast<float>(random() % 1000) / 1000;
      bound.Improve(utilization);
      for (const float mlu : bound.mlu()) {
        EXPECT_GT(mlu, 0);
        EXPECT_LE(mlu, optimum * (1 + 1e-5));
      }
    }
  }
}

TEST(DualBoundTest, ADecisionKnowsHowNearItIsToTheBestOverItsPaths) {
  const Checkpoint checkpoint = *FindCheckpoint("default");
  double widest = 0;
  for (unsigned seed = 0; seed < 12; ++seed) {
    const int nodes = 6 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const Observation observation = Observe(topology, {RandomTraffic(seed, nodes)});
    const auto graph =
        std::make_shared<const PathGraph>(BuildPathGraph(topology, *observation.candidate_paths));
    std::vector<float> history(graph->num_pairs() * kHistory);
    FillHistory(*graph, observation.past_demands, absl::MakeSpan(history));
    Inference inference(checkpoint.weights, {});
    inference.SetGraph(graph);
    inference.Run(history);
    const double optimum = OptimumOver(observation);
    EXPECT_LE(inference.least_mlu(), optimum * (1 + 1e-5)) << seed;
    EXPECT_GE(inference.latest_mlu(), optimum * (1 - 1e-5)) << seed;
    widest = std::max(widest, inference.latest_mlu() / inference.least_mlu());
  }
  EXPECT_LT(widest, 1.15);  // a bound that proves something
}

}  // namespace
}  // namespace rhumb::neural

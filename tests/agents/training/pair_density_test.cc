#include "agents/training/pair_density.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

neural::SharedGraph Graph() {
  const Topology topology = testing::RandomConnected(3, 6);
  const auto paths = CandidatePaths::Compute(topology, {}, {});
  return std::make_shared<const neural::PathGraph>(
      neural::BuildPathGraph(topology, *paths->paths()));
}

TEST(PlanNoiseTest, HasTheCovarianceThatIsToldOfIt) {
  const neural::SharedGraph graph = Graph();
  const std::vector<float> utilization(graph->num_links(), 0.8F);
  const PlanNoise noise{0.4, 0.6, 0.2};
  const int p = graph->path_begin[4], q = p + 1;
  constexpr int kDraws = 20000;
  Random random(1);
  double pp = 0, pq = 0;
  for (int i = 0; i < kDraws; ++i) {
    const std::vector<float> drawn = DrawPlanNoise(*graph, utilization, noise, random);
    pp += drawn[p] * drawn[p] / kDraws;
    pq += drawn[p] * drawn[q] / kDraws;
  }
  const double expected = NoiseCovariance(*graph, utilization, noise, p, p);
  EXPECT_NEAR(pp, expected, 0.05 * expected);
  EXPECT_NEAR(pq, NoiseCovariance(*graph, utilization, noise, p, q), 0.05 * expected);
}

// Against the definition: log N(a; new) - log N(a; acting) summed over paths, where every path is
// explored by itself.
TEST(PairDensityTest, IsTheRatioOfTwoGaussians) {
  const neural::SharedGraph graph = Graph();
  const std::vector<float> utilization(graph->num_links(), 0.5F);
  const Tensor acting = torch::zeros({graph->num_paths()});
  torch::manual_seed(2);
  const Tensor noise = 0.3 * torch::randn({graph->num_paths(), 3});
  const PairDensity density(graph, utilization, {1e-6, 0, 0.5}, acting, noise);
  const Tensor moved = 0.1 * torch::randn({graph->num_paths()});
  const Tensor ratio = density.LogRatio(moved);
  for (int d = 0; d < graph->num_pairs(); ++d) {
    for (int i = 0; i < 3; ++i) {
      double expected = 0;
      for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
        const double a = noise[p][i].item<double>(), m = moved[p].item<double>();
        expected += (a * a - (a - m) * (a - m)) / (2 * 0.25);
      }
      EXPECT_NEAR(ratio[d][i].item<double>(), expected, 1e-4 + 1e-3 * std::abs(expected));
    }
  }
  EXPECT_NEAR(density.Divergence(acting).sum().item<double>(), 0, 1e-9);
}

}  // namespace
}  // namespace rhumb::training

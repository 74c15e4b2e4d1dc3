#include "agents/neural/graph_ops.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using testing::Diamond;
using testing::RandomConnected;
using torch::Tensor;

SharedGraph GraphOf(const Topology& topology) {
  const auto paths = CandidatePaths::Compute(topology, {}, {});
  return std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths->paths()));
}

Tensor RandomDoubles(std::vector<int64_t> shape, uint64_t seed) {
  torch::manual_seed(seed);
  return torch::randn(shape, torch::kDouble);
}

// Largest difference between the gradient of sum(weight * f(x)) and central differences.
double GradientError(const std::function<Tensor(const Tensor&)>& f, Tensor x) {
  const Tensor weight = RandomDoubles(f(x).sizes().vec(), 5);
  const auto value = [&](const Tensor& at) { return (weight * f(at)).sum().item<double>(); };
  Tensor variable = x.clone().requires_grad_(true);
  (weight * f(variable)).sum().backward();
  const Tensor gradient = variable.grad().view({-1});
  double worst = 0;
  constexpr double kStep = 1e-6;
  for (int64_t i = 0; i < x.numel(); ++i) {
    Tensor up = x.clone(), down = x.clone();
    up.view({-1})[i] += kStep;
    down.view({-1})[i] -= kStep;
    const double numeric = (value(up) - value(down)) / (2 * kStep);
    worst = std::max(worst, std::abs(numeric - gradient[i].item<double>()));
  }
  return worst;
}

TEST(GraphOpsTest, SumsAgreeWithDenseMatrices) {
  const SharedGraph graph = GraphOf(RandomConnected(1, 6));
  Tensor incidence = torch::zeros({graph->num_links(), graph->num_paths()}, torch::kDouble);
  Tensor membership = torch::zeros({graph->num_pairs(), graph->num_paths()}, torch::kDouble);
  for (int p = 0; p < graph->num_paths(); ++p) {
    for (int i = graph->link_begin[p]; i < graph->link_begin[p + 1]; ++i) {
      incidence[graph->links[i]][p] += 1;
    }
    membership[graph->pair_of_path[p]][p] = 1;
  }
  const Tensor of_paths = RandomDoubles({graph->num_paths(), 3}, 1);
  const Tensor of_links = RandomDoubles({graph->num_links(), 3}, 2);
  const Tensor of_pairs = RandomDoubles({graph->num_pairs(), 3}, 3);
  EXPECT_TRUE(torch::allclose(SumOnLinks(graph, of_paths), incidence.mm(of_paths)));
  EXPECT_TRUE(torch::allclose(SumAlongPaths(graph, of_links), incidence.t().mm(of_links)));
  EXPECT_TRUE(torch::allclose(SumOverPaths(graph, of_paths), membership.mm(of_paths)));
  EXPECT_TRUE(torch::allclose(SpreadToPaths(graph, of_pairs), membership.t().mm(of_pairs)));
}

TEST(GraphOpsTest, SoftmaxOfEveryPairSumsToOne) {
  const SharedGraph graph = GraphOf(RandomConnected(2, 7));
  const Tensor ratios = SoftmaxOfPairs(graph, 30 * RandomDoubles({graph->num_paths()}, 4));
  const Tensor sums = SumOverPaths(graph, ratios.view({-1, 1}));
  EXPECT_TRUE(torch::allclose(sums, torch::ones_like(sums)));
}

TEST(GraphOpsTest, GradientsEqualFiniteDifferences) {
  const SharedGraph graph = GraphOf(RandomConnected(3, 5));
  const Tensor paths = RandomDoubles({graph->num_paths(), 2}, 1);
  const Tensor links = RandomDoubles({graph->num_links(), 2}, 2);
  const Tensor pairs = RandomDoubles({graph->num_pairs(), 2}, 3);
  const Tensor logits = RandomDoubles({graph->num_paths()}, 4);
  const Tensor index = torch::tensor({2, 0, 2, 1}, torch::kInt32);
  EXPECT_LT(GradientError([&](const Tensor& x) { return SumOnLinks(graph, x); }, paths), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return SumAlongPaths(graph, x); }, links), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return SumOverPaths(graph, x); }, paths), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return SpreadToPaths(graph, x); }, pairs), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return SoftmaxOfPairs(graph, x); }, logits), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return MinOfPairs(graph, x); }, logits), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return MaxOfGraphs(graph, x); }, links), 1e-7);
  EXPECT_LT(GradientError([&](const Tensor& x) { return Rows(x, index); }, pairs), 1e-7);
}

TEST(GraphOpsTest, FindsTheLargestLinkOfEveryPath) {
  const SharedGraph graph = GraphOf(Diamond());
  const Tensor load = RandomDoubles({graph->num_links()}, 6);
  const Tensor largest = LargestLinkOfPaths(graph, load);
  for (int p = 0; p < graph->num_paths(); ++p) {
    for (int i = graph->link_begin[p]; i < graph->link_begin[p + 1]; ++i) {
      EXPECT_GE(load[largest[p].item<int>()].item<double>(), load[graph->links[i]].item<double>());
    }
  }
}

}  // namespace
}  // namespace rhumb::neural

#include "agents/training/flow_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/neural/network_shape.h"

namespace rhumb::training {
namespace {

using neural::NetworkInput;
using neural::NumWeights;
using torch::Tensor;

Batch SmallBatch(uint64_t seed) {
  PoolOptions options;
  options.networks.families = {NetworkFamily::kWaxman};
  options.networks.min_nodes = 4;
  options.networks.max_nodes = 6;
  options.count = 3;
  options.candidate_paths = 3;
  options.traffic.constant_share = 0;
  const SamplePool pool = *SamplePool::Create(options, seed);
  Random random(seed);
  return pool.Draw(1, 2, random);
}

Tensor BusyWeights() {
  torch::manual_seed(3);
  return (neural::InitialWeights(3) + 0.05 * torch::randn({NumWeights()})).to(torch::kDouble);
}

TEST(FlowObjectiveTest, AnalyticGradientEqualsFiniteDifferences) {
  const NetworkInput input = ToInput(SmallBatch(1), torch::kDouble);
  ObjectiveOptions options;
  options.delay_weight = 0.3;
  options.iterations =
      1;  // the MLU that later features are divided by is a constant to the gradient
  const auto loss = [&](const Tensor& at) { return AnalyticObjective(at, input, options).loss; };
  Tensor weights = BusyWeights().requires_grad_(true);
  loss(weights).backward();
  const Tensor gradient = weights.grad();
  torch::NoGradGuard no_gradient;
  int checked = 0;
  for (int i = 0; i < NumWeights(); i += 41) {
    constexpr double kStep = 1e-6;
    Tensor up = weights.detach().clone(), down = weights.detach().clone();
    up[i] += kStep;
    down[i] -= kStep;
    const double numeric = (loss(up).item<double>() - loss(down).item<double>()) / (2 * kStep);
    // The scenarios and the first logits enter the detached MLU too.
    if (i < neural::WeightTable()[neural::kLinkHiddenLayer].offset) continue;
    EXPECT_NEAR(gradient[i].item<double>(), numeric, 1e-6) << "weight " << i;
    ++checked;
  }
  EXPECT_GT(checked, 50);
}

TEST(FlowObjectiveTest, AdvantageIsTheRewardMinusTheMeanOfTheOthers) {
  // Three samples of two networks. First network: rewards 1, 2, 6; the others' means are
  // 4, 3.5, 1.5, so the differences are -3, -1.5, 4.5; the deviation of 1, 2, 6 is sqrt(7). Second
  // network: all equal, no advantage.
  const Tensor rewards = torch::tensor({{1.0, 5.0}, {2.0, 5.0}, {6.0, 5.0}}, torch::kDouble);
  const Tensor advantages = LeaveOneOutAdvantages(rewards);
  const double deviation = std::sqrt(7.0);
  EXPECT_NEAR(advantages[0][0].item<double>(), -3 / deviation, 1e-6);
  EXPECT_NEAR(advantages[1][0].item<double>(), -1.5 / deviation, 1e-6);
  EXPECT_NEAR(advantages[2][0].item<double>(), 4.5 / deviation, 1e-6);
  for (int n = 0; n < 3; ++n) EXPECT_NEAR(advantages[n][1].item<double>(), 0, 1e-6);
}

TEST(FlowObjectiveTest, RewardIsMinusTheLogOfTheMluLessThePriceOfDelay) {
  // One pair with 3 units over a link of capacity 2 and one of capacity 4 in parallel, half each:
  // MLU 1.5 / 2. The second link takes three times as long: a mean delay of twice the fastest.
  neural::PathGraph graph;
  graph.path_begin = {0, 2};
  graph.link_begin = {0, 1, 2};
  graph.links = {0, 1};
  graph.pair_of_path = {0, 0};
  graph.capacity = {2, 4};
  graph.log_capacity = {0, 0};
  graph.bottleneck = {2, 4};
  graph.extra_hops = {0, 0};
  graph.start_capacity = {0, 0};
  graph.delay = {1, 3};
  graph.extra_delay = {0, 2.0F / 3};
  graph.pairs = {{0, 1}};
  graph.path_of_set = {0, 1};
  graph.graph_link_begin = {0, 2};
  graph.graph_of_pair = {0};
  NetworkInput input;
  input.graph = std::make_shared<const neural::PathGraph>(graph);
  input.next = torch::full({1, 1}, 3.0);
  EXPECT_NEAR(FlowReward(input, 0)(torch::zeros({2})).item<double>(), -std::log(0.75), 1e-6);
  EXPECT_NEAR(FlowReward(input, 0.1)(torch::zeros({2})).item<double>(), -std::log(0.75) - 0.1,
              1e-6);
}

TEST(FlowObjectiveTest, ScoreFunctionGradientPointsWhereTheAnalyticOneDoes) {
  const NetworkInput input = ToInput(SmallBatch(2));
  ObjectiveOptions options;
  options.iterations = 2;
  options.first_iterate_weight = 0;
  options.delay_weight = 0.05;
  const auto gradient = [&](bool score) {
    Tensor weights = BusyWeights().to(torch::kFloat).requires_grad_(true);
    Random random(9);
    ObjectiveValue value = score ? ScoreFunctionObjective(weights, input, FlowReward(input, 0.05),
                                                          options, {3000, 0.1}, random)
                                 : AnalyticObjective(weights, input, options);
    value.loss.backward();
    return weights.grad().clone();
  };
  const Tensor a = gradient(false), b = gradient(true);
  const double cosine = ((a * b).sum() / (a.norm() * b.norm())).item<double>();
  EXPECT_GT(cosine, 0.6);
}

}  // namespace
}  // namespace rhumb::training

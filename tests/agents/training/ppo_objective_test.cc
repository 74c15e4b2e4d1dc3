#include "agents/training/ppo_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/training/packet_learner.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using torch::Tensor;

std::shared_ptr<const neural::PathGraph> GraphOf(const Topology& topology) {
  return std::make_shared<const neural::PathGraph>(
      neural::BuildPathGraph(topology, *CandidatePaths::Compute(topology, {}, {}).value().paths()));
}

Tensor Column(std::vector<double> values) {
  return torch::tensor(values, torch::kDouble).view({-1, 1});
}

std::vector<double> Values(const Tensor& t) {
  const Tensor wide = t.to(torch::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

TEST(PpoObjectiveTest, ClipsRatiosOnlyWhereThatMakesTheSurrogateWorse) {
  const Tensor log_ratio = Column({0, std::log(1.5), std::log(1.5), std::log(0.5), std::log(0.5)});
  const Tensor advantage = Column({2, 1, -1, 1, -1});
  // -min(r A, clip(r, 0.8, 1.2) A): -2; -1.2; 1.5; -0.5; 0.8.
  EXPECT_THAT(Values(ClippedSurrogate(log_ratio, advantage, 0.2)),
              ElementsAre(DoubleNear(-2, 1e-9), DoubleNear(-1.2, 1e-9), DoubleNear(1.5, 1e-9),
                          DoubleNear(-0.5, 1e-9), DoubleNear(0.8, 1e-9)));
}

TEST(PpoObjectiveTest, AClippedRatioHasNoGradient) {
  Tensor log_ratio = Column({std::log(1.5), std::log(1.5), 0});
  log_ratio.requires_grad_(true);
  ClippedSurrogate(log_ratio, Column({1, -1, 3}), 0.2).sum().backward();
  // d(-r A) / d(log r) = -r A.
  EXPECT_THAT(Values(log_ratio.grad()),
              ElementsAre(0, DoubleNear(1.5, 1e-9), DoubleNear(-3, 1e-9)));
}

TEST(PpoObjectiveTest, DensitiesAndDivergencesAreThoseOfGaussians) {
  const auto graph = GraphOf(testing::Diamond());
  const int paths = graph->num_paths();
  torch::manual_seed(1);
  const Tensor logits = torch::randn({paths}, torch::kDouble);
  const Tensor mean = torch::randn({paths}, torch::kDouble);
  const Tensor other = torch::randn({paths}, torch::kDouble);
  const Tensor sigma = torch::full({paths}, 0.3, torch::kDouble);
  const Tensor wider = torch::full({paths}, 0.5, torch::kDouble);

  const std::vector<double> density = Values(LogDensityOfPairs(graph, logits, mean, sigma));
  const std::vector<double> kl = Values(DivergenceOfPairs(graph, mean, sigma, other, wider));

  for (int d = 0; d < graph->num_pairs(); ++d) {
    double expected = 0, divergence = 0;
    for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
      const double x = logits[p].item<double>(), m = mean[p].item<double>(),
                   o = other[p].item<double>();
      expected += std::log(std::exp(-(x - m) * (x - m) / (2 * 0.09)) /
                           std::sqrt(2 * 3.14159265358979 * 0.09));
      divergence += std::log(0.5 / 0.3) + (0.09 + (m - o) * (m - o)) / (2 * 0.25) - 0.5;
    }
    EXPECT_NEAR(density[d], expected, 1e-9);
    EXPECT_NEAR(kl[d], divergence, 1e-9);
  }
  EXPECT_NEAR(Values(DivergenceOfPairs(graph, mean, sigma, mean, sigma))[0], 0, 1e-12);
}

// Two decisions on different networks, as an actor writes them down.
std::vector<Transition> Decisions(const std::vector<float>& weights) {
  std::vector<Transition> decisions;
  for (unsigned seed : {1U, 2U}) {
    Transition t;
    t.graph = GraphOf(testing::RandomConnected(seed, 5));
    torch::manual_seed(seed);
    const Tensor history = torch::rand({t.graph->num_pairs() * neural::kHistory}, torch::kFloat);
    t.history.assign(history.data_ptr<float>(), history.data_ptr<float>() + history.numel());
    neural::InferenceOptions options;
    options.iterations = 3;
    options.refinements = 0;
    options.keep_best = false;
    neural::Inference inference(weights, options);
    inference.SetGraph(t.graph);
    inference.Run(t.history);
    t.means.assign(inference.logits().begin(), inference.logits().end());
    const Tensor noise = 0.3 * torch::randn({t.graph->num_paths()}, torch::kFloat);
    t.logits = t.means;
    for (size_t p = 0; p < t.logits.size(); ++p) t.logits[p] += noise[p].item<float>();
    t.sigma = 0.3;
    decisions.push_back(std::move(t));
  }
  return decisions;
}

std::vector<float> FreshParameters() {
  const Tensor weights = neural::InitialWeights(3);
  return InitialParameters({weights.data_ptr<float>(), static_cast<size_t>(weights.numel())}, 0.3,
                           4);
}

TEST(PpoObjectiveTest, AtTheActingPolicyRatiosAreOneAndTheGradientIsThatOfReinforce) {
  const std::vector<float> first = FreshParameters();
  const std::vector<Transition> decisions =
      Decisions({first.begin(), first.begin() + neural::NumWeights()});
  const std::vector<Sample> samples = {{&decisions[0], 1.5, 0}, {&decisions[1], -0.5, 0}};
  const PpoBatch batch = ToBatch(samples);
  PpoOptions options;
  options.iterations = 3;
  options.value = 0;

  Tensor parameters = torch::tensor(first).requires_grad_(true);
  const PpoLoss loss = PpoObjective(parameters, batch, options);
  loss.loss.backward();

  // The mean advantage, once for the logits and once for the trade-off, which nobody moved.
  EXPECT_NEAR(loss.loss.item<double>(), -(1.5 - 0.5) / 2 * 2, 1e-3);
  EXPECT_NEAR(loss.kl, 0, 1e-6);
  EXPECT_EQ(loss.clipped_share, 0);

  // -advantage * log density, one network at a time, mean over demands and networks.
  Tensor again = torch::tensor(first).requires_grad_(true);
  Tensor reinforce = torch::zeros({});
  for (const Sample& sample : samples) {
    const PpoBatch one = ToBatch({&sample, 1});
    const Tensor mean =
        neural::Forward(again.narrow(0, 0, neural::NumWeights()), one.input, 3).logits.back();
    const Tensor distance = (one.logits - mean) / 0.3;
    reinforce = reinforce + 0.5 * sample.advantage * (0.5 * distance * distance).sum() /
                                one.input.graph->num_pairs();
  }
  reinforce.backward();
  const auto network = [](const Tensor& t) { return t.grad().narrow(0, 0, neural::NumWeights()); };
  EXPECT_LT((network(parameters) - network(again)).norm().item<double>(),
            1e-3 * network(again).norm().item<double>());
}

TEST(PpoObjectiveTest, TheCriticIsPulledTowardsItsTargetsAndTeachesTheEncoder) {
  const std::vector<float> first = FreshParameters();
  std::vector<float> parameters_with_output = first;
  parameters_with_output[neural::NumWeights() + NumCriticWeights() - 2] = 1;
  const std::vector<Transition> decisions =
      Decisions({first.begin(), first.begin() + neural::NumWeights()});
  const std::vector<Sample> samples = {{&decisions[0], 0, 2}, {&decisions[1], 0, 4}};
  const PpoBatch batch = ToBatch(samples);
  PpoOptions options;
  options.iterations = 3;
  options.value = 1;

  // Fresh critics say 0: the error is (4 + 16) / 2.
  EXPECT_NEAR(PpoObjective(torch::tensor(first), batch, options).value_error, 10, 1e-4);
  EXPECT_THAT(ValuesOf(first, batch, 3), ElementsAre(0, 0));

  Tensor parameters = torch::tensor(parameters_with_output).requires_grad_(true);
  PpoObjective(parameters, batch, options).loss.backward();
  EXPECT_GT(parameters.grad().narrow(0, 0, neural::NumWeights()).norm().item<double>(), 0);
}

TEST(PpoObjectiveTest, TheEntropyBonusWidensTheExploration) {
  const std::vector<float> first = FreshParameters();
  const std::vector<Transition> decisions =
      Decisions({first.begin(), first.begin() + neural::NumWeights()});
  const std::vector<Sample> samples = {{&decisions[0], 0, 0}};
  PpoOptions options;
  options.iterations = 3;
  options.value = 0;
  options.entropy = 0.25;
  Tensor parameters = torch::tensor(first).requires_grad_(true);
  const PpoLoss loss = PpoObjective(parameters, ToBatch(samples), options);
  loss.loss.backward();
  // The entropy of N(m, s^2) is log s + 1/2 log(2 pi e): its derivative by log s is 1.
  EXPECT_NEAR(parameters.grad()[NumParameters() - 1].item<double>(), -0.25, 1e-6);
  EXPECT_NEAR(loss.entropy, std::log(0.3) + 0.5 * std::log(2 * 3.14159265358979 * std::exp(1)),
              1e-6);
}

TEST(PpoObjectiveTest, TheTradeOffIsAnActionOfItsOwn) {
  const std::vector<float> first = FreshParameters();
  std::vector<Transition> decisions =
      Decisions({first.begin(), first.begin() + neural::NumWeights()});
  decisions.resize(1);
  decisions[0].trade_off = 0.5;
  decisions[0].trade_off_mean = 0;
  decisions[0].trade_off_sigma = 0.4;
  const std::vector<Sample> samples = {{&decisions[0], 2, 0}};
  PpoOptions options;
  options.iterations = 3;
  options.value = 0;
  Tensor parameters = torch::tensor(first).requires_grad_(true);
  PpoObjective(parameters, ToBatch(samples), options).loss.backward();
  // -advantage * (action - mean) / sigma^2 * d mean / d weight, which is kTradeOffScale.
  const int at = neural::WeightTable()[neural::kTradeOff].offset;
  EXPECT_NEAR(parameters.grad()[at].item<double>(), -2 * 0.5 / 0.16 * neural::kTradeOffScale, 1e-3);
}

RolloutGroup Played(std::vector<std::vector<double>> rewards) {
  RolloutGroup group;
  for (const std::vector<double>& one : rewards) {
    Trajectory trajectory;
    for (double reward : one) {
      trajectory.emplace_back();
      trajectory.back().reward = reward;
    }
    group.trajectories.push_back(std::move(trajectory));
  }
  return group;
}

TEST(PacketLearnerTest, MakesSamplesOfWhatWasPlayedAndLeavesOutLostScenarios) {
  std::vector<RolloutGroup> groups;
  groups.push_back(Played({{2}, {6}}));
  groups.push_back(Played({}));
  groups.push_back(Played({{1}, {1}}));
  PacketConfig config;
  UpdateReport report;

  const std::vector<Sample> samples = MakeSamples(groups, {0, 0, 0, 0}, config, 2, &report);

  // Returns over 2: 1, 3, 0.5, 0.5; leave-one-out: -2, 2, 0, 0, whose deviation is sqrt(8 / 3).
  ASSERT_EQ(samples.size(), 4u);
  EXPECT_NEAR(samples[0].advantage, -2 / std::sqrt(8.0 / 3), 1e-12);
  EXPECT_NEAR(samples[1].advantage, 2 / std::sqrt(8.0 / 3), 1e-12);
  EXPECT_NEAR(samples[2].advantage, 0, 1e-12);
  EXPECT_EQ(samples[1].value_target, 3);
  EXPECT_EQ(report.lost_scenarios, 1);
  EXPECT_EQ(report.reward, 2.5);
}

TEST(PacketLearnerTest, WithACriticAdvantagesAreGeneralizedOnes) {
  std::vector<RolloutGroup> groups;
  groups.push_back(Played({{1, 2, 4}}));
  PacketConfig config;
  config.leave_one_out = false;
  config.discount = 0.5;
  config.decay = 0.8;
  UpdateReport report;

  const std::vector<Sample> samples = MakeSamples(groups, {1, 2, 3}, config, 1, &report);

  // 1.76, 1.9 and 1 before normalisation (see EstimatorsTest).
  const double mean = (1.76 + 1.9 + 1) / 3;
  const double deviation =
      std::sqrt((std::pow(1.76 - mean, 2) + std::pow(1.9 - mean, 2) + std::pow(1 - mean, 2)) / 2);
  EXPECT_NEAR(samples[0].advantage, (1.76 - mean) / deviation, 1e-9);
  EXPECT_NEAR(samples[2].advantage, (1 - mean) / deviation, 1e-9);
}

}  // namespace
}  // namespace rhumb::training

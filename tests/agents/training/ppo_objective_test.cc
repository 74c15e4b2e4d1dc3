#include "agents/training/ppo_objective.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "agents/training/estimators.h"
#include "agents/training/packet_learner.h"

namespace rhumb::training {
namespace {

using neural::kNumPrices;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using torch::Tensor;

Tensor Column(std::vector<double> values) { return torch::tensor(values, torch::kDouble); }

std::vector<double> Values(const Tensor& t) {
  const Tensor wide = t.to(torch::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

// A decision about a network of `links` links with features out of a generator, as `head` takes it.
Transition Decision(const std::vector<float>& head, int links, uint64_t seed) {
  Random random(seed);
  Transition t;
  float sum = 0;
  for (int l = 0; l < links; ++l) {
    t.features.load.push_back(static_cast<float>(random.Uniform()));
    sum += t.features.load.back();
    for (int i = 0; i < neural::kLinkFeatures; ++i) {
      t.features.links.push_back(static_cast<float>(random.Normal()));
    }
  }
  for (float& load : t.features.load) load /= sum;
  for (float& x : t.features.network) x = static_cast<float>(random.Normal());
  t.answer = neural::AskPriceHead(head, t.features);
  for (int k = 0; k < kNumPrices; ++k) {
    t.action[k] = t.answer.mean[k] + static_cast<float>(t.answer.sigma[k] * random.Normal());
  }
  return t;
}

// Weights that are no special case anywhere.
std::vector<float> SomeHead(uint64_t seed) {
  std::vector<float> head = neural::InitialPriceHead(0.5, seed);
  Random random(seed);
  for (float& w : head) w += static_cast<float>(0.1 * random.Normal());
  return head;
}

TEST(PpoObjectiveTest, ClipsRatiosOnlyWhereThatMakesTheSurrogateWorse) {
  const Tensor log_ratio = Column({0, std::log(1.5), std::log(1.5), std::log(0.5), std::log(0.5)});
  // -min(r A, clip(r, 0.8, 1.2) A): -2; -1.2; 1.5; -0.5; 0.8.
  EXPECT_THAT(Values(ClippedSurrogate(log_ratio, Column({2, 1, -1, 1, -1}), 0.2)),
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
  const Tensor x = torch::tensor({{0.3, -1.0}}, torch::kDouble);
  const Tensor mean = torch::tensor({{0.0, 1.0}}, torch::kDouble);
  const Tensor sigma = torch::tensor({{0.5, 2.0}}, torch::kDouble);
  const Tensor other = torch::tensor({{1.0, 1.0}}, torch::kDouble);
  const Tensor wider = torch::tensor({{1.0, 2.0}}, torch::kDouble);
  const double pi = 3.14159265358979;
  const double density = std::log(std::exp(-0.18) / (0.5 * std::sqrt(2 * pi))) +
                         std::log(std::exp(-0.5) / (2 * std::sqrt(2 * pi)));
  EXPECT_NEAR(GaussianLogDensity(x, mean, sigma).item<double>(), density, 1e-9);
  // log(1 / 0.5) + (0.25 + 1) / 2 - 0.5, and nothing of the second component.
  EXPECT_NEAR(GaussianKl(mean, sigma, other, wider).item<double>(), std::log(2.0) + 0.125, 1e-9);
  EXPECT_NEAR(GaussianKl(mean, sigma, mean, sigma).item<double>(), 0, 1e-12);
}

TEST(PpoObjectiveTest, TheHeadIsTheOneThatActs) {
  const std::vector<float> head = SomeHead(3);
  const Transition a = Decision(head, 5, 1), b = Decision(head, 9, 2);
  const HeadOutput output =
      PriceHeadForward(torch::tensor(head), ToBatch({Sample{&a, 0, 0}, Sample{&b, 0, 0}}));
  int row = 0;
  for (const Transition* t : {&a, &b}) {
    for (int k = 0; k < kNumPrices; ++k) {
      EXPECT_NEAR(output.mean[row][k].item<float>(), t->answer.mean[k], 1e-5);
      EXPECT_NEAR(std::exp(output.log_sigma[k].item<float>()), t->answer.sigma[k], 1e-5);
    }
    EXPECT_NEAR(output.value[row].item<float>(), t->answer.value, 1e-5);
    ++row;
  }
}

// The derivative of the whole loss against finite differences, in double precision.
TEST(PpoObjectiveTest, TheGradientIsThatOfTheLoss) {
  const std::vector<float> head = SomeHead(4);
  const Transition a = Decision(head, 4, 1), b = Decision(head, 6, 2);
  const PpoBatch batch = ToBatch({Sample{&a, 1.5, 0.3}, Sample{&b, -0.7, -1}}, torch::kDouble);
  const PpoOptions options{0.2, 0.01, 0.5};
  // Not the acting weights: ratios are not 1.
  const Tensor at = torch::tensor(head).to(torch::kDouble) + 0.01;
  Tensor weights = at.clone().requires_grad_(true);
  PpoObjective(weights, batch, options).loss.backward();
  const std::vector<double> gradient = Values(weights.grad());
  for (size_t i = 0; i < head.size(); i += 97) {
    Tensor up = at.clone(), down = at.clone();
    up[static_cast<int64_t>(i)] += 1e-6;
    down[static_cast<int64_t>(i)] -= 1e-6;
    const double slope = (PpoObjective(up, batch, options).loss.item<double>() -
                          PpoObjective(down, batch, options).loss.item<double>()) /
                         2e-6;
    EXPECT_NEAR(gradient[i], slope, 1e-5 * (1 + std::abs(slope))) << "weight " << i;
  }
}

RolloutGroup Group(const std::vector<std::vector<double>>& rewards,
                   std::vector<float> values = {}) {
  RolloutGroup group;
  for (const auto& episode : rewards) {
    Trajectory trajectory;
    for (size_t t = 0; t < episode.size(); ++t) {
      Transition transition;
      transition.reward = episode[t];
      if (!values.empty()) transition.answer.value = values[t];
      trajectory.push_back(transition);
    }
    group.trajectories.push_back(trajectory);
  }
  return group;
}

TEST(PacketLearnerTest, LeaveOneOutAdvantagesAreNormalisedOverTheBatch) {
  PacketConfig config;
  config.discount = 0.5;
  UpdateReport report;
  // Returns 2 and 4 (rewards over the scale 2), and a lost scenario: advantages -2 and 2, or
  // -1/sqrt 2 and 1/sqrt 2 once normalised.
  const auto samples = MakeSamples({Group({{4}, {8}}), RolloutGroup()}, config, 2, &report);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_NEAR(samples[0].advantage, -std::sqrt(0.5), 1e-9);
  EXPECT_NEAR(samples[1].advantage, std::sqrt(0.5), 1e-9);
  EXPECT_EQ(samples[1].value_target, 4);
  EXPECT_EQ(report.reward, 6);
  EXPECT_EQ(report.lost_scenarios, 1);
  EXPECT_NEAR(report.reward_spread, 2 * std::sqrt(8.0), 1e-9);
}

TEST(PacketLearnerTest, WithACriticAdvantagesAreGeneralized) {
  PacketConfig config;
  config.leave_one_out = false;
  config.discount = 0.5;
  config.decay = 0.8;
  UpdateReport report;
  // As in EstimatorsTest: 1.76, 1.9, 1, of mean 1.5533.
  const auto samples = MakeSamples({Group({{1, 2, 4}}, {1, 2, 3})}, config, 1, &report);
  ASSERT_EQ(samples.size(), 3u);
  const double deviation = MomentsOf({1.76, 1.9, 1}).deviation;
  EXPECT_NEAR(samples[0].advantage, (1.76 - 4.66 / 3) / deviation, 1e-6);
  EXPECT_EQ(samples[0].value_target, 3);
  EXPECT_EQ(samples[2].value_target, 4);
}

// One step of bandits: reward is minus the square distance of the first price from 1.
RolloutGroup Bandit(const PacketState& state, int repeats, uint64_t seed) {
  RolloutGroup group;
  for (int r = 0; r < repeats; ++r) {
    Transition t = Decision(state.learned, 4, seed + static_cast<uint64_t>(r));
    t.reward = -(t.action[0] - 1) * (t.action[0] - 1);
    group.trajectories.push_back({t});
  }
  return group;
}

TEST(PacketLearnerTest, LearnsABanditWithinTheKlLimitOfEveryUpdate) {
  PacketConfig config;
  config.scenarios = 4;
  config.repeats = 16;
  config.episodes.steps = 1;
  config.updates = 1000;
  config.kl_limit = 0.03;
  config.learning_rate = 0.02;  // far too large: the limit must hold all the same
  const PacketLearner learner(config);
  PacketState state(neural::InitialPriceHead(0.5, 1));
  const auto group = GroupOfOne();
  double first = 0, last = 0;
  for (int update = 0; update < 40; ++update) {
    std::vector<RolloutGroup> groups;
    for (int s = 0; s < config.scenarios; ++s) {
      groups.push_back(Bandit(state, config.repeats, 1000 * update + 100 * s));
    }
    const UpdateReport report = learner.Update(groups, &state, group.get()).value();
    ASSERT_LE(report.kl, config.kl_limit);
    // What the report says is so: the divergence of what acted from what came out.
    if (update == 0) first = report.reward;
    last = report.reward;
  }
  EXPECT_GT(last, first + 0.5);
}

TEST(PacketLearnerTest, TakesBackTheStepThatWouldGoTooFar) {
  PacketConfig config;
  config.scenarios = 1;
  config.repeats = 16;
  config.episodes.steps = 1;
  config.kl_limit = 1e-9;
  config.warm_up = 1;
  const PacketLearner learner(config);
  PacketState state(neural::InitialPriceHead(0.5, 1));
  const std::vector<float> before = state.learned;
  const UpdateReport report =
      learner.Update({Bandit(state, 16, 1)}, &state, GroupOfOne().get()).value();
  EXPECT_EQ(report.steps, 0);
  EXPECT_EQ(state.learned, before);
  EXPECT_EQ(state.adam.steps, 0);
  EXPECT_EQ(state.updates, 1);
}

TEST(PacketLearnerTest, SaysSoWhenNothingIsLeftToLearnFrom) {
  PacketState state(neural::InitialPriceHead(0.5, 1));
  const auto report =
      PacketLearner(PacketConfig()).Update({RolloutGroup()}, &state, GroupOfOne().get());
  EXPECT_EQ(report.status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace rhumb::training

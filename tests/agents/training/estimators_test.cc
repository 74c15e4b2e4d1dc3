#include "agents/training/estimators.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace rhumb::training {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

TEST(EstimatorsTest, ReturnsToGoDiscountWhatComesLater) {
  // 1 + 0.5 * (2 + 0.5 * 4) = 3
  EXPECT_THAT(ReturnsToGo({1, 2, 4}, 0.5), ElementsAre(3, 4, 4));
  EXPECT_TRUE(ReturnsToGo({}, 0.5).empty());
}

TEST(EstimatorsTest, GeneralizedAdvantagesAreThoseWorkedOutByHand) {
  // Surprises: 1 + 0.5 * 2 - 1 = 1; 2 + 0.5 * 3 - 2 = 1.5; 4 + 0 - 3 = 1.
  // Advantages, with 0.5 * 0.8 = 0.4 between steps: 1; 1.5 + 0.4 = 1.9; 1 + 0.4 * 1.9 = 1.76.
  EXPECT_THAT(GeneralizedAdvantages({1, 2, 4}, {1, 2, 3}, 0.5, 0.8),
              ElementsAre(DoubleNear(1.76, 1e-12), DoubleNear(1.9, 1e-12), DoubleNear(1, 1e-12)));
}

TEST(EstimatorsTest, GeneralizedAdvantagesAreReturnsMinusValuesWithoutDecay) {
  const std::vector<double> rewards = {1, -2, 0.5, 3}, values = {0.3, 0.1, -1, 2};
  const std::vector<double> returns = ReturnsToGo(rewards, 0.9);
  const std::vector<double> advantages = GeneralizedAdvantages(rewards, values, 0.9, 1);
  for (size_t t = 0; t < rewards.size(); ++t) {
    EXPECT_NEAR(advantages[t], returns[t] - values[t], 1e-12);
  }
}

TEST(EstimatorsTest, LeaveOneOutComparesWithTheOthersAtTheSameStep) {
  // Step 0: 1 - (2 + 6) / 2 = -3, 2 - (1 + 6) / 2 = -1.5, 6 - 1.5 = 4.5.
  EXPECT_THAT(LeaveOneOutAdvantages({{1, 10}, {2, 10}, {6, 10}}),
              ElementsAre(ElementsAre(-3, 0), ElementsAre(-1.5, 0), ElementsAre(4.5, 0)));
  EXPECT_THAT(LeaveOneOutAdvantages({{1, 10}}), ElementsAre(ElementsAre(1, 10)));
}

TEST(EstimatorsTest, MomentsAreThoseOfASample) {
  const Moments moments = MomentsOf({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_NEAR(moments.mean, 5, 1e-12);
  EXPECT_NEAR(moments.deviation, std::sqrt(32.0 / 7), 1e-12);
  EXPECT_EQ(MomentsOf({3}).deviation, 0);
  EXPECT_EQ(MomentsOf({}).mean, 0);
}

TEST(EstimatorsTest, NormalizeGivesMeanZeroAndDeviationOne) {
  std::vector<double> values = {1, 2, 3};
  Normalize(&values);
  EXPECT_THAT(values,
              ElementsAre(DoubleNear(-1, 1e-12), DoubleNear(0, 1e-12), DoubleNear(1, 1e-12)));
  std::vector<double> equal = {5, 5, 5};
  Normalize(&equal);
  EXPECT_THAT(equal, ElementsAre(0, 0, 0));
}

TEST(EstimatorsTest, ExplainedVarianceIsOneForTheTruthAndZeroForTheMean) {
  EXPECT_NEAR(ExplainedVariance({1, 2, 3}, {1, 2, 3}), 1, 1e-12);
  EXPECT_NEAR(ExplainedVariance({2, 2, 2}, {1, 2, 3}), 0, 1e-12);
  // Errors 0, 1, -1 of variance 1 beside targets of variance 1: as bad as the mean.
  EXPECT_NEAR(ExplainedVariance({1, 1, 4}, {1, 2, 3}), 0, 1e-12);
  EXPECT_EQ(ExplainedVariance({1, 2}, {5, 5}), 0);
}

TEST(EstimatorsTest, TheIntervalIsTwiceTheStandardErrorWide) {
  // Deviation 1, standard error 1 / sqrt(3).
  const Estimate estimate = MeanWithInterval({1, 2, 3});
  EXPECT_NEAR(estimate.mean, 2, 1e-12);
  EXPECT_NEAR(estimate.high - estimate.mean, 1.959964 / std::sqrt(3.0), 1e-9);
  EXPECT_NEAR(estimate.mean - estimate.low, 1.959964 / std::sqrt(3.0), 1e-9);
  EXPECT_EQ(MeanWithInterval({4}).low, 4);
}

}  // namespace
}  // namespace rhumb::training

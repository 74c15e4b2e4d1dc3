#include "controller/replay/statistics.h"

#include <gtest/gtest.h>

#include <random>

namespace rhumb {
namespace {

TEST(StatisticsTest, PercentilesInterpolateBetweenTheNearestValues) {
  // By hand: positions 0..3, so p = 0.5 is at 1.5 and p = 0.95 at 2.85.
  const std::vector<double> values = {4, 1, 10, 2};
  EXPECT_DOUBLE_EQ(Percentile(values, 0), 1);
  EXPECT_DOUBLE_EQ(Percentile(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(Percentile(values, 0.95), 4 + 0.85 * 6);
  EXPECT_DOUBLE_EQ(Percentile(values, 1), 10);
}

TEST(StatisticsTest, SummaryOfOneToOneHundred) {
  std::vector<double> values;
  for (int i = 1; i <= 100; ++i) values.push_back(i);
  const Summary summary = Summarize(values);
  EXPECT_DOUBLE_EQ(summary.mean, 50.5);
  EXPECT_DOUBLE_EQ(summary.p50, 50.5);
  EXPECT_DOUBLE_EQ(summary.p95, 95.05);
  EXPECT_DOUBLE_EQ(summary.p99, 99.01);
  EXPECT_DOUBLE_EQ(summary.max, 100);
}

TEST(StatisticsTest, NothingHasNoStatistics) {
  EXPECT_EQ(Mean({}), 0);
  EXPECT_EQ(Percentile({}, 0.5), 0);
  EXPECT_EQ(Summarize({}).max, 0);
  EXPECT_EQ(BootstrapMean({}).high, 0);
}

TEST(StatisticsTest, BootstrapOfEqualValuesHasNoSpread) {
  const Estimate estimate = BootstrapMean({3, 3, 3});
  EXPECT_EQ(estimate.low, 3);
  EXPECT_EQ(estimate.high, 3);
  EXPECT_EQ(BootstrapMean({7}).low, 7);
}

// Two values a and b: a resample is (a, a), (a, b), (b, a) or (b, b), so 2.5 % and 97.5 % are a and
// b themselves.
TEST(StatisticsTest, BootstrapOfTwoValuesSpansThem) {
  const Estimate estimate = BootstrapMean({1, 2});
  EXPECT_EQ(estimate.mean, 1.5);
  EXPECT_EQ(estimate.low, 1);
  EXPECT_EQ(estimate.high, 2);
}

// For many values the interval is the normal one: mean +- 1.96 s / sqrt(n).
TEST(StatisticsTest, BootstrapAgreesWithTheNormalInterval) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal(10, 2);
  std::vector<double> values(400);
  for (double& value : values) value = normal(random);
  double variance = 0;
  for (double value : values) variance += (value - Mean(values)) * (value - Mean(values)) / 399;
  const double half = 1.96 * std::sqrt(variance / 400);
  const Estimate estimate = BootstrapMean(values);
  EXPECT_NEAR(estimate.low, Mean(values) - half, 0.1 * half);
  EXPECT_NEAR(estimate.high, Mean(values) + half, 0.1 * half);
}

}  // namespace
}  // namespace rhumb

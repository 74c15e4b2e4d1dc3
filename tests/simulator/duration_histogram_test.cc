#include "simulator/traffic_model/duration_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace rhumb {
namespace {

// Durations as episodes have them, from microseconds to minutes.
std::vector<double> Durations(uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::lognormal_distribution<double> durations(-3, 3);
  std::vector<double> all(count);
  for (double& duration : all) duration = durations(random);
  return all;
}

DurationHistogram Of(const std::vector<double>& durations) {
  DurationHistogram histogram;
  for (const double duration : durations) histogram.Add(duration);
  return histogram;
}

void ExpectSame(const DurationHistogram& a, const DurationHistogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.first_bucket(), b.first_bucket());
  EXPECT_EQ(a.counts(), b.counts());
}

TEST(DurationHistogramTest, QuantilesAreWithinTheStatedErrorOfSortedDurations) {
  std::vector<double> durations = Durations(1, 10000);
  const DurationHistogram histogram = Of(durations);
  std::sort(durations.begin(), durations.end());
  for (const double q : {0.001, 0.1, 0.5, 0.9, 0.99, 1.0}) {
    const size_t rank = static_cast<size_t>(std::ceil(q * 10000));
    const double exact = durations[rank - 1];
    EXPECT_NEAR(histogram.Quantile(q), exact, DurationHistogram::kRelativeError * exact) << q;
  }
}

TEST(DurationHistogramTest, EveryDurationIsBetweenTheEdgesOfItsBucket) {
  for (const double duration : Durations(2, 1000)) {
    const DurationHistogram histogram = Of({duration});
    const size_t bucket = histogram.first_bucket();
    EXPECT_LE(DurationHistogram::LowerEdgeS(bucket), duration);
    EXPECT_LT(duration, DurationHistogram::LowerEdgeS(bucket + 1));
  }
}

TEST(DurationHistogramTest, MergingIsAddingInAnyOrderAndGrouping) {
  const std::vector<double> parts[] = {Durations(3, 500), {1e-6, 2e-6}, Durations(4, 700), {1e5}};
  DurationHistogram added;
  for (const auto& part : parts) {
    for (const double duration : part) added.Add(duration);
  }
  DurationHistogram from_left, from_right, late;
  for (const auto& part : parts) from_left.Merge(Of(part));
  for (int i = 3; i >= 0; --i) from_right.Merge(Of(parts[i]));
  DurationHistogram pair = Of(parts[2]);
  pair.Merge(Of(parts[3]));
  late.Merge(Of(parts[0]));
  late.Merge(Of(parts[1]));
  late.Merge(pair);

  ExpectSame(from_left, added);
  ExpectSame(from_right, added);
  ExpectSame(late, added);
}

TEST(DurationHistogramTest, CountsWhatHasNoBucketOfItsOwnAtTheEnds) {
  DurationHistogram histogram;
  histogram.Add(0);
  histogram.Add(-1);
  histogram.Add(std::nan(""));
  histogram.Add(1e30);
  histogram.Add(std::numeric_limits<double>::infinity(), 2);

  EXPECT_EQ(histogram.count(), 6u);
  EXPECT_EQ(histogram.first_bucket(), 0u);
  EXPECT_EQ(histogram.counts().front(), 3u);
  EXPECT_EQ(histogram.counts().back(), 3u);
  EXPECT_EQ(histogram.counts().size(), size_t{DurationHistogram::kMostBuckets});
}

TEST(DurationHistogramTest, AnEmptyOneHasNoQuantileAndMergesAsNothing) {
  DurationHistogram histogram = Of({0.25});
  histogram.Merge(DurationHistogram());
  histogram.Add(7, 0);
  ExpectSame(histogram, Of({0.25}));
  histogram.Clear();
  EXPECT_EQ(histogram.Quantile(0.5), 0);
  histogram.Merge(Of({0.25}));
  ExpectSame(histogram, Of({0.25}));
}

TEST(DurationHistogramTest, IsMadeFromBucketsAndRefusesThoseThatAreNone) {
  const DurationHistogram histogram = Of(Durations(5, 300));
  const auto made = DurationHistogram::FromBuckets(histogram.first_bucket(), histogram.counts());
  ASSERT_TRUE(made.has_value());
  ExpectSame(*made, histogram);

  const auto padded = DurationHistogram::FromBuckets(10, {0, 0, 4, 0, 1, 0});
  ASSERT_TRUE(padded.has_value());
  EXPECT_EQ(padded->first_bucket(), 12u);
  EXPECT_EQ(padded->counts(), (std::vector<uint64_t>{4, 0, 1}));

  const auto empty = DurationHistogram::FromBuckets(3, {0, 0});
  ASSERT_TRUE(empty.has_value());
  ExpectSame(*empty, DurationHistogram());

  EXPECT_FALSE(DurationHistogram::FromBuckets(DurationHistogram::kMostBuckets, {1}).has_value());
  EXPECT_FALSE(DurationHistogram::FromBuckets(UINT64_MAX, {1, 1}).has_value());
}

}  // namespace
}  // namespace rhumb

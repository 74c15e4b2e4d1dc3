#include "topologies/analysis/traffic_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rhumb {
namespace {

using ::testing::ElementsAre;

// Three nodes; A>B carries 1, 2, 0 and 4 bit/s, B>C 1, 1, 0 and 1; the fourth matrix is two slots
// late.
TrafficSeries Small() {
  const absl::Time start = absl::FromUnixSeconds(1000000);
  std::vector<TimedMatrix> matrices;
  int slot = 0;
  for (const auto& [ab, bc] : {std::pair(1, 1), {2, 1}, {0, 0}, {4, 1}}) {
    if (matrices.size() == 3) slot += 2;
    TimedMatrix matrix{start + slot++ * absl::Minutes(5), TrafficMatrix(4)};
    matrix.demands.set_rate_bps(0, 1, ab);
    matrix.demands.set_rate_bps(1, 2, bc);
    matrices.push_back(matrix);
  }
  return TrafficSeries::Create("small", {"A", "B", "C", "D"}, absl::Minutes(5), matrices).value();
}

TEST(TrafficSummaryTest, SumsASmallSeriesByHand) {
  const TrafficSummary summary = Summarize(Small()).value();
  EXPECT_EQ(summary.matrices, 4);
  EXPECT_EQ(summary.silent_nodes, 1);
  EXPECT_EQ(summary.pairs, 2);
  EXPECT_THAT(summary.totals_bps, ElementsAre(2, 3, 0, 5));
  EXPECT_EQ(summary.total_bps.mean, 2.5);
  EXPECT_EQ(summary.min_index, 2);
  EXPECT_EQ(summary.max_index, 3);
  EXPECT_THAT(summary.empty, ElementsAre(2));
  // Changes 1/2 and 3/3; the one from an empty matrix has no meaning.
  EXPECT_NEAR(summary.median_change, 0.75, 1e-12);
  ASSERT_EQ(summary.largest.size(), 2);
  EXPECT_EQ(summary.largest[0].source, 0);
  EXPECT_EQ(summary.largest[0].mean_bps, 1.75);
  EXPECT_EQ(summary.largest[0].max_bps, 4);
  EXPECT_NEAR(summary.top_tenth_share, 0.7, 1e-12);
}

TEST(TrafficSummaryTest, FindsGaps) {
  const TrafficSummary summary = Summarize(Small()).value();
  ASSERT_EQ(summary.gaps.size(), 1);
  EXPECT_EQ(summary.gaps[0].after, 2);
  EXPECT_EQ(summary.gaps[0].missing_slots, 2);
  EXPECT_EQ(summary.missing_slots, 2);
  EXPECT_EQ(*summary.last - *summary.first, absl::Minutes(25));
}

TEST(TrafficSummaryTest, ListsAsManyDemandsAsAsked) {
  EXPECT_EQ(Summarize(Small(), 1)->largest.size(), 1);
  EXPECT_EQ(Summarize(Small(), 0)->largest.size(), 0);
}

TEST(TrafficSummaryTest, SeriesWithoutTimesHasNoGaps) {
  std::vector<TimedMatrix> matrices(2, TimedMatrix{std::nullopt, TrafficMatrix(2)});
  const TrafficSeries series =
      TrafficSeries::Create("bare", {"A", "B"}, absl::Minutes(5), matrices).value();
  const TrafficSummary summary = Summarize(series).value();
  EXPECT_FALSE(summary.first.has_value());
  EXPECT_EQ(summary.missing_slots, 0);
  EXPECT_EQ(summary.top_tenth_share, 0);
}

}  // namespace
}  // namespace rhumb

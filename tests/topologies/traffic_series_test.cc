#include "topologies/traffic_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/networks.h"
#include "topologies/traffic_stream.h"

namespace rhumb {
namespace {

using testing::Diamond;
using ::testing::HasSubstr;

TimedMatrix OneDemand(int nodes, NodeId source, NodeId destination, double rate_bps) {
  TimedMatrix matrix;
  matrix.demands = TrafficMatrix(nodes);
  matrix.demands.set_rate_bps(source, destination, rate_bps);
  return matrix;
}

absl::StatusOr<TrafficSeries> SeriesOf(std::vector<std::string> names,
                                       std::vector<TimedMatrix> matrices) {
  return TrafficSeries::Create("t", std::move(names), absl::Minutes(5), std::move(matrices));
}

TEST(TrafficMatrixTest, CountsAndSumsDemands) {
  TrafficMatrix matrix(3);
  matrix.set_rate_bps(0, 1, 2e6);
  matrix.add_rate_bps(0, 1, 1e6);
  matrix.set_rate_bps(2, 0, 5e6);

  EXPECT_EQ(matrix.num_demands(), 2);
  EXPECT_EQ(matrix.total_bps(), 8e6);
  EXPECT_EQ(matrix.max_bps(), 5e6);
  EXPECT_EQ(matrix.Scaled(2).rate_bps(0, 1), 6e6);
}

TEST(TrafficSeriesTest, RefusesRatesThatAreNoRates) {
  for (double rate : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    const absl::Status status = SeriesOf({"A", "B"}, {OneDemand(2, 0, 1, rate)}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("A>B"));
  }
  EXPECT_FALSE(SeriesOf({"A", "B"}, {OneDemand(2, 1, 1, 5)}).ok());
  EXPECT_FALSE(SeriesOf({"A", "A"}, {OneDemand(2, 0, 1, 5)}).ok());
  EXPECT_FALSE(SeriesOf({"A", "B"}, {OneDemand(3, 0, 1, 5)}).ok());
}

TEST(TrafficSeriesTest, RefusesTimesThatDoNotGrow) {
  TimedMatrix first = OneDemand(2, 0, 1, 1), second = first;
  first.time = second.time = absl::FromUnixSeconds(1000);
  EXPECT_THAT(std::string(SeriesOf({"A", "B"}, {first, second}).status().message()),
              HasSubstr("order of time"));
}

TEST(TrafficSeriesTest, MapsNodesByName) {
  const TrafficSeries series = SeriesOf({"D", "A", "Z"}, {OneDemand(3, 0, 1, 7)}).value();

  const TrafficSeries mapped = series.ForTopology(Diamond()).value();

  EXPECT_EQ(mapped.demands(0).num_nodes(), 4);
  EXPECT_EQ(mapped.demands(0).rate_bps(3, 0), 7);
  EXPECT_EQ(mapped.demands(0).total_bps(), 7);
}

TEST(TrafficSeriesTest, NamesNodesThatTheTopologyLacks) {
  const TrafficSeries series = SeriesOf({"D", "Z"}, {OneDemand(2, 0, 1, 7)}).value();
  const absl::Status status = series.ForTopology(Diamond()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Z"));
}

TEST(TrafficSeriesTest, SlicesScalesAndAverages) {
  const TrafficSeries series =
      SeriesOf({"A", "B"}, {OneDemand(2, 0, 1, 2), OneDemand(2, 0, 1, 4), OneDemand(2, 1, 0, 9)})
          .value();

  EXPECT_EQ(series.Slice(1, 3)->size(), 2);
  EXPECT_EQ(series.Slice(1, 3)->demands(0).rate_bps(0, 1), 4);
  EXPECT_EQ(series.Slice(1, 4).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(series.Scaled(10).demands(2).rate_bps(1, 0), 90);
  EXPECT_DOUBLE_EQ(series.Mean().rate_bps(0, 1), 2);
  EXPECT_DOUBLE_EQ(series.Mean().rate_bps(1, 0), 3);
}

// Matrices of a source that counts how often it is read.
class CountingSource : public MatrixSource {
 public:
  explicit CountingSource(TrafficSeries series) : series_(std::move(series)) {}
  absl::StatusOr<std::shared_ptr<const TrafficMatrix>> Read(int number) const override {
    ++reads_;
    if (number >= series_.size()) return absl::DataLossError("gone");
    return std::make_shared<const TrafficMatrix>(series_.demands(number));
  }
  int reads() const { return reads_; }

 private:
  const TrafficSeries series_;
  mutable int reads_ = 0;
};

TEST(TrafficStreamTest, MapsNodesLikeASeriesAndReadsOnlyWhatIsAskedFor) {
  const TrafficSeries series =
      SeriesOf({"D", "A", "Z"}, {OneDemand(3, 0, 1, 7), OneDemand(3, 1, 0, 8)}).value();
  const auto source = std::make_shared<CountingSource>(series);
  const auto stream = TrafficStream::Create("t", {"D", "A", "C"}, absl::Minutes(5), source,
                                            {{{}, 1, 8}, {{}, 0, 7}});
  ASSERT_TRUE(stream.ok()) << stream.status();

  const auto placed = stream->ForTopology(Diamond());

  ASSERT_TRUE(placed.ok()) << placed.status();
  EXPECT_EQ(source->reads(), 0);  // no node is missing, so none need be searched for
  EXPECT_EQ((*placed->Read(1))->rate_bps(3, 0), 7);
  EXPECT_EQ((*placed->Read(0))->rate_bps(0, 3), 8);
  EXPECT_EQ(placed->total_bps(0), 8);
  EXPECT_EQ((*placed->Keep({1}).Read(0))->rate_bps(3, 0), 7);
  EXPECT_DOUBLE_EQ(placed->Mean()->rate_bps(0, 3), 4);
  // Z has no traffic; D has.
  EXPECT_TRUE(TrafficStream(series).ForTopology(Diamond()).ok());
  const auto other = SeriesOf({"A", "Y", "Z"}, {OneDemand(3, 0, 1, 7)}).value();
  EXPECT_EQ(TrafficStream(other).ForTopology(Diamond()).status().message(),
            other.ForTopology(Diamond()).status().message());
}

TEST(TrafficStreamTest, WhatTheSourceSaysReachesTheCaller) {
  const auto source = std::make_shared<CountingSource>(SeriesOf({"A", "B"}, {}).value());
  const auto stream =
      TrafficStream::Create("t", {"A", "B"}, absl::Minutes(5), source, {{{}, 0, 1}});
  EXPECT_EQ(stream->Read(0).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(stream->Mean().status().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(TrafficStream::Create("t", {"A", "A"}, absl::Minutes(5), source, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  const absl::Time time = absl::FromUnixSeconds(1);
  EXPECT_EQ(
      TrafficStream::Create("t", {"A"}, absl::Minutes(5), source, {{time, 0, 0}, {time, 1, 0}})
          .status()
          .code(),
      absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace rhumb

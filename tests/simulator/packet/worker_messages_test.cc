#include "simulator/packet/worker_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rhumb {
namespace {

using ::testing::HasSubstr;

worker::Result ResultWithFlows() {
  worker::Result result;
  result.set_window_s(1);
  result.mutable_flows()->set_started(3);
  result.mutable_flows()->set_mice(2);
  return result;
}

void Fill(const DurationHistogram& histogram, worker::Histogram* message) {
  message->set_first_bucket(static_cast<uint32_t>(histogram.first_bucket()));
  message->mutable_counts()->Add(histogram.counts().begin(), histogram.counts().end());
}

TEST(WorkerMessagesTest, KeepsHistogramsApartAndWhole) {
  DurationHistogram delays, mice, elephants;
  delays.Add(0.01, 1000);
  delays.Add(0.5);
  mice.Add(0.2, 2);
  elephants.Add(4);
  worker::Result result = ResultWithFlows();
  Fill(delays, result.mutable_packet_delays());
  Fill(mice, result.mutable_flows()->mutable_mice_times());
  Fill(elephants, result.mutable_flows()->mutable_elephant_times());

  const Distributions read = DistributionsFromMessage(result).value();

  EXPECT_EQ(read.flows, 3u);
  EXPECT_EQ(read.mice, 2u);
  EXPECT_EQ(read.packet_delays.first_bucket(), delays.first_bucket());
  EXPECT_EQ(read.packet_delays.counts(), delays.counts());
  EXPECT_EQ(read.mice_times.first_bucket(), mice.first_bucket());
  EXPECT_EQ(read.mice_times.counts(), mice.counts());
  EXPECT_EQ(read.elephant_times.first_bucket(), elephants.first_bucket());
  EXPECT_EQ(read.elephant_times.counts(), elephants.counts());
}

TEST(WorkerMessagesTest, RefusesBucketsThatThereAreNot) {
  for (const bool of_flows : {false, true}) {
    worker::Result result = ResultWithFlows();
    worker::Histogram* histogram =
        of_flows ? result.mutable_flows()->mutable_mice_times() : result.mutable_packet_delays();
    histogram->set_first_bucket(DurationHistogram::kMostBuckets);
    histogram->add_counts(1);

    const absl::Status status = DistributionsFromMessage(result).status();

    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_THAT(status.message(), HasSubstr("in 1 buckets from the 6400th on, of 6400"));
  }
}

}  // namespace
}  // namespace rhumb

#include "simulator/flow/finite_queue.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace rhumb {
namespace {

// The stationary distribution summed state by state.
QueueBehaviour BySummation(double load, int slots) {
  std::vector<double> weight(slots + 1);
  double total = 0, number = 0;
  for (int n = 0; n <= slots; ++n) {
    weight[n] = std::pow(load, n);
    total += weight[n];
    number += n * weight[n];
  }
  const double loss = weight[slots] / total;
  return {loss, number / total / (load * (1 - loss)) - 1};
}

TEST(FiniteQueueTest, AgreesWithTheSumOverAllStates) {
  for (int slots : {1, 2, 5, 40}) {
    for (double load : {0.01, 0.3, 0.9, 0.999, 1.0, 1.0001, 1.2, 3.0}) {
      const QueueBehaviour expected = BySummation(load, slots);
      const QueueBehaviour actual = FiniteQueue(load, slots);
      EXPECT_NEAR(actual.loss_ratio, expected.loss_ratio, 1e-9) << load << " " << slots;
      EXPECT_NEAR(actual.wait_packets, expected.wait_packets, 1e-7) << load << " " << slots;
    }
  }
}

// Worked by hand: rho = 1/2, K = 2 has weights 1, 1/2, 1/4.
TEST(FiniteQueueTest, MatchesAHandWorkedCase) {
  const QueueBehaviour queue = FiniteQueue(0.5, 2);
  EXPECT_NEAR(queue.loss_ratio, 1.0 / 7, 1e-12);
  EXPECT_NEAR(queue.wait_packets, (4.0 / 7) / (0.5 * 6 / 7) - 1, 1e-12);
}

TEST(FiniteQueueTest, IsMM1BelowSaturationWhenTheBufferIsLarge) {
  for (double load : {0.1, 0.5, 0.8, 0.95}) {
    const QueueBehaviour queue = FiniteQueue(load, 1e6);
    EXPECT_NEAR(queue.wait_packets, load / (1 - load), 1e-6);
    EXPECT_EQ(queue.loss_ratio, 0);
  }
}

TEST(FiniteQueueTest, DropsWhatExceedsTheCapacityWhenTheBufferIsLarge) {
  const QueueBehaviour queue = FiniteQueue(1.25, 1e6);
  EXPECT_NEAR(queue.loss_ratio, 0.2, 1e-12);
  EXPECT_NEAR(queue.wait_packets, 1e6 - 1, 10);  // the queue is full
}

TEST(FiniteQueueTest, IsContinuousAndGrowsThroughSaturation) {
  QueueBehaviour last = FiniteQueue(0.9, 5000);
  for (int i = 1; i <= 2000; ++i) {
    const QueueBehaviour next = FiniteQueue(0.9 + i * 1e-4, 5000);
    EXPECT_GE(next.loss_ratio, last.loss_ratio);
    EXPECT_GE(next.wait_packets, last.wait_packets);
    EXPECT_LT(next.loss_ratio - last.loss_ratio, 2e-4);
    last = next;
  }
}

TEST(FiniteQueueTest, AnEmptyLinkNeitherDelaysNorDrops) {
  EXPECT_EQ(FiniteQueue(0, 10).loss_ratio, 0);
  EXPECT_EQ(FiniteQueue(0, 10).wait_packets, 0);
  EXPECT_NEAR(FiniteQueue(1e-300, 10).wait_packets, 0, 1e-12);
}

}  // namespace
}  // namespace rhumb

#include "simulator/fluid/event_wheel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace rhumb::fluid {
namespace {

// The first event makes room for the later ones in the wheel, whose memory grows by that.
TEST(EventWheelTest, AnEventIsWhatWasPushedWhileLaterOnesMoveIn) {
  EventWheel wheel;
  wheel.Push(0.1, 3, 7);
  for (uint32_t i = 0; i < 1000; ++i) wheel.Push(0.55, 5, i);
  Event event;
  ASSERT_TRUE(wheel.Pop(1, &event));
  EXPECT_EQ(event.time_s, 0.1);
  EXPECT_EQ(event.kind, 3);
  EXPECT_EQ(event.index, 7);
  for (uint32_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(wheel.Pop(1, &event));
    EXPECT_EQ(event.index, i);
  }
  EXPECT_FALSE(wheel.Pop(1, &event));
}

TEST(EventWheelTest, ComesOutInOrderOfTime) {
  std::mt19937 random(1);
  EventWheel wheel;
  std::vector<double> expected, seen;
  double now = 0;
  for (int i = 0; i < 20000; ++i) {
    const double time = now + static_cast<double>(random() % 3000000) / 1e6;
    wheel.Push(time, 0, 0);
    expected.push_back(time);
    Event event;
    if (random() % 2 == 0 && wheel.Pop(time, &event)) {
      seen.push_back(event.time_s);
      EXPECT_GE(event.time_s, now);
      now = event.time_s;
    }
  }
  Event event;
  while (wheel.Pop(1e9, &event)) seen.push_back(event.time_s);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace rhumb::fluid

#include "controller/steering/questions/compute_pool.h"

#include <gtest/gtest.h>

#include <atomic>

#include "absl/synchronization/notification.h"
#include "agents/registry/policy_registry.h"

namespace rhumb {
namespace {

TEST(ComputePoolTest, QuestionsOfOthersLeaveAThreadToOperators) {
  absl::Notification go_on, answered;
  std::atomic<int> others = 0;
  ComputePool pool(2, 8, MakePolicy);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(pool.TrySubmit([&](PolicyCache*) {
      ++others;
      go_on.WaitForNotification();
    }));
  }
  ASSERT_TRUE(
      pool.TrySubmit([&](PolicyCache*) { answered.Notify(); }, ComputePool::Lane::kOperators));
  answered.WaitForNotification();
  EXPECT_LE(others, 1);
  go_on.Notify();
  pool.Stop();
  EXPECT_EQ(others, 4);  // what waits at the end is still answered
}

TEST(ComputePoolTest, AFullLaneRefusesItsOwnAndNoOthers) {
  absl::Notification started, go_on;
  ComputePool pool(1, 2, MakePolicy);
  const auto nothing = [](PolicyCache*) {};
  ASSERT_TRUE(pool.TrySubmit([&](PolicyCache*) {
    started.Notify();
    go_on.WaitForNotification();
  }));
  started.WaitForNotification();
  EXPECT_TRUE(pool.TrySubmit(nothing));
  EXPECT_TRUE(pool.TrySubmit(nothing));
  EXPECT_FALSE(pool.TrySubmit(nothing));
  EXPECT_TRUE(pool.TrySubmit(nothing, ComputePool::Lane::kOperators));
  go_on.Notify();
}

}  // namespace
}  // namespace rhumb

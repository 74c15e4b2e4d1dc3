#include "controller/simulation/task_pool.h"

#include <array>
#include <atomic>
#include <memory>
#include <utility>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace rhumb {
namespace {

TEST(TaskPoolTest, DoesEveryTaskOfACallOnce) {
  constexpr int kTasks = 100;
  TaskPool pool(3);
  std::array<std::atomic<int>, kTasks> times{};
  absl::Notification done;
  pool.ForEach(
      kTasks, [&](int i) { ++times[i]; }, [&] { done.Notify(); });
  done.WaitForNotification();
  for (const std::atomic<int>& count : times) EXPECT_EQ(count, 1);
}

TEST(TaskPoolTest, LetsGoOfWhatTheWorkHoldsBeforeItSaysThatItIsDone) {
  constexpr int kCalls = 2000;
  TaskPool pool(4);
  for (int call = 0; call < kCalls; ++call) {
    auto held = std::make_shared<int>(call);
    const std::weak_ptr<int> watched = held;
    absl::Notification done;
    bool gone = false;
    pool.ForEach(
        4, [held = std::move(held)](int) {},
        [&] {
          gone = watched.expired();
          done.Notify();
        });
    done.WaitForNotification();
    ASSERT_TRUE(gone) << "in call " << call;
  }
}

}  // namespace
}  // namespace rhumb

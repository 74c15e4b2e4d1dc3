#include "controller/environment_server/task_pool.h"

#include <array>
#include <atomic>
#include <future>
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
    // A promise, whose order of reads and writes the thread sanitizer sees.
    auto gone = std::make_shared<std::promise<bool>>();
    std::future<bool> answer = gone->get_future();
    pool.ForEach(
        4, [held = std::move(held)](int) {},
        [gone, watched] { gone->set_value(watched.expired()); });
    ASSERT_TRUE(answer.get()) << "in call " << call;
  }
}

}  // namespace
}  // namespace rhumb

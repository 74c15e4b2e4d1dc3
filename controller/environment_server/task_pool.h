// Threads that play the environments of all batches. The tasks of one call are taken one by one, so
// a slow environment holds up no other.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_TASK_POOL_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_TASK_POOL_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "controller/steering/threads/bounded_queue.h"

namespace rhumb {

class TaskPool {
 public:
  explicit TaskPool(int threads) : queue_(SIZE_MAX) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this] {
        while (auto task = queue_.Pop(SteadyTime::Never())) (*task)();
      });
    }
  }
  // Ends after what is queued.
  ~TaskPool() {
    queue_.Close();
    for (std::thread& thread : threads_) thread.join();
  }
  TaskPool(const TaskPool&) = delete;
  TaskPool& operator=(const TaskPool&) = delete;

  // Never waits; what is queued is bounded by the callers' number of environments.
  void Submit(std::function<void()> task) { queue_.PushAlways(std::move(task)); }

  // Calls work(0) to work(count - 1) on as many threads as are free, then `done` on the last of
  // them, when `work` and what it holds are gone. `count` is at least 1. Never waits.
  void ForEach(int count, std::function<void(int)> work, std::function<void()> done) {
    struct Shared {
      std::atomic<int> next{0}, left{0};
      std::function<void(int)> work;
      std::function<void()> done;
    };
    auto shared = std::make_shared<Shared>();
    shared->left = count;
    shared->work = std::move(work);
    shared->done = std::move(done);
    const int takers = std::min(count, static_cast<int>(threads_.size()));
    for (int i = 0; i < takers; ++i) {
      Submit([shared, count] {
        for (int task = shared->next++; task < count; task = shared->next++) {
          shared->work(task);
          if (--shared->left > 0) continue;
          // Nobody works any more, but takers that come late still hold what the work holds.
          shared->work = nullptr;
          shared->done();
        }
      });
    }
  }

 private:
  BoundedQueue<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_TASK_POOL_H_

// Threads that answer questions, with a bounded queue: what does not fit is refused, so that a
// flood of questions neither grows without end nor holds up steering.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_

#include <functional>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "controller/steering/questions/policy_cache.h"
#include "controller/steering/threads/bounded_queue.h"
#include "controller/steering/threads/thread_priority.h"

namespace rhumb {

// Safe to use from any thread. Each of its threads has a PolicyCache of its own, so a policy is
// loaded once for each.
class ComputePool {
 public:
  using Job = std::function<void(PolicyCache*)>;

  ComputePool(int threads, size_t queue_capacity, PolicyFactory factory) : queue_(queue_capacity) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, factory] {
        LowerThreadPriority(kQuestionPriority);
        PolicyCache policies(factory);
        for (;;) {
          std::optional<Job> job = queue_.Pop(SteadyTime::Never());
          if (!job) return;
          (*job)(&policies);
        }
      });
    }
  }
  ~ComputePool() { Stop(); }
  // Returns after what waits; later questions are refused. Later stops do nothing.
  void Stop() {
    queue_.Close();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // False when the queue is full, or after Stop.
  bool TrySubmit(Job job) { return queue_.TryPush(std::move(job)); }

 private:
  BoundedQueue<Job> queue_;
  std::vector<std::thread> threads_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_

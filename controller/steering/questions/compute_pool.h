// Threads that answer questions, with bounded queues: what does not fit is refused, so that a flood
// of questions neither grows without end nor holds up steering.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/steering/questions/policy_cache.h"
#include "controller/steering/threads/thread_priority.h"

namespace rhumb {

// Safe to use from any thread. Each of its threads has a PolicyCache of its own, so a policy is
// loaded once for each.
//
// Operators have a queue of their own, which comes first, and of several threads the others leave
// one to them: whoever may only look cannot hold up whoever has to act.
class ComputePool {
 public:
  using Job = std::function<void(PolicyCache*)>;
  enum class Lane { kOperators, kOthers };

  // `queue_capacity` is of each lane.
  ComputePool(int threads, size_t queue_capacity, PolicyFactory factory)
      : capacity_(queue_capacity), for_others_(std::max(1, threads - 1)) {
    for (int i = 0; i < threads; ++i) {
      threads_.emplace_back([this, factory] {
        LowerThreadPriority(kQuestionPriority);
        PolicyCache policies(factory);
        Run(&policies);
      });
    }
  }
  ~ComputePool() { Stop(); }
  // Returns after what waits; later questions are refused. Later stops do nothing.
  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stop_ = true;
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  // False when the lane is full, or after Stop.
  bool TrySubmit(Job job, Lane lane = Lane::kOthers) {
    absl::MutexLock lock(&mutex_);
    std::deque<Job>& queue = lane == Lane::kOperators ? operators_ : others_;
    if (stop_ || queue.size() >= capacity_) return false;
    queue.push_back(std::move(job));
    return true;
  }

 private:
  void Run(PolicyCache* policies) {
    for (;;) {
      Job job;
      bool others = false;
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &ComputePool::Ready));
        others = operators_.empty();
        if (others && others_.empty()) return;  // stopped
        std::deque<Job>& queue = others ? others_ : operators_;
        job = std::move(queue.front());
        queue.pop_front();
        running_others_ += others ? 1 : 0;
      }
      job(policies);
      job = nullptr;
      absl::MutexLock lock(&mutex_);
      running_others_ -= others ? 1 : 0;
    }
  }
  bool Ready() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!operators_.empty()) return true;
    if (!others_.empty()) return running_others_ < for_others_;
    return stop_;
  }

  const size_t capacity_;
  const int for_others_;
  absl::Mutex mutex_;
  std::deque<Job> operators_ ABSL_GUARDED_BY(mutex_);
  std::deque<Job> others_ ABSL_GUARDED_BY(mutex_);
  int running_others_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_COMPUTE_POOL_H_

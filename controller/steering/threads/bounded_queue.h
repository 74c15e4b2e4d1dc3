// What modules with a thread each talk through: many producers, one consumer, never more than
// `capacity` items.
#ifndef RHUMB_CONTROLLER_STEERING_THREADS_BOUNDED_QUEUE_H_
#define RHUMB_CONTROLLER_STEERING_THREADS_BOUNDED_QUEUE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_condition.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

template <typename T>
class BoundedQueue {
 public:
  explicit BoundedQueue(size_t capacity) : capacity_(capacity) {}

  // False, and `item` is untouched, when the queue is full or closed.
  bool TryPush(T&& item) { return Push(std::move(item), capacity_); }
  // For work that must not be lost, such as the answer to a decision: ignores the capacity. False
  // when closed.
  bool PushAlways(T&& item) { return Push(std::move(item), SIZE_MAX); }

  // Waits for an item until `deadline`. Nothing when none came in time or the queue is closed and
  // empty.
  std::optional<T> Pop(SteadyTime deadline) {
    absl::MutexLock lock(&mutex_);
    changed_.AwaitUntil(&mutex_, deadline, [this] { return Ready(); });
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // Everything that waits, at once; waits as Pop does when there is nothing.
  std::deque<T> PopAll(SteadyTime deadline) {
    absl::MutexLock lock(&mutex_);
    changed_.AwaitUntil(&mutex_, deadline, [this] { return Ready(); });
    return std::exchange(items_, {});
  }

  // Refuses further items; what waits can still be popped.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    changed_.NotifyAll();
  }
  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return items_.size();
  }

 private:
  bool Push(T&& item, size_t limit) {
    absl::MutexLock lock(&mutex_);
    if (closed_ || items_.size() >= limit) return false;
    items_.push_back(std::move(item));
    changed_.NotifyAll();
    return true;
  }
  bool Ready() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return closed_ || !items_.empty(); }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  SteadyCondition changed_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_THREADS_BOUNDED_QUEUE_H_

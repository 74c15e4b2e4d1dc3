// Whose requests are being read of those who may call without a token.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_STRANGER_READS_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_STRANGER_READS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rhumb {

// A message is received whole before it can be looked at, so what strangers can fill the memory
// with is as many times `limits.message_bytes` as there are places here. A request as it should be
// is there with its head and holds its place for microseconds; beyond the places a newcomer takes
// that of the one that came first, so that nobody who sends slowly keeps the others out. Safe to
// call from any thread.
class StrangerReads {
 public:
  explicit StrangerReads(size_t places) : places_(places) {}

  // `give_up` is called, on the thread of a newcomer, when the place is taken away; at most once,
  // and perhaps at the same time as Done.
  uint64_t Begin(std::function<void()> give_up) {
    std::function<void()> oldest;
    uint64_t id = 0;
    {
      absl::MutexLock lock(&mutex_);
      if (reading_.size() >= places_) {
        oldest = std::move(reading_.front().second);
        reading_.pop_front();
      }
      id = ++last_;
      reading_.emplace_back(id, std::move(give_up));
    }
    if (oldest) oldest();
    return id;
  }
  void Done(uint64_t id) {
    std::function<void()> unused;  // freed without the lock
    absl::MutexLock lock(&mutex_);
    for (auto it = reading_.begin(); it != reading_.end(); ++it) {
      if (it->first != id) continue;
      unused = std::move(it->second);
      reading_.erase(it);
      return;
    }
  }

 private:
  const size_t places_;
  absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::pair<uint64_t, std::function<void()>>> reading_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_STRANGER_READS_H_

// What shortest path made of episodes, so that several environments and policies that play the same
// ones need not each play it again.
#ifndef RHUMB_AGENTS_TRAINING_REFERENCE_CACHE_H_
#define RHUMB_AGENTS_TRAINING_REFERENCE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "simulator/measurements.h"

namespace rhumb::training {

// By seed, for environments over one source of scenarios and one kind of simulator: there the same
// seed gives the same measurements. May be used from any thread.
class ReferenceCache {
 public:
  using Steps = std::shared_ptr<const std::vector<Measurements>>;  // [steps] of an episode

  // Forgets what came first once there are more than `most` episodes.
  explicit ReferenceCache(size_t most) : most_(most) {}

  // Null where it was not played, or was forgotten.
  Steps Find(uint64_t seed) const {
    absl::MutexLock lock(&mutex_);
    const auto it = steps_.find(seed);
    return it == steps_.end() ? nullptr : it->second;
  }

  void Keep(uint64_t seed, Steps steps) {
    absl::MutexLock lock(&mutex_);
    if (!steps_.emplace(seed, std::move(steps)).second) return;
    order_.push_back(seed);
    if (order_.size() <= most_) return;
    steps_.erase(order_.front());
    order_.pop_front();
  }

 private:
  const size_t most_;
  mutable absl::Mutex mutex_;
  std::unordered_map<uint64_t, Steps> steps_ ABSL_GUARDED_BY(mutex_);
  std::deque<uint64_t> order_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_REFERENCE_CACHE_H_

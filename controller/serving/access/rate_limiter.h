// How often each peer may call: a token bucket a peer.
#ifndef RHUMB_CONTROLLER_SERVING_ACCESS_RATE_LIMITER_H_
#define RHUMB_CONTROLLER_SERVING_ACCESS_RATE_LIMITER_H_

#include <algorithm>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

// Safe to call from several threads. Memory is bounded: buckets that are full again are forgotten.
class RateLimiter {
 public:
  // `per_second` calls in the long run, `burst` at once; both above 0.
  RateLimiter(double per_second, double burst) : per_second_(per_second), burst_(burst) {}

  // True when the peer may call now.
  bool Take(const std::string& peer, SteadyTime now) {
    absl::MutexLock lock(&mutex_);
    if (buckets_.size() >= kMaxBuckets) ForgetFull(now);
    auto [it, fresh] = buckets_.try_emplace(peer, Bucket{burst_, now});
    Bucket& bucket = it->second;
    bucket.tokens = Refilled(bucket, now);
    bucket.at = now;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

 private:
  struct Bucket {
    double tokens;
    SteadyTime at;
  };
  static constexpr size_t kMaxBuckets = 10'000;

  double Refilled(const Bucket& bucket, SteadyTime now) const {
    return std::min(burst_, bucket.tokens + per_second_ * absl::ToDoubleSeconds(now - bucket.at));
  }
  void ForgetFull(SteadyTime now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (auto it = buckets_.begin(); it != buckets_.end();) {
      const auto next = std::next(it);
      if (Refilled(it->second, now) >= burst_) buckets_.erase(it);
      it = next;
    }
    // Ten thousand peers that all call at once: begin anew rather than grow.
    if (buckets_.size() >= kMaxBuckets) buckets_.clear();
  }

  const double per_second_, burst_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_ACCESS_RATE_LIMITER_H_

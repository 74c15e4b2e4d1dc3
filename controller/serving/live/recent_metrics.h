// What the live page shows of what is counted and timed: the last of each, beside the metrics that
// keep all of it.
#ifndef RHUMB_CONTROLLER_SERVING_LIVE_RECENT_METRICS_H_
#define RHUMB_CONTROLLER_SERVING_LIVE_RECENT_METRICS_H_

#include <array>
#include <atomic>
#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/steering/metrics/metrics.h"

namespace rhumb {

// Hands everything on. Safe to call from any thread.
class RecentMetrics final : public Metrics {
 public:
  struct Verdict {
    rhumb::v1::GuardOutcome outcome;
    rhumb::v1::GuardRule rule;
  };
  // Verdicts that nobody takes.
  static constexpr size_t kMostVerdicts = 256;

  // `all` outlives this.
  explicit RecentMetrics(Metrics* all) : all_(*all) {
    for (auto& seconds : seconds_) seconds = -1;
  }

  void ObserveStage(Stage stage, double seconds) override {
    seconds_[static_cast<size_t>(stage)].store(seconds, std::memory_order_relaxed);
    all_.ObserveStage(stage, seconds);
  }
  void CountPlan(rhumb::v1::PlanReason reason) override { all_.CountPlan(reason); }
  void CountGuard(rhumb::v1::GuardOutcome outcome, rhumb::v1::GuardRule rule) override {
    {
      absl::MutexLock lock(&mutex_);
      verdicts_.push_back({outcome, rule});
      if (verdicts_.size() > kMostVerdicts) verdicts_.pop_front();
    }
    all_.CountGuard(outcome, rule);
  }
  void CountCall(CallMethod method, absl::StatusCode code) override {
    all_.CountCall(method, code);
  }
  void Set(Gauge gauge, double value) override { all_.Set(gauge, value); }
  void CountEvent(Event event) override { all_.CountEvent(event); }

  // The last one of this stage; negative before any.
  double LastSeconds(Stage stage) const {
    return seconds_[static_cast<size_t>(stage)].load(std::memory_order_relaxed);
  }
  // Since they were taken last, the latest last.
  std::vector<Verdict> TakeVerdicts() {
    absl::MutexLock lock(&mutex_);
    std::vector<Verdict> taken(verdicts_.begin(), verdicts_.end());
    verdicts_.clear();
    return taken;
  }

 private:
  Metrics& all_;
  std::array<std::atomic<double>, static_cast<size_t>(Stage::kCount)> seconds_;
  absl::Mutex mutex_;
  std::deque<Verdict> verdicts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_LIVE_RECENT_METRICS_H_

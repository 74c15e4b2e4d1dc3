// Does something now and then on a thread of its own.
#ifndef RHUMB_CONTROLLER_STEERING_THREADS_HOUSEKEEPER_H_
#define RHUMB_CONTROLLER_STEERING_THREADS_HOUSEKEEPER_H_

#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "controller/clock/steady_condition.h"

namespace rhumb {

class Housekeeper {
 public:
  Housekeeper(absl::Duration every, std::function<void()> work)
      : every_(every), work_(std::move(work)), thread_([this] { Run(); }) {}
  ~Housekeeper() {
    {
      absl::MutexLock lock(&mutex_);
      stop_ = true;
      changed_.NotifyAll();
    }
    thread_.join();
  }

 private:
  bool Stopped() const ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; }
  void Run() {
    for (;;) {
      {
        absl::MutexLock lock(&mutex_);
        if (changed_.AwaitFor(&mutex_, every_, [this] { return Stopped(); })) return;
      }
      work_();
    }
  }

  const absl::Duration every_;
  const std::function<void()> work_;
  absl::Mutex mutex_;
  SteadyCondition changed_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_THREADS_HOUSEKEEPER_H_

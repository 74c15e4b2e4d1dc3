// Waiting for a change or a moment, whichever is first. absl::Mutex counts its time-outs on the
// wall clock: one hour back, and a wait of a tenth of a second takes an hour.
#ifndef RHUMB_CONTROLLER_CLOCK_STEADY_CONDITION_H_
#define RHUMB_CONTROLLER_CLOCK_STEADY_CONDITION_H_

#include <condition_variable>

#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_time.h"

namespace rhumb {

// Belongs to one mutex. Whoever changes what is waited for calls NotifyAll afterwards.
class SteadyCondition {
 public:
  void NotifyAll() { changed_.notify_all(); }

  // Releases `mutex`, which the caller holds, until `done()` or `deadline`; returns done(), which
  // is called with the mutex held.
  template <typename Done>
  bool AwaitUntil(absl::Mutex* mutex, SteadyTime deadline,
                  Done done) ABSL_NO_THREAD_SAFETY_ANALYSIS {
    Held held{mutex};
    if (deadline == SteadyTime::Never()) {
      changed_.wait(held, done);
      return true;
    }
    return changed_.wait_until(held, deadline.point(), done);
  }
  template <typename Done>
  bool AwaitFor(absl::Mutex* mutex, absl::Duration time, Done done) {
    return AwaitUntil(mutex, SteadyNow() + time, done);
  }

 private:
  struct Held {
    absl::Mutex* mutex;
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
  };
  std::condition_variable_any changed_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLOCK_STEADY_CONDITION_H_

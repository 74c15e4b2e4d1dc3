// The control thread of now: one for good where there is one controller; else that of the lead, or
// of the copy, that this controller has now.
#ifndef RHUMB_CONTROLLER_SERVING_CALLS_CONTROL_SLOT_H_
#define RHUMB_CONTROLLER_SERVING_CALLS_CONTROL_SLOT_H_

#include <functional>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "controller/steering/decision/control_thread.h"

namespace rhumb {

// Safe to call from any thread once there is a first one. What was handed to one that is replaced
// is still done by it, or refused with Unavailable.
class ControlSlot {
 public:
  // From one thread at a time. Returns when the one before has stopped.
  void Set(std::shared_ptr<ControlThread> control) {
    {
      absl::MutexLock lock(&mutex_);
      control_.swap(control);
    }
    // Here, so that none of its own threads is ever the last to hold it.
    if (control != nullptr) control->Stop();
  }
  std::shared_ptr<ControlThread> Get() const {
    absl::MutexLock lock(&mutex_);
    return control_;
  }

  // As of ControlThread.
  template <typename Response>
  void Call(std::function<absl::StatusOr<Response>(ControllerCore&)> work,
            std::function<void(absl::StatusOr<Response>)> done) {
    Get()->Call<Response>(std::move(work), std::move(done));
  }
  // False when nobody will do it.
  bool Post(std::function<void(ControllerCore&)> work) {
    const std::shared_ptr<ControlThread> control = Get();
    return control != nullptr && control->Post(std::move(work));
  }
  void Stop() {
    if (const auto control = Get()) control->Stop();
  }

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<ControlThread> control_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CALLS_CONTROL_SLOT_H_

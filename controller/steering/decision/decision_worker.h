// Runs the policy and the guard on a thread of its own, so that the control thread stays free to
// answer failures while a policy thinks.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_DECISION_WORKER_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_DECISION_WORKER_H_

#include <functional>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "controller/clock/steady_condition.h"
#include "controller/steering/decision/decider.h"

namespace rhumb {

// Owns the thread, and with it the decider. Holds at most one decision that waits: a newer one
// takes its place. Start is safe from any thread and does not wait.
class DecisionWorker {
 public:
  // `done` is called on the worker's thread.
  DecisionWorker(Decider decider, std::function<void(DecisionOutput)> done);
  ~DecisionWorker();

  void Start(DecisionInput input);

 private:
  void Run();

  Decider decider_;
  std::function<void(DecisionOutput)> done_;
  absl::Mutex mutex_;
  SteadyCondition stopped_;
  std::optional<DecisionInput> next_ ABSL_GUARDED_BY(mutex_);
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_DECISION_WORKER_H_

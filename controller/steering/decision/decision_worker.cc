#include "controller/steering/decision/decision_worker.h"

#include <utility>

#include "controller/steering/threads/thread_priority.h"

namespace rhumb {

DecisionWorker::DecisionWorker(Decider decider, std::function<void(DecisionOutput)> done)
    : decider_(std::move(decider)), done_(std::move(done)), thread_([this] { Run(); }) {}

DecisionWorker::~DecisionWorker() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    stopped_.NotifyAll();
  }
  thread_.join();
}

void DecisionWorker::Start(DecisionInput input) {
  absl::MutexLock lock(&mutex_);
  next_ = std::move(input);
}

void DecisionWorker::Run() {
  LowerThreadPriority(kDecidingPriority);
  for (;;) {
    std::optional<DecisionInput> input;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](DecisionWorker* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
            return self->stop_ || self->next_.has_value();
          },
          this));
      if (!stop_ && next_->lead > absl::ZeroDuration()) {
        stopped_.AwaitFor(&mutex_, next_->lead,
                          [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stop_; });
      }
      if (stop_) return;
      input = std::exchange(next_, std::nullopt);
    }
    done_(decider_.Decide(*input));
  }
}

}  // namespace rhumb

#include "controller/serving/server/fan_out.h"

#include <utility>

#include "absl/status/status.h"

namespace rhumb {

FanOut::FanOut(Metrics* metrics) : metrics_(metrics), thread_([this] { Run(); }) {}

FanOut::~FanOut() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void FanOut::Add(uint64_t id, std::shared_ptr<PlanReader> reader) {
  absl::MutexLock lock(&mutex_);
  readers_[id] = std::move(reader);
}

void FanOut::Remove(uint64_t id) {
  std::shared_ptr<PlanReader> last;  // may be freed: not under the lock
  absl::MutexLock lock(&mutex_);
  const auto it = readers_.find(id);
  if (it == readers_.end()) return;
  last = std::move(it->second);
  readers_.erase(it);
}

std::shared_ptr<PlanReader> FanOut::Find(uint64_t id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = readers_.find(id);
  return it == readers_.end() ? nullptr : it->second;
}

std::vector<std::pair<uint64_t, std::shared_ptr<PlanReader>>> FanOut::readers() const {
  absl::MutexLock lock(&mutex_);
  return {readers_.begin(), readers_.end()};
}

void FanOut::Announce() {
  absl::MutexLock lock(&mutex_);
  if (!announced_) announced_at_ = SteadyNow();
  announced_ = true;
}

void FanOut::EndAll(const absl::Status& status) {
  for (const auto& [id, reader] : readers()) reader->End(status);
}

void FanOut::Run() {
  for (;;) {
    SteadyTime since;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](FanOut* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
            return self->stop_ || self->announced_;
          },
          this));
      if (stop_) return;
      announced_ = false;
      since = announced_at_;
    }
    for (const auto& [id, reader] : readers()) reader->Wake();
    metrics_->ObserveStage(Stage::kFanOut, absl::ToDoubleSeconds(SteadyNow() - since));
  }
}

}  // namespace rhumb

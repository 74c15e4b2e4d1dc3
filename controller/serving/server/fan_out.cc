#include "controller/serving/server/fan_out.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"

namespace rhumb {
namespace {

// More would only wait for each other in the kernel, and for the processors of those who decide.
constexpr int kMostThreads = 4;

}  // namespace

FanOut::FanOut(Metrics* metrics) : metrics_(metrics) {
  const int threads = std::clamp<int>(std::thread::hardware_concurrency(), 1, kMostThreads);
  for (int t = 0; t < threads; ++t) threads_.emplace_back([this] { Run(); });
}

FanOut::~FanOut() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
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

FanOut::Readers FanOut::readers() const {
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
  uint64_t seen = 0;
  const auto called = [this, &seen]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stop_ || announced_ || rounds_ != seen;
  };
  for (;;) {
    std::shared_ptr<Round> round;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(&called));
      if (stop_) return;
      if (announced_) {
        announced_ = false;
        round_ = std::make_shared<Round>();
        round_->readers.assign(readers_.begin(), readers_.end());
        round_->since = announced_at_;
        ++rounds_;
      }
      round = round_;
      seen = rounds_;
    }
    Wake(round.get());
  }
}

void FanOut::Wake(Round* round) {
  const size_t count = round->readers.size();
  for (size_t i = round->next++; i < count; i = round->next++) {
    // Not kept alive until the next plan: a stream may have ended meanwhile.
    std::exchange(round->readers[i].second, nullptr)->Wake();
    if (++round->woken == count) {
      metrics_->ObserveStage(Stage::kFanOut, absl::ToDoubleSeconds(SteadyNow() - round->since));
    }
  }
}

}  // namespace rhumb

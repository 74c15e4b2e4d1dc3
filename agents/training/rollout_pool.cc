#include "agents/training/rollout_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"

namespace rhumb::training {
namespace {

using Clock = std::chrono::steady_clock;

bool IsWorkerDeath(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsDataLoss(status) || absl::IsInternal(status);
}

}  // namespace

RolloutCost& RolloutCost::operator+=(const RolloutCost& other) {
  simulator_s += other.simulator_s;
  acting_s += other.acting_s;
  hop_packets += other.hop_packets;
  steps += other.steps;
  retries += other.retries;
  lost += other.lost;
  return *this;
}

RolloutPool::RolloutPool(int workers, EnvironmentFactory make_environment)
    : make_environment_(std::move(make_environment)) {
  for (int i = 0; i < workers; ++i) threads_.emplace_back([this] { Work(); });
}

RolloutPool::~RolloutPool() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    waiting_.clear();
  }
  for (std::thread& thread : threads_) thread.join();
}

int64_t RolloutPool::Submit(RolloutJob job) {
  absl::MutexLock lock(&mutex_);
  RolloutGroup group;
  group.number = submitted_++;
  group.job = std::move(job);
  waiting_.push_back(std::move(group));
  ++unfinished_;
  return submitted_ - 1;
}

absl::StatusOr<std::vector<RolloutGroup>> RolloutPool::Collect(int late) {
  const auto complete = [this, late]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !error_.ok() || unfinished_ <= late;
  };
  absl::MutexLock lock(&mutex_, absl::Condition(&complete));
  if (!error_.ok()) return error_;
  std::vector<RolloutGroup> groups = std::move(finished_);
  finished_.clear();
  std::sort(groups.begin(), groups.end(),
            [](const RolloutGroup& a, const RolloutGroup& b) { return a.number < b.number; });
  return groups;
}

RolloutCost RolloutPool::cost() const {
  absl::MutexLock lock(&mutex_);
  return cost_;
}

void RolloutPool::Work() {
  std::unique_ptr<Environment> environment;
  while (true) {
    RolloutGroup group;
    {
      absl::MutexLock lock(&mutex_, absl::Condition(this, &RolloutPool::HasWork));
      if (stopping_) return;
      group = std::move(waiting_.front());
      waiting_.pop_front();
    }
    auto played = Play(&environment, std::move(group));
    absl::MutexLock lock(&mutex_);
    --unfinished_;
    if (!played.ok()) {
      if (error_.ok()) error_ = played.status();
      continue;
    }
    finished_.push_back(*std::move(played));
  }
}

absl::StatusOr<RolloutGroup> RolloutPool::Play(std::unique_ptr<Environment>* environment,
                                               RolloutGroup group) {
  absl::Status status = PlayOnce(environment, &group);
  if (IsWorkerDeath(status)) {
    *environment = nullptr;
    {
      absl::MutexLock lock(&mutex_);
      ++cost_.retries;
    }
    status = PlayOnce(environment, &group);
  }
  if (status.ok()) return group;
  *environment = nullptr;
  if (!IsWorkerDeath(status)) {
    return absl::Status(status.code(), absl::StrFormat("the episode of seed %d: %s", group.job.seed,
                                                       status.message()));
  }
  group.trajectories.clear();
  group.lost = std::string(status.message());
  absl::MutexLock lock(&mutex_);
  ++cost_.lost;
  return group;
}

absl::Status RolloutPool::PlayOnce(std::unique_ptr<Environment>* environment, RolloutGroup* group) {
  const Clock::time_point start = Clock::now();
  if (*environment == nullptr) {
    auto made = make_environment_();
    if (!made.ok()) return made.status();
    *environment = *std::move(made);
  }
  const EnvironmentCost before = (*environment)->cost();
  group->trajectories.clear();
  absl::Status status;
  std::unique_ptr<Actor> actor;
  std::unique_ptr<RoutingPolicy> baseline;
  if (group->job.agent != nullptr) actor = std::make_unique<Actor>(group->job.agent);
  if (group->job.baseline) baseline = group->job.baseline();
  for (int repeat = 0; repeat < group->job.repeats && status.ok(); ++repeat) {
    auto trajectory = actor != nullptr
                          ? actor->PlayEpisode(environment->get(), group->job.seed,
                                               group->job.first_repeat + repeat)
                          : PlayEpisode(environment->get(), baseline.get(), group->job.seed);
    status = trajectory.status();
    if (trajectory.ok()) group->trajectories.push_back(*std::move(trajectory));
  }
  const EnvironmentCost& after = (*environment)->cost();
  const double simulator_s = after.simulator_s - before.simulator_s;
  absl::MutexLock lock(&mutex_);
  cost_.simulator_s += simulator_s;
  cost_.acting_s += std::chrono::duration<double>(Clock::now() - start).count() - simulator_s;
  cost_.hop_packets += after.hop_packets - before.hop_packets;
  cost_.steps += after.steps - before.steps;
  return status;
}

}  // namespace rhumb::training

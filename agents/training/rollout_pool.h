// Episodes in parallel: threads that each own an environment, and with it a persistent worker
// process when the environment plays packets.
#ifndef RHUMB_AGENTS_TRAINING_ROLLOUT_POOL_H_
#define RHUMB_AGENTS_TRAINING_ROLLOUT_POOL_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agents/training/actor.h"
#include "agents/training/environment.h"

namespace rhumb::training {

using EnvironmentFactory = std::function<absl::StatusOr<std::unique_ptr<Environment>>()>;

// One scenario, played `repeats` times on the same arrivals by one worker.
struct RolloutJob {
  uint64_t seed = 0;
  int repeats = 1;
  int first_repeat = 0;  // their numbers, of which exploration is a function
  // One of the two.
  std::shared_ptr<const ActingAgent> agent;
  std::function<std::unique_ptr<RoutingPolicy>()> baseline;
};

struct RolloutGroup {
  int64_t number = 0;  // of the job, in order of submission from 0
  RolloutJob job;
  std::vector<Trajectory> trajectories;  // [repeats]; empty when it was lost
  std::string lost;                      // why: its worker died or hung twice
};

// Of all workers since the start, in seconds of wall time.
struct RolloutCost {
  double simulator_s = 0;  // inside the simulator
  double acting_s = 0;     // on jobs, but outside of it: scenarios, decisions, bookkeeping
  uint64_t hop_packets = 0;
  int64_t steps = 0;
  int64_t retries = 0;  // jobs that were played again because their worker died or hung
  int64_t lost = 0;     // jobs that died twice

  RolloutCost& operator+=(const RolloutCost& other);
};

// Used from one thread.
//
// A worker that dies or hangs (Unavailable, DeadlineExceeded, DataLoss or Internal from its
// environment) costs its job's time: the job is played again from its seed, and only lost when that
// fails too. A slow worker delays no batch by more than its caller allows (see Collect), and what
// it plays joins the next batch instead of being thrown away, so that slow scenarios are not played
// less often than fast ones.
class RolloutPool {
 public:
  // Starts `workers` threads; the environments are made in them.
  RolloutPool(int workers, EnvironmentFactory make_environment);
  // Waits for the jobs that are being played; those not begun are dropped.
  ~RolloutPool();
  RolloutPool(const RolloutPool&) = delete;
  RolloutPool& operator=(const RolloutPool&) = delete;

  // Never waits. Returns the number of the job.
  int64_t Submit(RolloutJob job);

  // Waits until at most `late` of the submitted jobs are unfinished and returns those finished
  // since the last call, in order of submission, lost ones included. With late = 0 what is returned
  // does not depend on timing. The first error that is no worker's death ends the pool and is
  // returned from here on.
  absl::StatusOr<std::vector<RolloutGroup>> Collect(int late);

  RolloutCost cost() const;

 private:
  void Work();
  absl::StatusOr<RolloutGroup> Play(std::unique_ptr<Environment>* environment, RolloutGroup group);
  absl::Status PlayOnce(std::unique_ptr<Environment>* environment, RolloutGroup* group);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  }

  const EnvironmentFactory make_environment_;
  mutable absl::Mutex mutex_;
  std::deque<RolloutGroup> waiting_ ABSL_GUARDED_BY(mutex_);
  std::vector<RolloutGroup> finished_ ABSL_GUARDED_BY(mutex_);
  int64_t submitted_ ABSL_GUARDED_BY(mutex_) = 0;
  int unfinished_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  RolloutCost cost_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ROLLOUT_POOL_H_

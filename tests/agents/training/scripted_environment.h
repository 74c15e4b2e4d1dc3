// An environment without a network, for what plays environments in parallel.
#ifndef RHUMB_TESTS_AGENTS_TRAINING_SCRIPTED_ENVIRONMENT_H_
#define RHUMB_TESTS_AGENTS_TRAINING_SCRIPTED_ENVIRONMENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "agents/training/environment.h"
#include "agents/training/rollout_pool.h"
#include "tests/networks.h"

namespace rhumb::testing {

// What its environments do with some seeds; shared by them.
struct Script {
  std::map<uint64_t, std::vector<absl::Status>> faults;  // of the first resets of a seed
  std::map<uint64_t, absl::Notification*> gates;
  absl::Mutex mutex;
  int made ABSL_GUARDED_BY(mutex) = 0;
};

// Episodes of one step whose reward is the seed; some seeds fail, some wait.
class ScriptedEnvironment : public training::Environment {
 public:
  explicit ScriptedEnvironment(std::shared_ptr<Script> script) : script_(std::move(script)) {
    absl::MutexLock lock(&script_->mutex);
    ++script_->made;
  }

  absl::Status Reset(uint64_t seed) override {
    seed_ = seed;
    if (const auto gate = script_->gates.find(seed); gate != script_->gates.end()) {
      gate->second->WaitForNotification();
    }
    absl::MutexLock lock(&script_->mutex);
    auto& faults = script_->faults[seed];
    if (faults.empty()) return absl::OkStatus();
    absl::Status fault = faults.front();
    faults.erase(faults.begin());
    return fault;
  }
  absl::StatusOr<training::EnvironmentStep> Step(absl::Span<const float>) override {
    return Done();
  }
  absl::StatusOr<training::EnvironmentStep> StepWithPlan(const RoutingPlan&) override {
    return Done();
  }
  const Observation& observation() const override { return observation_; }
  const training::EnvironmentCost& cost() const override { return cost_; }

 private:
  training::EnvironmentStep Done() {
    ++cost_.steps;
    training::EnvironmentStep step;
    step.reward = static_cast<double>(seed_);
    step.done = true;
    return step;
  }

  std::shared_ptr<Script> script_;
  uint64_t seed_ = 0;
  Observation observation_{Diamond(), {}, {}, std::make_shared<const PathSet>(), {}};
  training::EnvironmentCost cost_;
};

inline training::EnvironmentFactory Scripted(std::shared_ptr<Script> script) {
  return [script]() -> absl::StatusOr<std::unique_ptr<training::Environment>> {
    return std::make_unique<ScriptedEnvironment>(script);
  };
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_AGENTS_TRAINING_SCRIPTED_ENVIRONMENT_H_

// One environment of a batch: plays actions and says what became of them.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SLOT_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SLOT_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agents/training/environment.h"
#include "controller/replay/replay_input.h"
#include "rhumb/v1/simulation.pb.h"

namespace rhumb {

// Used from one thread at a time; slots are independent of each other.
class EnvironmentSlot {
 public:
  // `known` is the path set whose layout the client has already; null for none.
  EnvironmentSlot(std::unique_ptr<training::Environment> environment, int history, int steps,
                  std::shared_ptr<const PathSet> known, PolicyFactory policies)
      : environment_(std::move(environment)),
        history_(history),
        steps_(steps),
        known_(std::move(known)),
        policies_(std::move(policies)) {}

  // A step or a reset, as long as the simulator takes. Every fault is in the outcome.
  rhumb::v1::Outcome Play(const rhumb::v1::Action& action);

 private:
  absl::Status Reset(uint64_t seed, rhumb::v1::Outcome* outcome);
  absl::Status Step(const rhumb::v1::Action& action, rhumb::v1::Outcome* outcome);
  absl::StatusOr<training::EnvironmentStep> Advance(const rhumb::v1::Action& action);
  absl::StatusOr<RoutingPlan> Decide(const std::string& policy);

  std::unique_ptr<training::Environment> environment_;
  const int history_, steps_;
  std::shared_ptr<const PathSet> known_;
  const PolicyFactory policies_;
  std::map<std::string, std::unique_ptr<RoutingPolicy>> baselines_;  // of this episode
  bool running_ = false;
  uint32_t step_ = 0;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_ENVIRONMENT_SLOT_H_

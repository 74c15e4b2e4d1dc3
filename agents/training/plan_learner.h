// One update of the whole graph network: from finished episodes to changed weights.
#ifndef RHUMB_AGENTS_TRAINING_PLAN_LEARNER_H_
#define RHUMB_AGENTS_TRAINING_PLAN_LEARNER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_samples.h"
#include "agents/training/packet_state.h"
#include "agents/training/replica_group.h"

namespace rhumb::training {

class PlanLearner {
 public:
  explicit PlanLearner(const PacketConfig& config) : config_(config) {}

  // Steps of Adam along the gradient that PlanConfig::estimator estimates, averaged over the group.
  // The same state and groups give the same next state on one thread. Unavailable when every
  // episode was lost, Internal when LibTorch fails; errors of the group.
  absl::StatusOr<UpdateReport> Update(const std::vector<RolloutGroup>& groups, PacketState* state,
                                      ReplicaGroup* replicas) const;

 private:
  PacketConfig config_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PLAN_LEARNER_H_

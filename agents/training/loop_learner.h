// One update of an agent that decides again and again in a running network.
#ifndef RHUMB_AGENTS_TRAINING_LOOP_LEARNER_H_
#define RHUMB_AGENTS_TRAINING_LOOP_LEARNER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_samples.h"
#include "agents/training/packet_state.h"
#include "agents/training/replica_group.h"

namespace rhumb::training {

class LoopLearner {
 public:
  explicit LoopLearner(const PacketConfig& config) : config_(config) {}

  // Fits the critic of actions (cost_model.h) to the advantages of what was played, then takes
  // steps of Adam along its gradient at the plans of the policy. Determinism and errors as for
  // PlanLearner.
  absl::StatusOr<UpdateReport> Update(const std::vector<RolloutGroup>& groups, PacketState* state,
                                      ReplicaGroup* replicas) const;

 private:
  PacketConfig config_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_LOOP_LEARNER_H_

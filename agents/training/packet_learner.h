// One update of packet-level training: from finished episodes to a changed price head.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_
#define RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_samples.h"
#include "agents/training/packet_state.h"
#include "agents/training/replica_group.h"

namespace rhumb::training {

class PacketLearner {
 public:
  explicit PacketLearner(const PacketConfig& config) : config_(config) {}

  // Some epochs of clipped steps over the batch, with gradients averaged over the group. A step
  // after which the policy would be further than the KL limit from the one that acted is taken
  // back, and those after it are half as long; the fourth ends the update. The same state and
  // groups give the same next state on one thread. Unavailable when every episode was lost,
  // Internal when LibTorch fails; errors of the group.
  absl::StatusOr<UpdateReport> Update(const std::vector<RolloutGroup>& groups, PacketState* state,
                                      ReplicaGroup* replicas) const;

 private:
  absl::Status ScaleReturns(const std::vector<RolloutGroup>& groups, PacketState* state,
                            ReplicaGroup* replicas) const;
  absl::Status Step(absl::Span<const Sample> samples, double rate, PacketState* state,
                    UpdateReport* report, ReplicaGroup* replicas) const;

  PacketConfig config_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_LEARNER_H_

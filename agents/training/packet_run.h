// Packet-level training from a configuration to a checkpoint. Its output directory is described in
// run_loop.h; beside those files it holds TensorBoard's event files and test.csv, written at the
// end.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_RUN_H_
#define RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

#include "absl/status/status.h"
#include "agents/training/replica_group.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

// The whole run, of this process's part in `group`; every rank has its own workers and scenarios,
// rank 0 alone tests. See RunTraining for what it promises and its errors. InvalidArgument for a
// bad request.
absl::Status RunPacketTraining(const TrainRequest& request, ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

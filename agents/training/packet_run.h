// Packet-level training from a configuration to a checkpoint.
//
// An output directory holds what that of flow-level training holds: best.ckpt (the best on the
// validation scenarios), last.ckpt, state.bin, metrics.csv and TensorBoard's event files; and
// test.csv, written at the end.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_RUN_H_
#define RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

#include "absl/status/status.h"
#include "agents/training/replica_group.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

// The whole run, of this process's part in `group`; every rank has its own workers and scenarios,
// rank 0 alone validates, tests, reports and touches files. The same run on as many ranks ends with
// the same checkpoints, resumed or not. InvalidArgument for a bad request, FailedPrecondition when
// there is nothing to resume or `out` holds a run already; file errors as they come.
absl::Status RunPacketTraining(const TrainRequest& request, ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

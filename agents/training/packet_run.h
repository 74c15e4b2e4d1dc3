// Packet-level training from a configuration to a checkpoint.
//
// An output directory holds what that of flow-level training holds: best.ckpt (the best on the
// validation scenarios), last.ckpt, state.bin, metrics.csv and TensorBoard's event files; and
// test.csv, written at the end.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_RUN_H_
#define RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

#include "absl/status/status.h"
#include "agents/training/packet_learner.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

// The whole run. InvalidArgument for a bad request, FailedPrecondition when there is nothing to
// resume or `out` holds a run already, NotFound without a worker program; file errors as they come.
absl::Status RunPacketTraining(const TrainRequest& request, GradientReducer reduce = nullptr);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_RUN_H_

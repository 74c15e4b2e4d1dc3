// Learns the correction of the fluid simulator: episodes in ns-3, then a fit. Its output directory
// holds state.bin (what ns-3 measured so far, to resume from), surrogate.txt (the correction) and
// surrogate_test.csv (networks that were held out).
#ifndef RHUMB_AGENTS_TRAINING_SURROGATE_RUN_H_
#define RHUMB_AGENTS_TRAINING_SURROGATE_RUN_H_

#include "absl/status/status.h"
#include "agents/training/replica_group.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

// The whole run. What it learns does not depend on workers, on a stop or on when it was resumed;
// with all episodes there, --resume fits anew. FailedPrecondition when there is nothing to resume,
// `out` holds a run already, or it is one of several ranks; Cancelled when the time is up before
// all episodes are there; InvalidArgument for a bad request; errors of simulators and files.
absl::Status RunSurrogateTraining(const TrainRequest& request, ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SURROGATE_RUN_H_

// The group of processes that MPI connects; replica_group.h says what it is for.
#ifndef RHUMB_AGENTS_TRAINING_MPI_GROUP_H_
#define RHUMB_AGENTS_TRAINING_MPI_GROUP_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agents/training/replica_group.h"

namespace rhumb::training {

// Initialises MPI, once a process. Waits without spinning, so ranks may share cores with their
// workers. A rank waits $RHUMB_PEER_PATIENCE_S seconds for the others, 1800 unless set: validation
// on rank 0 and uneven episodes take minutes. FailedPrecondition in a build without MPI, or for a
// patience that is no positive number.
absl::StatusOr<std::unique_ptr<ReplicaGroup>> JoinMpiGroup();

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_MPI_GROUP_H_

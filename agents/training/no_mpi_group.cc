// Takes the place of mpi_group.cc in a build without MPI.
#include "agents/training/mpi_group.h"

namespace rhumb::training {

absl::StatusOr<std::unique_ptr<ReplicaGroup>> JoinMpiGroup() {
  return absl::FailedPreconditionError(
      "started as one of several processes, but this rhumb was built without MPI: every process "
      "would train alone and write the same files; install libopenmpi-dev and openmpi-bin, build "
      "again, or start one process without a launcher");
}

}  // namespace rhumb::training

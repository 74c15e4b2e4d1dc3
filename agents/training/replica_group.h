// Training in several processes, on one machine or many: every rank has its own networks, traffic
// and workers and a replica of the learner, and applies the mean of all ranks' gradients, so that
// the replicas stay the same without ever being sent again.
//
// The processes are started by `mpirun -n N` or `srun --mpi=pmix -n N`; a program that was started
// by hand is a group of one and touches no MPI.
#ifndef RHUMB_AGENTS_TRAINING_REPLICA_GROUP_H_
#define RHUMB_AGENTS_TRAINING_REPLICA_GROUP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "agents/training/random.h"

namespace rhumb::training {

// Owned by one run and used from its thread. What is marked collective is called by all ranks in
// the same order, or by none. A collective call is Unavailable when the other ranks have not come
// to it within the patience; then the run is over, see Leave.
class ReplicaGroup {
 public:
  virtual ~ReplicaGroup() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  // The rank that validates, reports and writes files; the others only compute.
  bool first() const { return rank() == 0; }

  // Collective. Replaces `values`, of equal length on all ranks, by their mean over the ranks,
  // weighted by `weight` (at least 0, not 0 on all): the number of samples behind the values, for
  // instance, so that the mean is that of the union of all batches. Summed in double precision;
  // every rank gets the same bits.
  virtual absl::Status Average(absl::Span<float> values, double weight) = 0;

  // Collective. The bytes of rank 0, whatever the others hold.
  virtual absl::Status Broadcast(std::string* bytes) = 0;
  // Collective. The number of rank 0.
  virtual absl::StatusOr<uint64_t> OfFirst(uint64_t value) = 0;

  // Collective. DataLoss when `values` are not the same bits on all ranks: replicas that drifted
  // apart learn nothing together.
  virtual absl::Status RequireSame(absl::Span<const float> values) = 0;

  // Collective. OK when every rank's status is. Otherwise the first failing rank gets its own
  // status back and the others Cancelled without a message, for they have nothing to add.
  virtual absl::Status RequireAllOk(const absl::Status& mine) = 0;

  // What rank 0 says on stderr when the job is ended from outside, as launchers do when a rank
  // dies: where the run can be picked up.
  virtual void SetLastWords(const std::string& message) = 0;

  // The last call, with the outcome of the run. When all ranks come to the same end (done, or
  // RequireAllOk) the group parts in peace and the status is handed back. A rank that fails alone
  // prints its status and ends the job on all ranks: it does not return.
  virtual absl::Status Leave(const absl::Status& status) = 0;
};

// Looks an environment variable up; null when it is not set.
using Environ = std::function<const char*(const char* name)>;

// How many processes the launcher started, as its variables tell: OMPI_COMM_WORLD_SIZE, PMI_SIZE or
// PMIX_RANK (then 0: MPI knows). 1 without a launcher. FailedPrecondition when srun started several
// processes without PMIx, for they could not find each other.
absl::StatusOr<int> LaunchedProcesses(const Environ& environ);

// The group that this process was launched into. FailedPrecondition when it was launched as one of
// several but built without MPI. Once a process.
absl::StatusOr<std::unique_ptr<ReplicaGroup>> JoinGroup();

// A group of one, without MPI.
std::unique_ptr<ReplicaGroup> GroupOfOne();

// One rank's own seed or stream out of the group's; rank 0 keeps the group's, so that one process
// alone trains as it would without ranks.
uint64_t SeedOfRank(uint64_t seed, int rank);

// Collective. The ranks' random numbers start anew from rank 0's: done wherever a run can be picked
// up, so that a state holds one stream only and can be resumed by any number of ranks.
absl::Status SpreadRandom(Random* random, ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_REPLICA_GROUP_H_

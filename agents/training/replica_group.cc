#include "agents/training/replica_group.h"

#include <cstdlib>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "agents/training/mpi_group.h"
#include "agents/training/random.h"

namespace rhumb::training {
namespace {

class SingleProcess : public ReplicaGroup {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  absl::Status Average(absl::Span<float> /*values*/, double /*weight*/) override {
    return absl::OkStatus();
  }
  absl::Status Broadcast(std::string* /*bytes*/) override { return absl::OkStatus(); }
  absl::StatusOr<uint64_t> OfFirst(uint64_t value) override { return value; }
  absl::Status RequireSame(absl::Span<const float> /*values*/) override { return absl::OkStatus(); }
  absl::Status RequireAllOk(const absl::Status& mine) override { return mine; }
  void SetLastWords(const std::string& /*message*/) override {}
  absl::Status Leave(const absl::Status& status) override { return status; }
};

// 0 when it is not set or no number.
int NumberOf(const Environ& environ, const char* name) {
  const char* text = environ(name);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) ? value : 0;
}

}  // namespace

absl::StatusOr<int> LaunchedProcesses(const Environ& environ) {
  // mpirun inside of a Slurm job sets its own variables, and those are right.
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (const int size = NumberOf(environ, name); size > 0) return size;
  }
  if (environ("PMIX_RANK") != nullptr) return 0;
  // Only srun sets this one; SLURM_NTASKS is there in batch scripts too, which run once.
  const int tasks = NumberOf(environ, "SLURM_STEP_NUM_TASKS");
  if (tasks <= 1) return 1;
  return absl::FailedPreconditionError(absl::StrFormat(
      "srun started %d processes that cannot find each other; start them with srun --mpi=pmix, or "
      "with mpirun",
      tasks));
}

absl::StatusOr<std::unique_ptr<ReplicaGroup>> JoinGroup() {
  const absl::StatusOr<int> processes =
      LaunchedProcesses([](const char* name) { return std::getenv(name); });
  if (!processes.ok()) return processes.status();
  if (*processes == 1) return GroupOfOne();
  return JoinMpiGroup();
}

std::unique_ptr<ReplicaGroup> GroupOfOne() { return std::make_unique<SingleProcess>(); }

uint64_t SeedOfRank(uint64_t seed, int rank) {
  if (rank == 0) return seed;
  // Mixed twice: neighbouring seeds and ranks must not share a stream.
  constexpr uint64_t kRankStream = 0x5eed0f0f;
  return Random(Random(seed ^ kRankStream).Bits() + static_cast<uint64_t>(rank)).Bits();
}

absl::Status SpreadRandom(Random* random, ReplicaGroup* group) {
  const absl::StatusOr<uint64_t> stream = group->OfFirst(random->state());
  if (stream.ok()) random->set_state(SeedOfRank(*stream, group->rank()));
  return stream.status();
}

}  // namespace rhumb::training

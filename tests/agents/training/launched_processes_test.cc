#include <gtest/gtest.h>

#include <map>
#include <string>

#include "agents/training/replica_group.h"

namespace rhumb::training {
namespace {

absl::StatusOr<int> Launched(std::map<std::string, std::string> variables) {
  return LaunchedProcesses([variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(LaunchedProcessesTest, IsAloneWithoutALauncher) { EXPECT_EQ(*Launched({}), 1); }

TEST(LaunchedProcessesTest, KnowsMpirun) {
  EXPECT_EQ(*Launched({{"OMPI_COMM_WORLD_SIZE", "4"}}), 4);
  EXPECT_EQ(*Launched({{"PMI_SIZE", "3"}}), 3);
  // mpirun inside of a Slurm job.
  EXPECT_EQ(*Launched({{"OMPI_COMM_WORLD_SIZE", "2"}, {"SLURM_STEP_NUM_TASKS", "8"}}), 2);
}

TEST(LaunchedProcessesTest, LeavesTheNumberToMpiUnderPmix) {
  EXPECT_EQ(*Launched({{"PMIX_RANK", "0"}, {"SLURM_STEP_NUM_TASKS", "8"}}), 0);
}

TEST(LaunchedProcessesTest, IsAloneInABatchScriptOfManyTasks) {
  EXPECT_EQ(*Launched({{"SLURM_NTASKS", "8"}}), 1);
}

TEST(LaunchedProcessesTest, RefusesSrunWithoutAWayToMeet) {
  const absl::Status status = Launched({{"SLURM_STEP_NUM_TASKS", "8"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(status.message().find("srun --mpi=pmix"), absl::string_view::npos) << status;
}

}  // namespace
}  // namespace rhumb::training

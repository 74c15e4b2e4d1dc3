// What every rank of a group sees. CTest starts this program with mpirun on several ranks; all of
// them run all tests, in step.
#include "agents/training/replica_group.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "agents/neural/path_graph.h"
#include "agents/neural/torch_network.h"
#include "agents/training/flow_objective.h"
#include "agents/training/flow_run.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

ReplicaGroup* group = nullptr;

constexpr char kTinyRun[] = R"(
seed = 5
networks = {families = ["ring-chords", "grid"], count = 6, min_nodes = 4, max_nodes = 7, candidate_paths = 3}
optimizer = {updates = 8, batch_paths = 60, batch_networks = 2, clip_norm = 1000.0}
objective = {iterations = 2, earlier_iterations = [0]}
validation = {networks = 2, every = 4}
)";

TrainingConfig TinyConfig() { return *ParseTrainingConfig(kTinyRun, "tiny.toml"); }

std::string Bytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

TEST(ReplicaGroupTest, AveragesByWeight) {
  const double r = group->rank(), n = group->size();
  std::vector<float> values = {static_cast<float>(r), 10, static_cast<float>(-r * r)};
  ASSERT_TRUE(group->Average(absl::MakeSpan(values), r + 1).ok());
  double weights = 0, first = 0, third = 0;
  for (int k = 0; k < n; ++k) {
    weights += k + 1;
    first += (k + 1) * k;
    third -= (k + 1) * k * k;
  }
  EXPECT_THAT(values, ::testing::Pointwise(::testing::FloatNear(1e-6F),
                                           {static_cast<float>(first / weights), 10.F,
                                            static_cast<float>(third / weights)}));
}

TEST(ReplicaGroupTest, ARankWithoutWeightChangesNothing) {
  std::vector<float> values = {group->rank() == 0 ? 3.F : 1e6F};
  ASSERT_TRUE(group->Average(absl::MakeSpan(values), group->rank() == 0 ? 1 : 0).ok());
  EXPECT_EQ(values[0], 3.F);
}

TEST(ReplicaGroupTest, SharesWhatTheFirstRankHolds) {
  std::string bytes =
      group->first() ? std::string("first\0 of all", 13) : std::string(100 * group->rank(), 'x');
  ASSERT_TRUE(group->Broadcast(&bytes).ok());
  EXPECT_EQ(bytes, std::string("first\0 of all", 13));
  EXPECT_EQ(*group->OfFirst(1000 + group->rank()), 1000U);
}

TEST(ReplicaGroupTest, TellsReplicasThatDriftedApart) {
  std::vector<float> values = {1, 2, 3};
  EXPECT_TRUE(group->RequireSame(values).ok());
  if (group->rank() == group->size() - 1) values[1] = std::nextafter(2.F, 3.F);
  const absl::Status status = group->RequireSame(values);
  EXPECT_EQ(status.code(), group->size() > 1 ? absl::StatusCode::kDataLoss : absl::StatusCode::kOk);
}

TEST(ReplicaGroupTest, TheRankThatFailsSpeaksForAll) {
  EXPECT_TRUE(group->RequireAllOk(absl::OkStatus()).ok());
  const int bad = group->size() - 1;
  const absl::Status status = group->RequireAllOk(
      group->rank() == bad ? absl::NotFoundError("no such file") : absl::OkStatus());
  if (group->rank() == bad) {
    EXPECT_EQ(status.message(), "no such file");
  } else {
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
    EXPECT_EQ(status.message(), "");
  }
}

TEST(ReplicasTest, HoldTheSameParametersAfterEveryUpdateOfDifferentBatches) {
  const Trainer trainer = *Trainer::Create(TinyConfig(), group->rank());
  TrainingState state = trainer.Start();
  state.random = Random(SeedOfRank(state.random.state(), group->rank()));
  std::string of_first = absl::StrCat(state.random.state());
  const std::string mine = of_first;
  ASSERT_TRUE(group->Broadcast(&of_first).ok());
  EXPECT_EQ(mine == of_first, group->first()) << "all ranks draw the same batches";
  for (int update = 0; update < 6; ++update) {
    const std::vector<float> before = state.weights;
    ASSERT_TRUE(trainer.Update(&state, group).ok());
    EXPECT_NE(state.weights, before);
    std::string bytes = Bytes(state.weights);
    ASSERT_TRUE(group->Broadcast(&bytes).ok());
    EXPECT_EQ(bytes, Bytes(state.weights)) << "after update " << update;
  }
}

// The gradient of all ranks' batches as one batch, computed in one process.
TEST(ReplicasTest, TakeTheStepOfOneProcessOnTheUnionOfTheBatches) {
  const TrainingConfig config = TinyConfig();
  const Trainer trainer = *Trainer::Create(config, group->rank());
  TrainingState state = trainer.Start();
  const std::vector<float> first_weights = state.weights;
  const uint64_t stream = state.random.state();
  state.random = Random(SeedOfRank(stream, group->rank()));
  ASSERT_TRUE(trainer.Update(&state, group).ok());

  Batch all;
  std::vector<std::shared_ptr<const neural::PathGraph>> graphs;
  for (int rank = 0; rank < group->size(); ++rank) {
    const SamplePool pool = *SamplePool::Create(config.pool, SeedOfRank(config.seed, rank));
    Random random(SeedOfRank(stream, rank));
    random.Below(1);  // the number of iterations without gradient
    const Batch batch = pool.Draw(config.batch_paths, config.batch_networks, random);
    graphs.push_back(batch.graph);
    all.history.insert(all.history.end(), batch.history.begin(), batch.history.end());
    all.next.insert(all.next.end(), batch.next.begin(), batch.next.end());
  }
  std::vector<const neural::PathGraph*> parts;
  for (const auto& graph : graphs) parts.push_back(graph.get());
  all.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(parts));
  torch::Tensor weights = torch::tensor(first_weights, torch::kFloat).requires_grad_(true);
  ObjectiveOptions objective;
  objective.iterations = config.iterations;
  objective.sharpness = config.first_sharpness;
  objective.first_iterate_weight = config.first_iterate_weight;
  objective.delay_weight = config.delay_weight;
  const ObjectiveValue value = AnalyticObjective(weights, ToInput(all), objective);
  value.loss.backward();
  const torch::Tensor gradient = weights.grad().contiguous();

  EXPECT_NEAR(state.loss, value.log_mlu, 1e-5);
  // Adam's first moment is a tenth of the first gradient.
  double error = 0, norm = 0;
  for (size_t i = 0; i < first_weights.size(); ++i) {
    const double expected = gradient.data_ptr<float>()[i];
    error += std::pow(10 * state.adam.mean[i] - expected, 2);
    norm += expected * expected;
  }
  ASSERT_GT(norm, 0);
  EXPECT_LT(std::sqrt(error / norm), 1e-4);
}

TEST(ReplicasTest, OnlyTheFirstRankTouchesFiles) {
  TrainRequest request;
  request.config_toml = kTinyRun;
  request.config_name = "tiny.toml";
  std::string name = absl::StrCat("rhumb-replicas-", getpid());
  ASSERT_TRUE(group->Broadcast(&name).ok());
  const auto directory = std::filesystem::temp_directory_path() / name;
  request.out = (directory / absl::StrCat("rank", group->rank())).string();
  int64_t reports = 0;
  request.report = [&reports](const TrainProgress&) { ++reports; };
  const absl::Status status = RunFlowTraining(request, group);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(reports, group->first() ? 8 : 0);
  EXPECT_EQ(std::filesystem::exists(request.out), group->first());
  if (group->first()) std::filesystem::remove_all(directory);
}

}  // namespace

int RunAll(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const auto joined = JoinGroup();
  if (!joined.ok()) {
    std::fprintf(stderr, "%s\n", joined.status().ToString().c_str());
    return 1;
  }
  group = joined->get();
  const int result = RUN_ALL_TESTS();
  return group->Leave(absl::OkStatus()).ok() ? result : 1;
}

}  // namespace rhumb::training

int main(int argc, char** argv) { return rhumb::training::RunAll(argc, argv); }

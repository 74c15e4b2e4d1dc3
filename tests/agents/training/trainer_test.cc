#include "agents/training/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "agents/baselines/lp/path_formulation.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/inference.h"
#include "agents/training/flow_objective.h"
#include "agents/training/flow_run.h"
#include "tests/agents/training/fresh_directory.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::training {
namespace {

constexpr char kTinyRun[] = R"(
seed = 5
networks = {families = ["ring-chords"], count = 4, min_nodes = 4, max_nodes = 5, candidate_paths = 3}
optimizer = {updates = 12, batch_paths = 10, batch_networks = 2}
objective = {iterations = 2, earlier_iterations = [0, 1]}
validation = {networks = 2, every = 3}
)";

TrainingConfig TinyConfig() { return *ParseTrainingConfig(kTinyRun, "tiny.toml"); }

TEST(TrainerTest, TheSameSeedGivesTheSameWeights) {
  const auto group = GroupOfOne();
  std::vector<float> first;
  for (int run = 0; run < 2; ++run) {
    const Trainer trainer = *Trainer::Create(TinyConfig());
    TrainingState state = trainer.Start();
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(trainer.Update(&state, group.get()).ok());
    if (run == 0) first = state.weights;
    EXPECT_EQ(state.weights, first);
  }
}

TEST(TrainerTest, ScoreFunctionModeRuns) {
  const auto group = GroupOfOne();
  TrainingConfig config = TinyConfig();
  config.score_function = true;
  const Trainer trainer = *Trainer::Create(config);
  TrainingState state = trainer.Start();
  const std::vector<float> before = state.weights;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(trainer.Update(&state, group.get()).ok());
  EXPECT_NE(state.weights, before);
}

TEST(TrainerTest, AStateThatWasSavedGoesOnAsIfItHadNot) {
  const auto group = GroupOfOne();
  const Trainer trainer = *Trainer::Create(TinyConfig());
  TrainingState whole = trainer.Start();
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(trainer.Update(&whole, group.get()).ok());

  TrainingState half = trainer.Start();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(trainer.Update(&half, group.get()).ok());
  auto resumed = TrainingState::Parse(half.Serialize(kTinyRun), kTinyRun, "state.bin");
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(trainer.Update(&*resumed, group.get()).ok());
  EXPECT_EQ(resumed->weights, whole.weights);
}

TEST(TrainerTest, RefusesStatesThatAreTornOrOfAnotherRun) {
  const Trainer trainer = *Trainer::Create(TinyConfig());
  const std::string bytes = trainer.Start().Serialize(kTinyRun);
  EXPECT_TRUE(TrainingState::Parse(bytes, kTinyRun, "s").ok());
  EXPECT_FALSE(TrainingState::Parse(bytes, "seed = 6", "s").ok());
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    EXPECT_FALSE(
        TrainingState::Parse(absl::string_view(bytes).substr(0, size), kTinyRun, "s").ok());
  }
}

TEST(TrainerTest, ARunThatWasCutOffEndsLikeOneThatWasNot) {
  TrainRequest request;
  request.config_toml = kTinyRun;
  request.config_name = "tiny.toml";
  request.out = FreshDirectory("rhumb-train-whole-");
  ASSERT_TRUE(RunFlowTraining(request, GroupOfOne().get()).ok());
  const std::string whole = request.out;

  request.out = FreshDirectory("rhumb-train-cut-");
  // Dies like a killed process: between two validations, without saying goodbye.
  struct Killed {};
  request.report = [](const TrainProgress& progress) {
    if (progress.updates == 8) throw Killed();
  };
  EXPECT_THROW((void)RunFlowTraining(request, GroupOfOne().get()), Killed);
  request.report = nullptr;
  EXPECT_FALSE(RunFlowTraining(request, GroupOfOne().get()).ok()) << "would have overwritten a run";
  request.resume = true;
  const absl::Status status = RunFlowTraining(request, GroupOfOne().get());
  ASSERT_TRUE(status.ok()) << status;

  for (const char* file : {"last.ckpt", "best.ckpt", "metrics.csv", "state.bin"}) {
    EXPECT_EQ(*neural::ReadWholeFile(whole + "/" + file),
              *neural::ReadWholeFile(request.out + "/" + file))
        << file;
  }
  std::filesystem::remove_all(whole);
  std::filesystem::remove_all(request.out);
}

TEST(TrainerTest, ARunThatDiedBeforeItsFirstValidationCanBeResumed) {
  TrainRequest request;
  request.config_toml = kTinyRun;
  request.out = FreshDirectory("rhumb-train-early-");
  struct Killed {};
  request.report = [](const TrainProgress&) { throw Killed(); };
  EXPECT_THROW((void)RunFlowTraining(request, GroupOfOne().get()), Killed);
  request.report = nullptr;
  request.resume = true;
  const absl::Status status = RunFlowTraining(request, GroupOfOne().get());
  EXPECT_TRUE(status.ok()) << status;
  std::filesystem::remove_all(request.out);
}

TEST(TrainerTest, HasNothingToResumeInAnEmptyDirectory) {
  TrainRequest request;
  request.config_toml = kTinyRun;
  request.out = FreshDirectory("rhumb-train-empty-");
  request.resume = true;
  EXPECT_EQ(RunFlowTraining(request, GroupOfOne().get()).code(),
            absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove_all(request.out);
}

TEST(TrainerTest, StartsFromAShippedCheckpointByItsName) {
  TrainRequest request;
  request.config_toml = kTinyRun;
  for (const char* name : {"default", "packet"}) {
    request.init = name;
    request.out = FreshDirectory("rhumb-train-init-");
    const absl::Status status = RunFlowTraining(request, GroupOfOne().get());
    EXPECT_TRUE(status.ok()) << name << ": " << status;
    std::filesystem::remove_all(request.out);
  }
  request.init = "plan";
  request.out = FreshDirectory("rhumb-train-init-");
  const absl::Status foreign = RunFlowTraining(request, GroupOfOne().get());
  EXPECT_THAT(foreign.message(), ::testing::HasSubstr("plan was trained at packet level"));
  request.init = "no-such-checkpoint";
  const absl::Status refused = RunFlowTraining(request, GroupOfOne().get());
  EXPECT_THAT(refused.message(), ::testing::HasSubstr("no-such-checkpoint"));
  std::filesystem::remove_all(request.out);
}

// Learns, from random weights, to route a four-node network within 1 % of the optimum, by the
// network alone.
TEST(LearningTest, ReachesOnePercentOnFourNodesWithin150Updates) {
  const Topology topology = testing::Diamond();
  const auto paths = CandidatePaths::Compute(topology, {}, {})->paths();
  const auto graph =
      std::make_shared<const neural::PathGraph>(neural::BuildPathGraph(topology, *paths));
  torch::Tensor weights = neural::InitialWeights(1);
  std::vector<float> flat(weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel());
  Adam adam(flat.size());
  Random random(1);
  TrafficDraw traffic;
  traffic.constant_share = 1;
  traffic.generator_share = 0;
  ObjectiveOptions objective;
  objective.iterations = 6;
  objective.sharpness = 100;
  for (int update = 0; update < 150; ++update) {
    Batch batch;
    std::vector<const neural::PathGraph*> graphs(8, graph.get());
    for (int i = 0; i < 8; ++i) {
      const DemandSample sample = DrawDemands(topology, graph->pairs, traffic, random);
      batch.history.insert(batch.history.end(), sample.history.begin(), sample.history.end());
      batch.next.insert(batch.next.end(), sample.next.begin(), sample.next.end());
    }
    batch.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(graphs));
    torch::Tensor variable = torch::tensor(flat).requires_grad_(true);
    AnalyticObjective(variable, ToInput(batch), objective).loss.backward();
    const torch::Tensor gradient = variable.grad().contiguous();
    adam.Step({gradient.data_ptr<float>(), flat.size()}, 5e-3 * (1 - update / 160.0), 1.0,
              flat.data());
  }

  neural::InferenceOptions options;
  options.iterations = 8;
  options.refinements = 0;
  neural::Inference inference(flat, options);
  inference.SetGraph(graph);
  double sum = 0;
  constexpr int kMatrices = 20;
  for (int i = 0; i < kMatrices; ++i) {
    const DemandSample sample = DrawDemands(topology, graph->pairs, traffic, random);
    inference.Run(sample.history);
    TrafficMatrix matrix(4);
    for (int d = 0; d < graph->num_pairs(); ++d) {
      matrix.set_rate_bps(graph->pairs[d].source, graph->pairs[d].destination,
                          1e6 * sample.next[d]);
    }
    PathFormulation formulation(topology, paths);
    sum += inference.latest_mlu() * 1e6 / graph->mean_capacity_bps /
           formulation.Solve(matrix, {})->mlu;
  }
  EXPECT_LE(sum / kMatrices, 1.01);
}

}  // namespace
}  // namespace rhumb::training

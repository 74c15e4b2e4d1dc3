#include "agents/training/packet_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/network_shape.h"

namespace rhumb::training {
namespace {

using ::testing::HasSubstr;

// At flow level: the loop is the same and milliseconds long.
constexpr char kTinyRun[] = R"(
seed = 5
networks = {families = ["ring-chords"], min_nodes = 5, max_nodes = 6, candidate_paths = 4}
episodes = {steps = 2, min_load = 0.9, max_load = 1.5, past = 2}
reward = {completion = 1, loss = 5, on_time = 0, goodput = 0}
policy = {iterations = 3, sigma = 0.3}
ppo = {updates = 6, scenarios = 4, repeats = 4, minibatch = 16, learning_rate = 3e-3}
validation = {scenarios = 8, every = 2, test_scenarios = 8}
simulator = {level = "flow"}
)";

std::string FreshDirectory(const std::string& name) {
  const auto path = std::filesystem::temp_directory_path() / (name + std::to_string(getpid()));
  std::filesystem::remove_all(path);
  return path.string();
}

TrainRequest Request(const std::string& config, const std::string& out) {
  TrainRequest request;
  request.stage = "packet";
  request.config_toml = config;
  request.config_name = "tiny.toml";
  request.out = out;
  request.workers = 2;
  return request;
}

TEST(PacketRunTest, LearnsFromRewardsAlone) {
  const std::string out = FreshDirectory("rhumb-packet-learns-");
  const std::string config =
      absl::StrReplaceAll(kTinyRun, {{"updates = 6", "updates = 40"},
                                     {"scenarios = 4", "scenarios = 8"},
                                     {"every = 2", "every = 40"},
                                     {"scenarios = 8, every", "scenarios = 40, every"}});
  const TrainRequest request = Request(config, out);
  ASSERT_TRUE(RunPacketTraining(request).ok());

  const std::string metrics = neural::ReadWholeFile(out + "/metrics.csv").value();
  // First and last validation, on networks that were not trained on.
  std::vector<double> validations;
  std::istringstream lines(metrics);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string field;
    for (int i = 0; i <= 8; ++i) std::getline(fields, field, ',');
    if (!field.empty()) validations.push_back(std::stod(field));
  }
  std::filesystem::remove_all(out);
  ASSERT_EQ(validations.size(), 2u);
  EXPECT_GT(validations[1], validations[0] + 0.02);
}

TEST(PacketRunTest, ARunThatWasCutOffEndsLikeOneThatWasNot) {
  const std::string whole = FreshDirectory("rhumb-packet-whole-");
  const std::string parts = FreshDirectory("rhumb-packet-parts-");
  ASSERT_TRUE(RunPacketTraining(Request(kTinyRun, whole)).ok());

  // Killed after the third update, one after what was saved last.
  TrainRequest request = Request(kTinyRun, parts);
  request.report = [](const TrainProgress& progress) {
    if (progress.updates == 3) throw std::runtime_error("killed");
  };
  EXPECT_THROW(RunPacketTraining(request).IgnoreError(), std::runtime_error);
  request.resume = true;
  request.report = nullptr;
  ASSERT_TRUE(RunPacketTraining(request).ok());

  const auto a = neural::LoadCheckpoint(whole + "/last.ckpt");
  const auto b = neural::LoadCheckpoint(parts + "/last.ckpt");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->weights, b->weights);
  EXPECT_EQ(a->about.at("stage"), "packet");
  std::filesystem::remove_all(whole);
  std::filesystem::remove_all(parts);
}

TEST(PacketRunTest, SaysHowTheBestAgentDoesAgainstShortestPaths) {
  const std::string out = FreshDirectory("rhumb-packet-test-");
  TrainRequest request = Request(kTinyRun, out);
  std::string said;
  request.result = [&said](const std::string& line) { said += line + "\n"; };
  ASSERT_TRUE(RunPacketTraining(request).ok());
  EXPECT_THAT(said, HasSubstr("shortest-path:delay"));
  EXPECT_THAT(said, HasSubstr("steps/s"));
  EXPECT_TRUE(std::filesystem::exists(out + "/test.csv"));
  // A second run does not overwrite the first.
  EXPECT_EQ(RunPacketTraining(request).code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove_all(out);
}

TEST(PacketRunTest, ReducedGradientsMakeReplicasEqual) {
  const std::string out = FreshDirectory("rhumb-packet-reduce-");
  int calls = 0;
  const auto reduce = [&calls](absl::Span<float> gradient) {
    ++calls;
    for (float& g : gradient) g = 0;
    return absl::OkStatus();
  };
  ASSERT_TRUE(RunPacketTraining(Request(kTinyRun, out), reduce).ok());
  EXPECT_GT(calls, 6);
  const auto last = neural::LoadCheckpoint(out + "/last.ckpt").value();
  const auto best = neural::LoadCheckpoint(out + "/best.ckpt").value();
  EXPECT_EQ(last.weights, best.weights) << "a gradient of zeros changes nothing";
  std::filesystem::remove_all(out);

  const absl::Status refused = RunPacketTraining(
      Request(kTinyRun, out), [](absl::Span<float>) { return absl::AbortedError("rank 1 ended"); });
  EXPECT_EQ(refused.code(), absl::StatusCode::kAborted);
  std::filesystem::remove_all(out);
}

TEST(PacketRunTest, RefusesStatesThatAreTornOrOfAnotherRun) {
  PacketState state(InitialParameters(std::vector<float>(neural::NumWeights(), 0.5F), 0.3, 1));
  const std::string bytes = state.Serialize(kTinyRun);
  ASSERT_TRUE(PacketState::Parse(bytes, kTinyRun, "s").ok());
  EXPECT_EQ(PacketState::Parse(bytes, kTinyRun, "s")->parameters, state.parameters);
  EXPECT_EQ(PacketState::Parse(bytes, "seed = 6", "s").status().code(),
            absl::StatusCode::kFailedPrecondition);
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    EXPECT_FALSE(PacketState::Parse(absl::string_view(bytes).substr(0, size), kTinyRun, "s").ok());
  }
}

TEST(PacketConfigTest, NamesEveryProblemAtOnce) {
  const auto config = ParsePacketConfig(R"(
networks = {families = ["torus"]}
episodes = {min_load = 2, max_load = 1, tcp_shares = [0, 2]}
ppo = {repeats = 1, colour = "red"}
)",
                                        "bad.toml");
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  for (const char* part : {"bad.toml: networks.families", "episodes.min_load",
                           "episodes.tcp_shares", "ppo.repeats", "ppo.colour: unknown key"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(PacketConfigTest, TheShippedFilesAreValid) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RHUMB_TRAINING_CONFIGS)) {
    const std::string name = entry.path().filename().string();
    if (name.rfind("packet", 0) != 0) continue;
    ++files;
    EXPECT_TRUE(ParsePacketConfig(neural::ReadWholeFile(entry.path().string()).value(), name).ok())
        << ParsePacketConfig(neural::ReadWholeFile(entry.path().string()).value(), name).status();
  }
  EXPECT_GE(files, 3);
}

}  // namespace
}  // namespace rhumb::training

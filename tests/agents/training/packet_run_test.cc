#include "agents/training/packet_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/feedback.h"
#include "agents/neural/network_shape.h"
#include "agents/neural/price_head.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_log.h"
#include "agents/training/packet_state.h"
#include "tests/agents/training/fresh_directory.h"
#include "tests/agents/training/metrics_file.h"

namespace rhumb::training {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// At flow level: the loop is the same and milliseconds long.
constexpr char kTinyRun[] = R"(
seed = 5
networks = {families = ["ring-chords"], min_nodes = 5, max_nodes = 6, candidate_paths = 4}
episodes = {steps = 2, min_load = 0.9, max_load = 1.5, past = 2}
reward = {completion = 1, loss = 5, on_time = 0, goodput = 0}
policy = {iterations = 3, refinements = 0, sigma = 0.5}
ppo = {updates = 6, scenarios = 4, repeats = 4, minibatch = 16}
validation = {scenarios = 8, every = 2, test_scenarios = 8}
simulator = {level = "flow"}
)";

TrainRequest Request(const std::string& config, const std::string& out) {
  TrainRequest request;
  request.stage = "packet";
  request.config_toml = config;
  request.config_name = "tiny.toml";
  request.out = out;
  request.workers = 2;
  return request;
}

absl::Status Train(const TrainRequest& request) {
  return RunPacketTraining(request, GroupOfOne().get());
}

// The lines of a run's test.
std::string TrainAndListen(TrainRequest request) {
  std::string said;
  request.result = [&said](const std::string& line) { said += line + "\n"; };
  EXPECT_TRUE(Train(request).ok());
  return said;
}

TEST(PacketRunTest, LearnsFromRewardsAlone) {
  const std::string out = FreshDirectory("rhumb-packet-learns-");
  const std::string config =
      absl::StrReplaceAll(kTinyRun, {{"updates = 6", "updates = 40"},
                                     {"scenarios = 4", "scenarios = 8"},
                                     {"scenarios = 8, every = 2", "scenarios = 40, every = 40"}});
  const TrainRequest request = Request(config, out);
  ASSERT_TRUE(Train(request).ok());

  const std::string metrics = neural::ReadWholeFile(out + "/metrics.csv").value();
  // First and last validation, on networks that were not trained on.
  const std::vector<double> validations = ValidationRewards(metrics);
  std::filesystem::remove_all(out);
  ASSERT_EQ(validations.size(), 2u);
  EXPECT_GT(validations[1], validations[0] + 0.02);
}

// The same run, of the whole network.
std::string TinyPlanRun(const std::string& estimator) {
  return absl::StrReplaceAll(
      kTinyRun,
      {{"policy = {iterations = 3, refinements = 0, sigma = 0.5}",
        "policy = {learns = \"plan\", iterations = 3, estimator = \"" + estimator + "\"}"},
       {"minibatch = 16", "epochs = 3"}});
}

class WhatIsLearnedTest : public ::testing::TestWithParam<std::string> {};

// Decisions that see what was measured.
std::string TinyLoopRun() {
  return absl::StrReplaceAll(
      TinyPlanRun("model"),
      {{"learns = \"plan\"", "learns = \"loop\""},
       {"steps = 2", "steps = 4, burst_share = 1, failure_share = 0.5"},
       {"goodput = 0}", "goodput = 0, delay = 1, moved = 0.1}"},
       {"epochs = 3", "epochs = 4, minibatch = 8, discount = 0.6, decay = 0.8"}});
}

std::string ConfigOf(const std::string& what) {
  if (what == "loop_evolution") {
    return absl::StrReplaceAll(TinyLoopRun(),
                               {{"estimator = \"model\"", "estimator = \"evolution\""}});
  }
  return what == "prices" ? kTinyRun : what == "loop" ? TinyLoopRun() : TinyPlanRun(what);
}

INSTANTIATE_TEST_SUITE_P(All, WhatIsLearnedTest,
                         ::testing::Values("prices", "evolution", "ppo", "model", "loop",
                                           "loop_evolution"),
                         [](const auto& info) { return info.param; });

TEST(PacketRunTest, AWholeNetworkLearnsFromRandomWeightsByEveryEstimator) {
  for (const char* estimator : {"evolution", "ppo", "model"}) {
    const std::string out = FreshDirectory("rhumb-plan-learns-");
    const std::string config = absl::StrReplaceAll(
        TinyPlanRun(estimator),
        {{"updates = 6, scenarios = 4, repeats = 4", "updates = 40, scenarios = 8, repeats = 8"},
         {"scenarios = 8, every = 2", "scenarios = 40, every = 40"}});
    ASSERT_TRUE(Train(Request(config, out)).ok());
    const std::vector<double> validations =
        ValidationRewards(neural::ReadWholeFile(out + "/metrics.csv").value());
    std::filesystem::remove_all(out);
    ASSERT_EQ(validations.size(), 2u);
    EXPECT_LT(validations[0], 0) << "random weights are worse than shortest path";
    EXPECT_GT(validations[1], validations[0] + 0.05) << estimator;
  }
}

TEST(PacketRunTest, ASequenceOfDecisionsIsLearnedFromRandomWeights) {
  const std::string out = FreshDirectory("rhumb-loop-learns-");
  const std::string config = absl::StrReplaceAll(
      TinyLoopRun(),
      {{"updates = 6, scenarios = 4, repeats = 4", "updates = 30, scenarios = 6, repeats = 6"},
       {"scenarios = 8, every = 2", "scenarios = 30, every = 30"}});
  ASSERT_TRUE(Train(Request(config, out)).ok());
  const std::vector<double> validations =
      ValidationRewards(neural::ReadWholeFile(out + "/metrics.csv").value());
  const auto checkpoint = neural::LoadCheckpoint(out + "/best.ckpt");
  std::filesystem::remove_all(out);
  ASSERT_EQ(validations.size(), 2u);
  EXPECT_GT(validations[1], validations[0] + 0.05);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_FALSE(checkpoint->feedback.empty());
}

TEST(PacketRunTest, EvolutionOfASequencesAgentMovesNothingButItsShifts) {
  const std::string out = FreshDirectory("rhumb-loop-evolves-");
  TrainRequest request = Request(ConfigOf("loop_evolution"), out);
  ASSERT_TRUE(Train(request).ok());
  const auto checkpoint = neural::LoadCheckpoint(out + "/last.ckpt");
  std::filesystem::remove_all(out);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  const size_t moved = 2 * neural::kNumPathFeedback;
  const auto shifts = checkpoint->feedback.end() - moved;
  EXPECT_TRUE(std::all_of(checkpoint->feedback.begin(), shifts, [](float w) { return w == 0; }));
  EXPECT_TRUE(std::all_of(shifts, checkpoint->feedback.end(), [](float w) { return w != 0; }));
}

TEST(PacketRunTest, RefusesAStartThatDoesNotDecideWholePlans) {
  TrainRequest request = Request(TinyPlanRun("ppo"), FreshDirectory("rhumb-plan-init-"));
  request.init = "packet";
  const absl::Status status = Train(request);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("packet does not decide whole plans"));
  std::filesystem::remove_all(request.out);
}

TEST_P(WhatIsLearnedTest, ARunThatWasCutOffEndsLikeOneThatWasNot) {
  const std::string whole = FreshDirectory("rhumb-packet-whole-");
  const std::string parts = FreshDirectory("rhumb-packet-parts-");
  const std::string config = ConfigOf(GetParam());
  ASSERT_TRUE(Train(Request(config, whole)).ok());

  // Killed after the third update, one after what was saved last.
  TrainRequest request = Request(config, parts);
  request.report = [](const TrainProgress& progress) {
    if (progress.updates == 3) throw std::runtime_error("killed");
  };
  EXPECT_THROW(Train(request).IgnoreError(), std::runtime_error);
  request.resume = true;
  request.report = nullptr;
  ASSERT_TRUE(Train(request).ok());

  const auto a = neural::LoadCheckpoint(whole + "/last.ckpt");
  const auto b = neural::LoadCheckpoint(parts + "/last.ckpt");
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(a->price_head, b->price_head);
  EXPECT_EQ(a->weights, b->weights);
  EXPECT_EQ(neural::ReadWholeFile(whole + "/last.ckpt").value(),
            neural::ReadWholeFile(parts + "/last.ckpt").value());
  EXPECT_EQ(a->about.at("stage"), "packet");
  std::filesystem::remove_all(whole);
  std::filesystem::remove_all(parts);
}

// Trains of packets in this process: no worker program is asked for.
TEST(PacketRunTest, PlaysOverFluidQueuesWithoutWorkersAndOnAnyNumberOfThreadsAlike) {
  const std::string config = absl::StrReplaceAll(
      kTinyRun, {{"level = \"flow\"", "level = \"fluid\", segment_bytes = 8948"},
                 {"updates = 6", "updates = 2"},
                 {"steps = 2", "steps = 1, interval_s = 0.5, warm_up_s = 0.1, drain_s = 0.5"}});
  std::vector<std::string> checkpoints;
  for (int workers : {1, 2}) {
    TrainRequest request = Request(config, FreshDirectory("rhumb-packet-fluid-"));
    request.workers = workers;
    TrainProgress last;
    request.report = [&last](const TrainProgress& progress) { last = progress; };
    ASSERT_TRUE(Train(request).ok());
    EXPECT_GT(last.steps, 0);
    EXPECT_EQ(last.packet_share, 0);
    checkpoints.push_back(neural::ReadWholeFile(request.out + "/last.ckpt").value());
    std::filesystem::remove_all(request.out);
  }
  EXPECT_EQ(checkpoints[0], checkpoints[1]);
}

// Learned from at flow level and measured over fluid queues: what the first says of the second's
// scenarios is what it says when it is the judge itself.
TEST(PacketRunTest, RecordsWhatTheSimulatorThatIsLearnedFromPredictsWhereAnotherMeasures) {
  const std::string config = absl::StrReplaceAll(
      kTinyRun, {{"steps = 2", "steps = 1, interval_s = 0.5, warm_up_s = 0.1, drain_s = 0.5"}});
  std::vector<std::string> metrics;
  for (const char* judge : {"fluid", "flow"}) {
    const std::string level = absl::StrCat("validation = {level = \"", judge, "\", ");
    TrainRequest request = Request(
        absl::StrReplaceAll(
            config, {{"validation = {", level}, {"test_scenarios = 8", "test_scenarios = 0"}}),
        FreshDirectory("rhumb-packet-predicted-"));
    ASSERT_TRUE(Train(request).ok());
    metrics.push_back(neural::ReadWholeFile(request.out + "/metrics.csv").value());
    std::filesystem::remove_all(request.out);
  }
  const std::vector<double> predicted = MetricsColumn(metrics[0], "predicted_reward");
  const std::vector<double> measured = ValidationRewards(metrics[0]);
  const std::vector<double> gap = MetricsColumn(metrics[0], "predicted_minus_measured");
  const std::vector<double> low = MetricsColumn(metrics[0], "predicted_low");
  const std::vector<double> high = MetricsColumn(metrics[0], "predicted_high");
  ASSERT_EQ(predicted.size(), 4u);
  ASSERT_EQ(measured.size(), 4u);
  EXPECT_EQ(predicted, ValidationRewards(metrics[1]));
  EXPECT_NE(predicted, measured);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(gap.at(i), predicted[i] - measured[i], 2e-6);
    EXPECT_LE(low.at(i), gap[i]);
    EXPECT_GE(high.at(i), gap[i]);
  }
  // One simulator alone predicts nothing.
  EXPECT_TRUE(MetricsColumn(metrics[1], "predicted_reward").empty());
}

TEST(PacketRunTest, GoesOnWithRowsOfAProgramThatHadFewerColumns) {
  const std::string header = PacketLog::Header();
  const std::string before = header.substr(0, header.find(",predicted_reward"));
  const auto commas = [](absl::string_view text) {
    return std::count(text.begin(), text.end(), ',');
  };
  const std::string row = "3" + std::string(commas(before), ',');
  const std::string filled = PacketLog::WithAllColumns(before + "\n" + row + "\n" + row + "\n");
  EXPECT_EQ(filled, absl::StrCat(header, row, ",,,,,,\n", row, ",,,,,,\n"));
  EXPECT_EQ(PacketLog::WithAllColumns(filled), filled);
  EXPECT_EQ(PacketLog::WithAllColumns("something,else\n1,2\n"), "something,else\n1,2\n");
}

TEST(PacketRunTest, MetricsCanBeReadAfterEveryUpdate) {
  TrainRequest request = Request(kTinyRun, FreshDirectory("rhumb-packet-metrics-"));
  std::vector<int> rows;
  request.report = [&](const TrainProgress&) {
    const std::string metrics = neural::ReadWholeFile(request.out + "/metrics.csv").value();
    rows.push_back(static_cast<int>(std::count(metrics.begin(), metrics.end(), '\n')));
  };
  ASSERT_TRUE(Train(request).ok());
  // The header and the first validation, then an update each and a validation after every second.
  EXPECT_THAT(rows, ElementsAre(3, 5, 6, 8, 9, 11));
  std::filesystem::remove_all(request.out);
}

TEST(PacketRunTest, SaysHowTheBestAgentDoesAgainstShortestPaths) {
  const std::string out = FreshDirectory("rhumb-packet-test-");
  const TrainRequest request = Request(kTinyRun, out);
  const std::string said = TrainAndListen(request);
  EXPECT_THAT(said, HasSubstr("shortest-path:delay"));
  EXPECT_THAT(said, HasSubstr("steps/s"));
  const std::string csv = neural::ReadWholeFile(out + "/test.csv").value();
  for (absl::string_view row : absl::StrSplit(csv, '\n', absl::SkipEmpty()))
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), 7) << row;
  // A second run does not overwrite the first.
  EXPECT_EQ(Train(request).code(), absl::StatusCode::kFailedPrecondition);
  std::filesystem::remove_all(out);
}

TEST(PacketRunTest, TestsAgainstTheReferenceAloneAndAtAnotherLoadWhereAskedTo) {
  std::string config = kTinyRun;
  const std::string test = "test_scenarios = 8";
  config.replace(config.find(test), test.size(),
                 test + ", test_against = \"reference\", min_load = 0.01, max_load = 0.01");
  const std::string past = "past = 2";  // and no failures, which lose traffic at any load
  config.replace(config.find(past), past.size(), past + ", failure_share = 0");
  const std::string out = FreshDirectory("rhumb-packet-reference-");
  const std::string said = TrainAndListen(Request(config, out));

  EXPECT_THAT(said, HasSubstr("shortest-path:igp"));
  EXPECT_THAT(said, Not(HasSubstr("shortest-path:delay")));
  const std::vector<std::string> rows =
      absl::StrSplit(neural::ReadWholeFile(out + "/test.csv").value(), '\n', absl::SkipEmpty());
  ASSERT_EQ(rows.size(), 1 + 2 * 8u);
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string> cells = absl::StrSplit(rows[i], ',');
    EXPECT_NEAR(std::stod(cells[6]), 0, 1e-6) << "loss where training has overload: " << rows[i];
    if (cells[0] != "agent") {
      EXPECT_EQ(std::stod(cells[2]), 0) << rows[i];
    }
  }
  std::filesystem::remove_all(out);
}

// The rows of a policy, without its name.
std::vector<std::string> RowsOf(absl::string_view name, const std::string& csv) {
  std::vector<std::string> rows;
  for (absl::string_view row : absl::StrSplit(csv, '\n', absl::SkipEmpty())) {
    if (absl::ConsumePrefix(&row, absl::StrCat(name, ","))) rows.emplace_back(row);
  }
  return rows;
}

TEST(PacketRunTest, OtherAgentsPlayTheTestWithTheIterationsThatTheyWereTrainedWith) {
  const auto test_of = [](const std::string& config, const std::string& init) {
    const std::string out = FreshDirectory("rhumb-packet-others-");
    TrainRequest request = Request(config, out);
    request.init = init;
    EXPECT_TRUE(Train(request).ok());
    const std::string csv = neural::ReadWholeFile(out + "/test.csv").value();
    std::filesystem::remove_all(out);
    return csv;
  };
  const std::string plan = absl::StrReplaceAll(
      TinyPlanRun("model"), {{"iterations = 3", "iterations = 8"}, {"updates = 6", "updates = 0"}});
  const std::string prices = absl::StrReplaceAll(
      kTinyRun, {{"updates = 6", "updates = 0"},
                 {"test_scenarios = 8", "test_scenarios = 8, test_checkpoints = [\"plan\"]"}});

  const auto own = RowsOf("agent", test_of(plan, "plan"));
  const auto beside = RowsOf("neural:plan", test_of(prices, "default"));

  EXPECT_EQ(own.size(), 8u);
  EXPECT_EQ(beside, own);
}

TEST(PacketRunTest, RefusesStatesThatAreTornOrOfAnotherRun) {
  PacketState state(neural::InitialPriceHead(0.3, 1));
  state.weights.assign(neural::NumWeights(), 0.5F);
  const std::string bytes = state.Serialize(kTinyRun);
  ASSERT_TRUE(PacketState::Parse(bytes, kTinyRun, "s").ok());
  EXPECT_EQ(PacketState::Parse(bytes, kTinyRun, "s")->learned, state.learned);
  EXPECT_EQ(PacketState::Parse(bytes, "seed = 6", "s").status().code(),
            absl::StatusCode::kFailedPrecondition);
  for (size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    EXPECT_FALSE(PacketState::Parse(absl::string_view(bytes).substr(0, size), kTinyRun, "s").ok());
  }
}

TEST(PacketConfigTest, NamesEveryProblemAtOnce) {
  const auto config = ParsePacketConfig(R"(
networks = {families = ["torus"]}
episodes = {min_load = 2, max_load = 1, tcp_shares = [0, 2], traffic = "packerl"}
policy = {first_prices = [1, 2]}
ppo = {repeats = 1, colour = "red"}
simulator = {socket_buffer_bytes = 1000, level = "formula"}
validation = {min_load = 3, every = true}
)",
                                        "bad.toml");
  ASSERT_FALSE(config.ok());
  const std::string message(config.status().message());
  for (const char* part : {"bad.toml:2: networks.families is not a list of waxman",
                           "bad.toml:3: episodes.min_load must not exceed",
                           "bad.toml:3: episodes.tcp_shares is not a list of numbers",
                           "bad.toml:3: episodes.traffic \"packerl\" needs",
                           "bad.toml:4: policy.first_prices names too few",
                           "bad.toml:5: ppo.repeats must be 2 or more",
                           "bad.toml:5: ppo.colour is not known; keys here are baseline, clip",
                           "bad.toml:6: simulator.socket_buffer_bytes must be 0 or at least",
                           "bad.toml:6: simulator.level is not \"packet\", \"fluid\" or \"flow\"",
                           "bad.toml:7: validation.min_load must not exceed",
                           "bad.toml:7: validation.every is not a whole number from 1 to 1e+09"}) {
    EXPECT_THAT(message, HasSubstr(part));
  }
}

TEST(PacketConfigTest, AnUntrainedHeadSaysTheFirstPrices) {
  const auto config =
      ParsePacketConfig("policy = {first_prices = [1.5, 2, 0, 0, -1, 0.5]}", "good.toml");
  ASSERT_TRUE(config.ok()) << config.status();
  const std::vector<float> head =
      neural::InitialPriceHead(config->sigma, config->seed, config->first_prices);
  neural::PriceFeatures features;
  features.links.assign(2 * neural::kLinkFeatures, 0.5F);
  features.load = {0.5F, 0.5F};
  const neural::Prices said = neural::AskPriceHead(head, features).mean;
  for (int k = 0; k < neural::kNumPrices; ++k) {
    EXPECT_NEAR(said[k], config->first_prices[k], 0.1) << k;
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

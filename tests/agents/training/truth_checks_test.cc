#include "agents/training/truth_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/packet_config.h"
#include "agents/training/packet_run.h"
#include "simulator/fluid/fluid_simulator.h"
#include "tests/agents/training/fresh_directory.h"
#include "tests/agents/training/metrics_file.h"

namespace rhumb::training {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kTinyRun[] = R"(
seed = 5
networks = {families = ["ring-chords"], min_nodes = 5, max_nodes = 6, candidate_paths = 4}
episodes = {steps = 1, min_load = 0.9, max_load = 1.5, past = 2, tcp_shares = [1.0], failure_share = 0, interval_s = 0.5, warm_up_s = 0.1, drain_s = 0.5}
policy = {learns = "plan", iterations = 3, estimator = "model"}
ppo = {updates = 8, scenarios = 4, repeats = 4, epochs = 3}
validation = {scenarios = 4, every = 2, test_scenarios = 0}
simulator = {level = "fluid", segment_bytes = 8948}
truth = {minutes = 1, every = 1, episodes = 2}
)";

// In the part of ns-3: every segment alone; and where it is to differ, whatever splits a demand
// takes `slower` times as long.
class OtherWorld : public NetworkSimulator {
 public:
  OtherWorld(std::unique_ptr<NetworkSimulator> fluid, double slower, std::atomic<int>* plays)
      : fluid_(std::move(fluid)), slower_(slower), plays_(*plays) {}

  absl::Status Reset(const Episode& episode) override { return fluid_->Reset(episode); }
  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override {
    ++plays_;
    auto measured = fluid_->Play(plan, interval);
    if (!measured.ok()) return measured;
    const bool splits = std::any_of(plan.ratios().begin(), plan.ratios().end(),
                                    [](double ratio) { return ratio > 1e-6 && ratio < 1 - 1e-6; });
    if (splits && measured->flows) measured->flows->mean_s *= slower_;
    return measured;
  }

 private:
  const std::unique_ptr<NetworkSimulator> fluid_;
  const double slower_;
  std::atomic<int>& plays_;
};

TrainRequest Request(const std::string& config, const std::string& out, double slower,
                     std::atomic<int>* plays) {
  TrainRequest request;
  request.stage = "packet";
  request.config_toml = config;
  request.config_name = "tiny.toml";
  request.out = out;
  request.workers = 2;
  request.make_packet_simulator = [slower, plays](const PacketSimulatorOptions& options)
      -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    FluidSimulatorOptions fluid;
    fluid.segment_bytes = options.segment_bytes;
    fluid.train_bytes = 1;
    auto simulator = MakeFluidSimulator(fluid);
    if (!simulator.ok()) return simulator.status();
    return std::make_unique<OtherWorld>(*std::move(simulator), slower, plays);
  };
  return request;
}

absl::Status Train(const TrainRequest& request) {
  return RunPacketTraining(request, GroupOfOne().get());
}

// Predicted and measured of every row that has both.
std::vector<TruthPair> PairsIn(const std::string& metrics) {
  const std::vector<double> predicted = MetricsColumn(metrics, "truth_predicted");
  const std::vector<double> measured = MetricsColumn(metrics, "truth_measured");
  std::vector<TruthPair> pairs;
  for (size_t i = 0; i < measured.size(); ++i) pairs.push_back({predicted.at(i), measured[i]});
  return pairs;
}

TEST(TruthChecksTest, ARunTellsWhatWasPredictedAndWhatNs3Measured) {
  std::atomic<int> plays = 0;
  TrainRequest request = Request(kTinyRun, FreshDirectory("rhumb-truth-"), 1, &plays);
  std::string said;
  request.result = [&said](const std::string& line) { said += line + "\n"; };
  ASSERT_TRUE(Train(request).ok());

  const std::string metrics = neural::ReadWholeFile(request.out + "/metrics.csv").value();
  std::filesystem::remove_all(request.out);
  EXPECT_THAT(metrics.substr(0, metrics.find('\n')), HasSubstr("truth_predicted,truth_measured"));
  const std::vector<TruthPair> pairs = PairsIn(metrics);
  EXPECT_THAT(pairs, SizeIs(8));
  for (const TruthPair& pair : pairs) EXPECT_NEAR(pair.measured, pair.predicted, 0.5);
  // Two episodes a check, each with its reference.
  EXPECT_EQ(plays, 8 * 2 * 2);
  EXPECT_THAT(said, HasSubstr("ns-3 played 16 episodes again"));
  EXPECT_THAT(said, Not(HasSubstr("not believed")));
}

TEST(TruthChecksTest, ABudgetThatIsSpentEndsTheChecks) {
  std::atomic<int> plays = 0;
  const TrainRequest request =
      Request(absl::StrReplaceAll(kTinyRun, {{"minutes = 1", "minutes = 1e-5"}}),
              FreshDirectory("rhumb-truth-budget-"), 1, &plays);
  ASSERT_TRUE(Train(request).ok());
  const std::string metrics = neural::ReadWholeFile(request.out + "/metrics.csv").value();
  std::filesystem::remove_all(request.out);
  EXPECT_THAT(PairsIn(metrics), SizeIs(1));
}

TEST(TruthChecksTest, WhereTheyPartTheRunSaysSoAndGoesOnInNs3) {
  std::atomic<int> plays = 0;
  TrainRequest request = Request(kTinyRun, FreshDirectory("rhumb-truth-parts-"), 4, &plays);
  std::string said;
  request.result = [&said](const std::string& line) { said += line + "\n"; };
  ASSERT_TRUE(Train(request).ok());

  const std::vector<TruthPair> pairs =
      PairsIn(neural::ReadWholeFile(request.out + "/metrics.csv").value());
  std::filesystem::remove_all(request.out);
  EXPECT_THAT(said, HasSubstr("not believed any more"));
  // Twelve episodes are the fewest that it judges by: after the sixth of eight updates.
  ASSERT_THAT(pairs, SizeIs(6));
  for (const TruthPair& pair : pairs) EXPECT_LT(pair.measured, pair.predicted - 0.5);
  // Two updates of 4 scenarios and 4 repeats in ns-3.
  EXPECT_GT(plays, 6 * 2 * 2 + 2 * 4 * 4);
}

TEST(TruthChecksTest, ACheckedRunThatWasCutOffEndsLikeOneThatWasNot) {
  std::atomic<int> plays = 0;
  TrainRequest whole = Request(kTinyRun, FreshDirectory("rhumb-truth-whole-"), 1, &plays);
  TrainRequest parts = Request(kTinyRun, FreshDirectory("rhumb-truth-cut-"), 1, &plays);
  ASSERT_TRUE(Train(whole).ok());
  parts.report = [](const TrainProgress& progress) {
    if (progress.updates == 5) throw std::runtime_error("killed");
  };
  EXPECT_THROW(Train(parts).IgnoreError(), std::runtime_error);
  parts.resume = true;
  parts.report = nullptr;
  ASSERT_TRUE(Train(parts).ok());

  const auto checkpoint = [](const TrainRequest& request) {
    return neural::ReadWholeFile(request.out + "/last.ckpt").value();
  };
  EXPECT_EQ(checkpoint(whole), checkpoint(parts));
  std::filesystem::remove_all(whole.out);
  std::filesystem::remove_all(parts.out);
}

RolloutGroup GroupOf(uint64_t seed, const std::vector<double>& doubts) {
  RolloutGroup group;
  group.job.seed = seed;
  group.job.repeats = static_cast<int>(doubts.size());
  for (const double doubt : doubts) {
    group.trajectories.emplace_back(1);
    group.trajectories.back()[0].doubt = doubt;
  }
  return group;
}

TEST(TruthChecksTest, ChoosesTheLeastCertainEpisodeOfTheLeastCertainScenarios) {
  TruthRules rules;
  rules.episodes = 2;
  const TruthChecks checks(rules);
  const std::vector<RolloutGroup> groups = {GroupOf(1, {0.1, 0.3}), GroupOf(2, {}),
                                            GroupOf(3, {0.2, 0.1}), GroupOf(4, {0.1, 0.2, 0.9})};

  const std::vector<RolloutJob> jobs = checks.Choose(groups);

  ASSERT_THAT(jobs, SizeIs(2));
  EXPECT_EQ(jobs[0].seed, 4u);
  EXPECT_EQ(jobs[0].first_repeat, 2);
  EXPECT_EQ(jobs[1].seed, 1u);
  EXPECT_EQ(jobs[1].first_repeat, 1);
  EXPECT_EQ(jobs[0].repeats, 1);
}

// `extra`: what ns-3 finds of completion times, over what the fluid simulator does.
PairedMeasurements Paired(uint64_t seed, double extra) {
  PairedMeasurements both;
  both.seed = seed;
  for (int i = 0; i < surrogate::kNetworkFeatures; ++i) {
    both.features.network[i] = static_cast<double>((seed * 7 + i * 13) % 11) / 11;
  }
  both.fluid.flows.emplace();
  both.fluid.flows->started = both.fluid.flows->completed = 100;
  both.fluid.flows->mean_s = 0.2;
  both.fluid.goodput_bps = 1e9;
  both.fluid.mean_delay_s = 0.01;
  both.truth = both.fluid;
  // A little chance, or there is nothing to be certain of.
  both.truth.flows->mean_s *= extra * (1 + 0.001 * static_cast<double>(seed % 5));
  return both;
}

// One check a scenario; measured and predicted rewards are the same.
void Check(TruthChecks* checks, uint64_t seed, double extra) {
  RolloutGroup group = GroupOf(seed, {0.5});
  const std::vector<RolloutJob> jobs = checks->Choose({group});
  checks->Tell(Paired(seed, extra));
  checks->Take({group}, jobs, {group}, 1000);
}

TEST(TruthChecksTest, FitsTheCorrectionToWhatNs3MeasuredOnceThereIsEnough) {
  TruthRules rules;
  rules.minutes = 10;
  TruthChecks checks(rules);
  const auto shipped = checks.correction();
  for (uint64_t seed = 1; seed <= 23; ++seed) Check(&checks, seed, 1.5);
  EXPECT_EQ(checks.correction(), shipped);

  Check(&checks, 24, 1.5);

  EXPECT_EQ(checks.num_fits(), 1);
  const PairedMeasurements other = Paired(100, 1.5);
  Measurements corrected = other.fluid;
  surrogate::Apply(*checks.correction(), other.features, false, &corrected);
  EXPECT_NEAR(corrected.flows->mean_s, 0.3, 0.01);
  EXPECT_NEAR(corrected.prediction->ranges[kPredictedFct].low, 0.3, 0.02);
  EXPECT_NEAR(corrected.prediction->ranges[kPredictedFct].high, 0.3, 0.02);
}

TEST(TruthChecksTest, ReadsBackWhatItWroteAndRefusesWhatIsTorn) {
  TruthRules rules;
  rules.minutes = 10;
  TruthChecks checks(rules);
  for (uint64_t seed = 1; seed <= 26; ++seed) Check(&checks, seed, 1.2);
  const std::string bytes = checks.Serialize();

  TruthChecks other(rules);
  ASSERT_TRUE(other.Parse(bytes, "a state").ok());

  EXPECT_EQ(other.Serialize(), bytes);
  EXPECT_EQ(surrogate::ToText(*other.correction()), surrogate::ToText(*checks.correction()));
  for (const size_t size : {size_t{0}, size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
    EXPECT_EQ(TruthChecks(rules).Parse(bytes.substr(0, size), "a state").code(),
              absl::StatusCode::kDataLoss)
        << size;
  }
}

TEST(TruthChecksTest, RefusesEpisodesOfSeveralStepsAndOtherSimulators) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"steps = 1", "steps = 2"}, {"level = \"fluid\"", "level = \"flow\""}}) {
    const auto config = ParsePacketConfig(absl::StrReplaceAll(kTinyRun, {{from, to}}), "a.toml");
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(config.status().message()), HasSubstr("truth.minutes"));
  }
}

}  // namespace
}  // namespace rhumb::training

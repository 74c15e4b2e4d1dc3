#include "agents/training/surrogate_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/random.h"
#include "agents/training/ridge.h"
#include "agents/training/run_directory.h"
#include "agents/training/surrogate_fit.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/surrogate/correction.h"
#include "tests/agents/training/fresh_directory.h"

namespace rhumb::training {
namespace {

using ::testing::HasSubstr;

constexpr char kTinyRun[] = R"(
seed = 3
networks = {families = ["ring-chords", "waxman"], min_nodes = 4, max_nodes = 5, candidate_paths = 3}
episodes = {interval_s = 0.5, warm_up_s = 0.2, drain_s = 1, max_hop_packets = 50e3}
data = {networks = 5, plans = 2, test_networks = 2, folds = 2}
)";

// The fluid simulator, every segment alone, in the part of ns-3.
TrainRequest Request(const std::string& out) {
  TrainRequest request;
  request.stage = "surrogate";
  request.config_toml = kTinyRun;
  request.config_name = "tiny.toml";
  request.out = out;
  request.workers = 2;
  request.make_packet_simulator = [](const PacketSimulatorOptions& options) {
    FluidSimulatorOptions fluid;
    fluid.segment_bytes = options.segment_bytes;
    fluid.train_bytes = 1;
    return MakeFluidSimulator(fluid);
  };
  return request;
}

absl::Status Train(const TrainRequest& request) {
  return RunSurrogateTraining(request, GroupOfOne().get());
}

std::string CorrectionIn(const std::string& out) {
  return neural::ReadWholeFile(out + "/surrogate.txt").value();
}

TEST(SurrogateRunTest, ARunThatWasStoppedEndsLikeOneThatWasNot) {
  TrainRequest whole = Request(FreshDirectory("rhumb-surrogate-whole-"));
  ASSERT_TRUE(Train(whole).ok());
  TrainRequest stopped = Request(FreshDirectory("rhumb-surrogate-stopped-"));
  stopped.workers = 1;
  stopped.minutes = 1e-9;

  absl::Status status = Train(stopped);
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("--resume"));
  stopped.resume = true;
  while (absl::IsCancelled(status = Train(stopped))) continue;

  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(CorrectionIn(stopped.out), CorrectionIn(whole.out));
  EXPECT_TRUE(surrogate::ParseCorrection(CorrectionIn(whole.out), "it").ok());
}

TEST(SurrogateRunTest, ShowsProgressAndTellsWhatHeldOutNetworksSay) {
  TrainRequest request = Request(FreshDirectory("rhumb-surrogate-tells-"));
  std::vector<int64_t> updates;
  request.report = [&updates](const TrainProgress& progress) {
    EXPECT_EQ(progress.total_updates, 7);
    updates.push_back(progress.updates);
  };
  std::string said;
  request.result = [&said](const std::string& line) { said += line + "\n"; };

  ASSERT_TRUE(Train(request).ok());

  EXPECT_EQ(updates, (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_THAT(said, HasSubstr("held-out networks"));
  EXPECT_THAT(said, HasSubstr("mean FCT"));
}

TEST(SurrogateRunTest, RefusesATornStateAndOneOfAnotherConfiguration) {
  TrainRequest request = Request(FreshDirectory("rhumb-surrogate-torn-"));
  ASSERT_TRUE(Train(request).ok());
  EXPECT_EQ(Train(request).code(), absl::StatusCode::kFailedPrecondition);  // without --resume
  request.resume = true;
  TrainRequest other = request;
  other.config_toml = absl::StrReplaceAll(kTinyRun, {{"seed = 3", "seed = 4"}});
  EXPECT_EQ(Train(other).code(), absl::StatusCode::kFailedPrecondition);

  std::string state = neural::ReadWholeFile(StatePath(request.out)).value();
  state[state.size() / 2] ^= 1;
  ASSERT_TRUE(neural::WriteFileAtomically(StatePath(request.out), state).ok());
  EXPECT_EQ(Train(request).code(), absl::StatusCode::kDataLoss);
}

TEST(SurrogateRunTest, NamesEveryFaultOfItsConfiguration) {
  TrainRequest request = Request(FreshDirectory("rhumb-surrogate-config-"));
  request.config_toml = "data = {folds = 1, plans = 0}\nepisodes = {segment_bytes = [3]}\n";

  const absl::Status status = Train(request);

  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  for (const char* key : {"folds", "plans", "segment_bytes"}) {
    EXPECT_THAT(std::string(status.message()), HasSubstr(key));
  }
}

// Four episodes each of networks whose fluid completion times are off by what two features say, by
// something of the network's own and by noise, all of a size that a third feature says. `offset`
// moves all features.
std::vector<SurrogateSample> Synthetic(int networks, uint64_t seed, double offset) {
  Random random(seed);
  std::vector<SurrogateSample> samples;
  for (int network = 0; network < networks; ++network) {
    const double own = random.Normal();
    surrogate::NetworkFeatures centre;
    for (double& value : centre) value = random.Normal() + offset;
    for (int i = 0; i < 4; ++i) {
      SurrogateSample sample;
      sample.network = network;
      sample.features.network = centre;
      for (double& value : sample.features.network) value += 0.3 * random.Normal();
      const surrogate::NetworkFeatures& x = sample.features.network;
      const double size = 0.05 * std::exp(0.5 * x[2]);
      for (Measurements* measured : {&sample.fluid, &sample.truth}) {
        measured->mean_delay_s = 0.02;
        measured->goodput_bps = 1e8;
        measured->flows.emplace().started = 100;
        measured->flows->completed = 100;
        measured->flows->on_time = 90;
        measured->flows->mean_s = 0.5;
      }
      sample.truth.flows->mean_s *=
          std::exp(0.1 * x[0] - 0.05 * x[1] + size * (own + random.Normal()));
      samples.push_back(sample);
    }
  }
  return samples;
}

TEST(SurrogateFitTest, RangesHoldNineTimesOutOfTenOnNetworksThatItHasNotSeen) {
  const surrogate::Correction correction = FitCorrection(Synthetic(100, 1, 0), 5);

  const SurrogateScores scores = ScoreCorrection(correction, Synthetic(500, 2, 0));

  const SurrogateScore& fct = scores.quantities[kPredictedFct];
  EXPECT_NEAR(fct.covered, 0.9, 0.04);
  EXPECT_LT(fct.error, 0.8 * fct.raw_error);
  EXPECT_NEAR(fct.bias, 0, 0.02);
  EXPECT_LT(scores.far, 0.05);
}

TEST(SurrogateFitTest, SamplesOfAnotherKindAreFarAndTheirRangesStillHold) {
  const surrogate::Correction correction = FitCorrection(Synthetic(100, 1, 0), 5);

  const SurrogateScores scores = ScoreCorrection(correction, Synthetic(300, 3, 2));

  EXPECT_GT(scores.far, 0.9);
  EXPECT_GT(scores.quantities[kPredictedFct].covered, 0.9);
}

TEST(SurrogateFitTest, CorrectsNothingWhereThereIsNothingToLearn) {
  std::vector<SurrogateSample> samples = Synthetic(60, 4, 0);
  Random random(5);
  for (SurrogateSample& sample : samples) {
    sample.truth.flows->mean_s = sample.fluid.flows->mean_s * std::exp(0.1 * random.Normal());
  }
  const surrogate::Correction correction = FitCorrection(samples, 5);

  const SurrogateScores scores = ScoreCorrection(correction, samples);

  const SurrogateScore& fct = scores.quantities[kPredictedFct];
  EXPECT_NEAR(fct.error, fct.raw_error, 0.05 * fct.raw_error);
}

// Networks of users are of no family that training draws.
TEST(SurrogateFitTest, CorrectsNothingThatMakesAFamilyWorseWhichTheFitHasNotSeen) {
  std::vector<SurrogateSample> samples = Synthetic(100, 6, 0);
  Random random(7);
  for (SurrogateSample& sample : samples) {
    const bool other = sample.network % 5 == 0;
    sample.family = other ? "other" : "most";
    sample.features.network[3] = other ? 3 : 0;
    sample.truth.flows->mean_s = 0.5 * std::exp((other ? 0 : 0.3) + 0.02 * random.Normal());
  }
  const auto error_of = [](const std::vector<SurrogateSample>& fitted) {
    const SurrogateScore fct =
        ScoreCorrection(FitCorrection(fitted, 5), fitted).quantities[kPredictedFct];
    return fct.error / fct.raw_error;
  };
  EXPECT_NEAR(error_of(samples), 1, 1e-9);
  for (SurrogateSample& sample : samples) sample.family = "one";
  EXPECT_LT(error_of(samples), 0.5);
}

TEST(RidgeTest, FindsALineAndShrinksItWithItsPenalty) {
  RidgeSums sums(1);
  for (const double x : {-1.0, 1.0}) sums.Add(&x, 3 * x + 2, 1);

  EXPECT_THAT(sums.Fit(0), ::testing::ElementsAre(::testing::DoubleNear(3, 1e-9),
                                                  ::testing::DoubleNear(2, 1e-9)));
  // (x'x + penalty * weight) w = x'y: (2 + 2) w = 6.
  EXPECT_NEAR(sums.Fit(1)[0], 1.5, 1e-9);
  EXPECT_NEAR(sums.Fit(1)[1], 2, 1e-9);
}

TEST(RidgeTest, QuantileIsByWeight) {
  EXPECT_EQ(WeightedQuantile({3, 1, 2}, {1, 1, 2}, 0.25), 1);
  EXPECT_EQ(WeightedQuantile({3, 1, 2}, {1, 1, 2}, 0.7), 2);
  EXPECT_EQ(WeightedQuantile({3, 1, 2}, {1, 1, 2}, 1.2), 3);
}

}  // namespace
}  // namespace rhumb::training

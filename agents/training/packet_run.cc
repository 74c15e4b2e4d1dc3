#include "agents/training/packet_run.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/network_shape.h"
#include "agents/training/event_file.h"
#include "agents/training/scenario_scores.h"
#include "simulator/flow/flow_simulator.h"

namespace rhumb::training {
namespace {

// Streams of random numbers that must not meet.
constexpr uint64_t kTrainingStream = 0x5eed1001;
constexpr uint64_t kValidationStream = 0x5eed1002;
constexpr uint64_t kTestStream = 0x5eed1003;

std::vector<uint64_t> Seeds(uint64_t stream, int count) {
  Random random(stream);
  std::vector<uint64_t> seeds(count);
  for (uint64_t& seed : seeds) seed = random.Bits();
  return seeds;
}

EnvironmentFactory MakeFactory(const PacketConfig& config, PacketSimulatorFactory make_packets) {
  const ScenarioSource source = [draw = config.episodes](uint64_t seed) {
    return DrawScenario(draw, seed);
  };
  return [source, config, make_packets]() -> absl::StatusOr<std::unique_ptr<Environment>> {
    if (config.flow_level) {
      return MakeRoutingEnvironment(MakeFlowSimulator(), source, config.environment);
    }
    auto simulator = make_packets(config.simulator);
    if (!simulator.ok()) return simulator.status();
    return MakeRoutingEnvironment(*std::move(simulator), source, config.environment);
  };
}

absl::StatusOr<std::vector<float>> FirstWeights(const std::string& init, uint64_t seed) {
  if (init.empty()) {
    const torch::Tensor weights = neural::InitialWeights(seed);
    return std::vector<float>(weights.data_ptr<float>(),
                              weights.data_ptr<float>() + weights.numel());
  }
  auto checkpoint = neural::FindCheckpoint(init);
  if (!checkpoint.ok()) return checkpoint.status();
  return checkpoint->weights;
}

class Run {
 public:
  Run(const TrainRequest& request, const PacketConfig& config, EnvironmentFactory factory,
      GradientReducer reduce)
      : request_(request),
        config_(config),
        learner_(config, std::move(reduce)),
        pool_(request.workers, std::move(factory)),
        state_(std::vector<float>()),
        validation_seeds_(Seeds(config.seed ^ kValidationStream, config.validation_scenarios)),
        started_(absl::Now()) {}

  absl::Status Prepare() {
    std::error_code error;
    std::filesystem::create_directories(request_.out, error);
    if (error) {
      return absl::UnavailableError(
          absl::StrFormat("%s: cannot make it: %s", request_.out, error.message()));
    }
    const bool exists = std::filesystem::exists(Path("state.bin"));
    if (exists && !request_.resume) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "%s: holds a training run; give --resume to go on with it or another --out",
          request_.out));
    }
    if (request_.resume && !exists) {
      return absl::FailedPreconditionError(
          absl::StrFormat("%s: holds no training run to resume; leave out --resume", request_.out));
    }
    if (absl::Status status = request_.resume ? Resume() : Start(); !status.ok()) return status;
    first_update_ = state_.updates;
    return events_.Open(request_.out);
  }

  absl::Status Train() {
    if (state_.best_weights.empty()) {
      // Where training starts from is a candidate too: it may make nothing better.
      if (absl::Status status = ValidateAndSave(); !status.ok()) return status;
    }
    while (state_.updates < config_.updates && state_.stale_validations < config_.patience &&
           !TimeIsUp()) {
      if (absl::Status status = Update(); !status.ok()) return status;
      const bool last = state_.updates == config_.updates || TimeIsUp();
      if (last || state_.updates % config_.validation_every == 0) {
        if (absl::Status status = ValidateAndSave(); !status.ok()) return status;
      }
      Report();
    }
    return Test();
  }

 private:
  std::string Path(const std::string& name) const { return request_.out + "/" + name; }
  double Elapsed() const { return absl::ToDoubleSeconds(absl::Now() - started_); }
  bool TimeIsUp() const { return request_.minutes > 0 && Elapsed() >= 60 * request_.minutes; }

  absl::Status Start() {
    auto weights = FirstWeights(request_.init, config_.seed);
    if (!weights.ok()) return weights.status();
    state_ = PacketState(InitialParameters(*weights, config_.sigma, config_.seed));
    state_.random = Random(config_.seed ^ kTrainingStream);
    state_.metrics =
        "updates,reward,reward_spread,kl,clipped_share,value_error,explained_variance,entropy,"
        "validation_reward,validation_low,validation_high,simulator_s,acting_s,learner_s,waiting_s,"
        "steps,hop_packets,lost\n";
    return absl::OkStatus();
  }

  absl::Status Resume() {
    auto bytes = neural::ReadWholeFile(Path("state.bin"));
    if (!bytes.ok()) return bytes.status();
    auto state = PacketState::Parse(*bytes, request_.config_toml, Path("state.bin"));
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    return absl::OkStatus();
  }

  RolloutJob AgentJob(const std::vector<float>& weights, double sigma) const {
    auto policy = std::make_shared<ActingPolicy>();
    policy->weights = std::make_shared<const std::vector<float>>(weights);
    policy->iterations = config_.iterations;
    policy->sigma = sigma;
    policy->trade_off_sigma = sigma > 0 ? config_.trade_off_sigma : 0.0;
    RolloutJob job;
    job.repeats = config_.repeats;
    job.agent = std::move(policy);
    return job;
  }
  std::vector<float> Weights() const {
    return {state_.parameters.begin(), state_.parameters.begin() + neural::NumWeights()};
  }

  absl::Status Update() {
    RolloutJob job = AgentJob(Weights(), std::exp(state_.parameters.back()));
    for (int i = 0; i < config_.scenarios; ++i) {
      job.seed = state_.random.Bits();
      pool_.Submit(job);
    }
    absl::Time start = absl::Now();
    auto groups = pool_.Collect(config_.late_scenarios);
    if (!groups.ok()) return groups.status();
    waiting_s_ += absl::ToDoubleSeconds(absl::Now() - start);
    groups->insert(groups->begin(), std::make_move_iterator(late_.begin()),
                   std::make_move_iterator(late_.end()));
    late_.clear();
    start = absl::Now();
    auto report = learner_.Update(*groups, &state_);
    if (!report.ok()) return report.status();
    learner_s_ += absl::ToDoubleSeconds(absl::Now() - start);
    Log(*report);
    return absl::OkStatus();
  }

  // The row of an update; validation adds to it.
  void Log(const UpdateReport& report) {
    const int64_t at = state_.updates;
    events_.Scalar(at, "reward", report.reward);
    events_.Scalar(at, "kl", report.kl);
    events_.Scalar(at, "clipped_share", report.clipped_share);
    events_.Scalar(at, "value_error", report.value_error);
    events_.Scalar(at, "explained_variance", report.explained_variance);
    events_.Scalar(at, "entropy", report.entropy);
    events_.Scalar(at, "outside_share", OutsideShare());
    row_ = absl::StrFormat("%d,%.6f,%.6f,%.6f,%.4f,%.6f,%.4f,%.4f", at, report.reward,
                           report.reward_spread, report.kl, report.clipped_share,
                           report.value_error, report.explained_variance, report.entropy);
    if (at % config_.validation_every != 0 && at != config_.updates) FinishRow("");
  }
  void FinishRow(const std::string& validation) {
    const RolloutCost cost = pool_.cost();
    state_.metrics +=
        absl::StrFormat("%s,%s,%.3f,%.3f,%.3f,%.3f,%d,%d,%d\n", row_,
                        validation.empty() ? ",," : validation, cost.simulator_s, cost.acting_s,
                        learner_s_, waiting_s_, cost.steps, cost.hop_packets, cost.lost);
    row_.clear();
  }

  double OutsideShare() const {
    const RolloutCost cost = pool_.cost();
    const double outside = cost.acting_s + learner_s_;
    return outside > 0 ? outside / (outside + cost.simulator_s) : 0;
  }

  void Report() {
    if (!request_.report) return;
    TrainProgress progress;
    progress.updates = state_.updates;
    progress.total_updates = config_.updates;
    progress.elapsed_s = Elapsed();
    progress.left_s = Elapsed() / static_cast<double>(state_.updates - first_update_) *
                      static_cast<double>(config_.updates - state_.updates);
    if (request_.minutes > 0)
      progress.left_s = std::min(progress.left_s, 60 * request_.minutes - Elapsed());
    progress.validation_reward = validation_.mean;
    progress.outside_share = OutsideShare();
    request_.report(progress);
  }

  absl::Status ValidateAndSave() {
    auto scores =
        ScoreScenarios("agent", AgentJob(Weights(), 0), validation_seeds_, &pool_, &late_);
    if (!scores.ok()) return scores.status();
    validation_ = MeanScore(*scores);
    events_.Scalar(state_.updates, "validation/reward", validation_.mean);
    events_.Flush();
    if (row_.empty()) row_ = absl::StrFormat("%d,,,,,,,", state_.updates);
    FinishRow(
        absl::StrFormat("%.6f,%.6f,%.6f", validation_.mean, validation_.low, validation_.high));
    if (state_.best_weights.empty() || validation_.mean > state_.best_score) {
      state_.best_score = validation_.mean;
      state_.best_weights = Weights();
      state_.stale_validations = 0;
    } else {
      ++state_.stale_validations;
    }
    absl::Status status = neural::SaveCheckpoint(CheckpointOf(Weights()), Path("last.ckpt"));
    if (status.ok())
      status = neural::SaveCheckpoint(CheckpointOf(state_.best_weights), Path("best.ckpt"));
    if (status.ok()) status = neural::WriteFileAtomically(Path("metrics.csv"), state_.metrics);
    // Last, so that a state never claims files that are not there.
    if (status.ok())
      status =
          neural::WriteFileAtomically(Path("state.bin"), state_.Serialize(request_.config_toml));
    return status;
  }

  // The best weights and shortest paths on networks that neither training nor validation has seen.
  absl::Status Test() {
    if (config_.test_scenarios == 0) return absl::OkStatus();
    const std::vector<uint64_t> seeds = Seeds(config_.seed ^ kTestStream, config_.test_scenarios);
    auto agent = ScoreScenarios("agent", AgentJob(state_.best_weights, 0), seeds, &pool_, &late_);
    if (!agent.ok()) return agent.status();
    Say(absl::StrFormat("%d scenarios that were not trained on; reward, and the agent's over it",
                        config_.test_scenarios));
    std::string csv = "policy,scenario,reward\n";
    const auto write = [&csv](const ScenarioScores& scores) {
      for (size_t i = 0; i < scores.rewards.size(); ++i) {
        if (scores.valid[i] != 0)
          absl::StrAppendFormat(&csv, "%s,%d,%.6f\n", scores.name, i, scores.rewards[i]);
      }
    };
    write(*agent);
    const Estimate mean = MeanScore(*agent);
    Say(absl::StrFormat("  %-32s %+.4f [%+.4f, %+.4f]", "agent", mean.mean, mean.low, mean.high));
    for (auto& [name, job] : ShortestPathJobs()) {
      auto scores = ScoreScenarios(name, job, seeds, &pool_, &late_);
      if (!scores.ok()) return scores.status();
      write(*scores);
      const Estimate difference = PairedDifference(*agent, *scores);
      Say(absl::StrFormat("  %-32s %+.4f, agent %+.4f [%+.4f, %+.4f]", name,
                          MeanScore(*scores).mean, difference.mean, difference.low,
                          difference.high));
    }
    const RolloutCost cost = pool_.cost();
    Say(absl::StrFormat(
        "%d steps in %.0f s, %.2f steps/s; simulator %.0f s, %.0f hop-packets/s of it; "
        "outside of it %.1f %% of the work (acting %.0f s, learning %.0f s); learner waited %.0f "
        "s; "
        "%d episodes repeated, %d lost",
        cost.steps, Elapsed(), static_cast<double>(cost.steps) / Elapsed(), cost.simulator_s,
        static_cast<double>(cost.hop_packets) / cost.simulator_s, 100 * OutsideShare(),
        cost.acting_s, learner_s_, waiting_s_, cost.retries, cost.lost));
    return neural::WriteFileAtomically(Path("test.csv"), csv);
  }

  void Say(const std::string& line) const {
    if (request_.result) request_.result(line);
  }

  neural::Checkpoint CheckpointOf(const std::vector<float>& weights) const {
    neural::Checkpoint checkpoint;
    checkpoint.weights = weights;
    checkpoint.about["stage"] = "packet";
    checkpoint.about["objective"] = "reward of episodes in ns-3";
    checkpoint.about["inference"] = neural::LastIterateOptions(config_.iterations);
    checkpoint.about["config"] = request_.config_toml;
    checkpoint.about["init"] = request_.init;
    checkpoint.about["seed"] = absl::StrFormat("%d", config_.seed);
    checkpoint.about["updates"] = absl::StrFormat("%d", state_.updates);
    checkpoint.about["data"] =
        absl::StrFormat("random networks of %d to %d nodes with generated traffic, played %s",
                        config_.episodes.networks.min_nodes, config_.episodes.networks.max_nodes,
                        config_.flow_level ? "at flow level" : "in ns-3");
    checkpoint.about["code_version"] = RHUMB_VERSION;
    return checkpoint;
  }

  const TrainRequest& request_;
  const PacketConfig config_;
  PacketLearner learner_;
  RolloutPool pool_;
  PacketState state_;
  const std::vector<uint64_t> validation_seeds_;
  std::vector<RolloutGroup> late_;  // finished while something else was waited for
  Estimate validation_;
  std::string row_;  // of metrics.csv, begun
  EventFile events_;
  absl::Time started_;
  int64_t first_update_ = 0;
  double learner_s_ = 0, waiting_s_ = 0;
};

}  // namespace

absl::Status RunPacketTraining(const TrainRequest& request, GradientReducer reduce) {
  const auto config = ParsePacketConfig(request.config_toml, request.config_name);
  if (!config.ok()) return config.status();
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  Run run(request, *config, MakeFactory(*config, request.make_packet_simulator), std::move(reduce));
  if (absl::Status status = run.Prepare(); !status.ok()) return status;
  return run.Train();
}

}  // namespace rhumb::training

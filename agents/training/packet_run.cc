#include "agents/training/packet_run.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/feedback.h"
#include "agents/neural/torch_network.h"
#include "agents/training/cost_model.h"
#include "agents/training/loop_learner.h"
#include "agents/training/packet_episodes.h"
#include "agents/training/packet_learner.h"
#include "agents/training/packet_log.h"
#include "agents/training/plan_learner.h"
#include "agents/training/run_loop.h"
#include "agents/training/scenario_scores.h"
#include "agents/training/truth_checks.h"
#include "agents/training/unseen_networks.h"
#include "simulator/surrogate/corrected_simulator.h"
#include "simulator/surrogate/paired_simulator.h"

namespace rhumb::training {
namespace {

std::vector<float> AsVector(const torch::Tensor& weights) {
  return {weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel()};
}

// Of what is learned.
std::vector<float> FirstWeights(const PacketConfig& config) {
  if (config.whole_plan) {
    std::vector<float> weights = AsVector(neural::InitialPlanWeights(config.seed));
    if (config.loop) weights.resize(weights.size() + neural::NumFeedbackWeights(), 0.0F);
    return weights;
  }
  return neural::InitialPriceHead(config.sigma, config.seed, config.first_prices);
}

class PacketStage : public TrainingStage {
 public:
  PacketStage(const TrainRequest& request, ReplicaGroup* group, const PacketConfig& config)
      : request_(request),
        group_(*group),
        config_(config),
        learner_(config),
        plan_learner_(config),
        loop_learner_(config),
        truth_(config.truth),
        pool_(request.workers, EnvironmentsWith(config, LearnedFrom())),
        judges_(config.judge_level == config.level && !ChecksTruth()
                    ? nullptr
                    : std::make_unique<RolloutPool>(
                          request.workers, EnvironmentsWith(config, At(config.judge_level)))),
        truths_(ChecksTruth() ? std::make_unique<RolloutPool>(
                                    request.workers, EnvironmentsWith(config, PlayedAgain()))
                              : nullptr),
        state_(FirstWeights(config)) {}

  RunState& state() override { return state_; }

  absl::Status Start() override {
    if (config_.whole_plan) {
      if (absl::Status status = StartWholePlan(); !status.ok()) return status;
    } else if (request_.init.empty()) {
      state_.weights = AsVector(neural::InitialWeights(config_.seed));
    } else {
      auto checkpoint = neural::FindCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      if (checkpoint->scale != neural::LoadScale::kOverMlu) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "%s decides whole plans, so there is nothing to set prices on; use policy.learns = "
            "\"plan\" or --init default",
            request_.init));
      }
      state_.weights = checkpoint->weights;
      if (!checkpoint->price_head.empty()) state_.learned = checkpoint->price_head;
    }
    state_.random = TrainingSeeds(config_);
    state_.metrics = PacketLog::Header();
    return absl::OkStatus();
  }

  absl::Status OpenLog() override { return log_.Open(request_.out); }

  std::string Serialize() const override {
    PacketState state = state_;
    if (ChecksTruth()) state.truth = truth_.Serialize();
    return state.Serialize(request_.config_toml);
  }

  absl::Status Take(const std::string& bytes, const std::string& name) override {
    auto state = PacketState::Parse(bytes, request_.config_toml, name);
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    state_.metrics = PacketLog::WithAllColumns(state_.metrics);
    return ChecksTruth() ? truth_.Parse(state_.truth, name) : absl::OkStatus();
  }

  absl::Status Update() override {
    const auto began = std::chrono::steady_clock::now();
    RolloutJob job = AgentJob(config_, {state_.weights, state_.learned}, true);
    for (int i = 0; i < config_.scenarios; ++i) {
      job.seed = state_.random.Bits();
      learned_from().Submit(job);
    }
    const auto submitted = std::chrono::steady_clock::now();
    auto groups = learned_from().Collect(config_.late_scenarios);
    if (absl::Status status = group_.RequireAllOk(groups.status()); !status.ok()) return status;
    const auto collected = std::chrono::steady_clock::now();
    time_.waiting_s += Seconds(collected - submitted);
    groups->insert(groups->begin(), std::make_move_iterator(late_.begin()),
                   std::make_move_iterator(late_.end()));
    late_.clear();
    std::optional<TruthPair> truth;
    if (truth_.Due(state_.updates)) {
      auto checked = CheckTruth(*groups);
      if (!checked.ok()) return checked.status();
      truth = *checked;
    }
    const auto checked = std::chrono::steady_clock::now();
    time_.waiting_s += Seconds(checked - collected);
    auto report = config_.loop         ? loop_learner_.Update(*groups, &state_, &group_)
                  : config_.whole_plan ? plan_learner_.Update(*groups, &state_, &group_)
                                       : learner_.Update(*groups, &state_, &group_);
    if (!report.ok()) return report.status();
    const auto learned = std::chrono::steady_clock::now();
    time_.learning_s += Seconds(learned - checked);
    state_.run_s += Seconds(learned - began);
    state_.metrics += log_.UpdateRow(state_.updates, *report, Cost(), Time(), truth);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Validate() override {
    const auto began = std::chrono::steady_clock::now();
    const auto seeds = ValidationSeeds(config_);
    auto scores = ScoreScenarios("agent", AgentJob(config_, {state_.weights, Judged()}, false),
                                 seeds, &judge(), &late_);
    if (!scores.ok()) return scores.status();
    validation_ = MeanScore(*scores);
    const auto predicted = Predict(*scores);
    if (!predicted.ok()) return predicted.status();
    state_.run_s += Seconds(std::chrono::steady_clock::now() - began);
    state_.metrics += log_.ValidationRow(state_.updates, validation_, *predicted, Cost(), Time());
    const bool better = state_.best.empty() || validation_.mean > state_.best_score;
    if (better) {
      state_.best_score = validation_.mean;
      state_.best = Judged();
    }
    return better;
  }

  neural::Checkpoint Latest() const override { return CheckpointOf(Judged()); }
  neural::Checkpoint Best() const override { return CheckpointOf(state_.best); }

  void Describe(TrainProgress* progress) const override {
    progress->validation_reward = validation_.mean;
    const RunCost cost = Cost();
    progress->outside_share = OutsideShare(cost.all, time_);
    progress->packet_share = PacketShare(cost);
    progress->steps = cost.all.steps;
  }

  // The best weights and other policies on networks that neither training nor validation has seen.
  absl::Status Finish(double elapsed_s) override {
    if (config_.test_scenarios > 0) {
      const UnseenTest test{&judge(), &late_, request_.out,
                            [this](const std::string& line) { Say(line); }};
      if (auto s = TestOnUnseen(config_, {state_.weights, state_.best}, test); !s.ok()) return s;
    }
    Say(CostLine(Cost(), time_, request_.workers, elapsed_s));
    if (truth_.num_episodes() > 0) SayTruth();
    return absl::OkStatus();
  }

 private:
  bool ChecksTruth() const { return config_.truth.minutes > 0; }

  SimulatorMaker At(SimulatorLevel level) const {
    return SimulatorsAt(level, config_.simulator, request_.make_packet_simulator);
  }

  SimulatorMaker LearnedFrom() const {
    if (!ChecksTruth()) return At(config_.level);
    return [this] {
      return MakeCorrectedFluidSimulator(FluidOptions(config_.simulator),
                                         [this] { return truth_.correction(); });
    };
  }

  SimulatorMaker PlayedAgain() {
    return [this]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
      auto packets = request_.make_packet_simulator(config_.simulator);
      if (!packets.ok()) return packets.status();
      return MakePairedSimulator(*std::move(packets), FluidOptions(config_.simulator),
                                 [this](PairedMeasurements both) { truth_.Tell(std::move(both)); });
    };
  }

  // Of the episodes that the policy has just played, those that are least certain in ns-3 too.
  absl::StatusOr<std::optional<TruthPair>> CheckTruth(const std::vector<RolloutGroup>& groups) {
    const std::vector<RolloutJob> jobs = truth_.Choose(groups);
    const uint64_t before = truths_->cost().hop_packets;
    for (const RolloutJob& job : jobs) truths_->Submit(job);
    auto played = truths_->Collect(0);
    if (!played.ok()) return played.status();
    const auto means =
        truth_.Take(groups, jobs, *std::move(played), truths_->cost().hop_packets - before);
    if (truth_.parted()) {
      const Estimate gap = truth_.difference();
      Say(absl::StrFormat(
          "update %d: over the last %d episodes that ns-3 played again it measured %+.3f [%+.3f, "
          "%+.3f] more reward than was predicted: the fluid simulator is not believed any more, "
          "and the run goes on in ns-3",
          state_.updates, truth_.num_latest(), gap.mean, gap.low, gap.high));
      // What it said of the weights until now is not believed either.
      state_.best.clear();
    }
    return means;
  }

  void SayTruth() const {
    const Estimate gap = truth_.difference();
    Say(absl::StrFormat(
        "ns-3 played %d episodes again, the least certain ones; over the last %d it measured %+.3f "
        "[%+.3f, %+.3f] more reward than was predicted; the correction was fitted %d times",
        truth_.num_episodes(), truth_.num_latest(), gap.mean, gap.low, gap.high,
        truth_.num_fits()));
  }

  absl::Status StartWholePlan() {
    if (!request_.init.empty()) {
      auto checkpoint = neural::FindCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      if (checkpoint->scale != neural::LoadScale::kOverCapacity) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "%s does not decide whole plans for packets; leave --init out to start from random "
            "weights",
            request_.init));
      }
      if (!checkpoint->feedback.empty() && !config_.loop) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "%s decides from what a running network measures; use policy.learns = \"loop\"",
            request_.init));
      }
      const std::vector<float> weights = checkpoint->NetworkWeights();
      std::copy(weights.begin(), weights.end(), state_.learned.begin());
    }
    state_.average = state_.learned;
    state_.model = InitialCostWeights(config_.seed, config_.loop);
    state_.model_average = state_.model;
    state_.model_adam = Adam(state_.model.size());
    return absl::OkStatus();
  }

  const std::vector<float>& Judged() const {
    return config_.whole_plan ? state_.average : state_.learned;
  }

  RolloutPool& learned_from() { return truth_.parted() ? *truths_ : pool_; }
  // What is learned from against what judges; absent where they are the same.
  absl::StatusOr<std::optional<PredictedReward>> Predict(const ScenarioScores& measured) {
    if (judges_ == nullptr) return std::nullopt;
    auto scores = ScoreScenarios("predicted", AgentJob(config_, {state_.weights, Judged()}, false),
                                 ValidationSeeds(config_), &pool_, &late_);
    if (!scores.ok()) return scores.status();
    // Of the scenarios that were measured.
    for (size_t i = 0; i < scores->valid.size(); ++i) scores->valid[i] &= measured.valid[i];
    return PredictedReward{MeanScore(*scores).mean, PairedDifference(*scores, measured)};
  }

  // Plays validation and test.
  RolloutPool& judge() {
    if (truth_.parted()) return *truths_;
    return judges_ == nullptr ? pool_ : *judges_;
  }

  RunCost Cost() const {
    RunCost cost{pool_.cost(), 0};
    if (config_.level == SimulatorLevel::kPacket) cost.packet_s = cost.all.simulator_s;
    if (truths_ != nullptr) {
      const RolloutCost again = truths_->cost();
      cost.packet_s += again.simulator_s;
      cost.all += again;
    }
    if (judges_ == nullptr) return cost;
    const RolloutCost judged = judges_->cost();
    if (config_.judge_level == SimulatorLevel::kPacket) cost.packet_s += judged.simulator_s;
    cost.all += judged;
    return cost;
  }

  LearnerTime Time() const {
    LearnerTime time = time_;
    time.run_s = state_.run_s;
    return time;
  }

  static double Seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
  }

  void Say(const std::string& line) const {
    if (request_.result) request_.result(line);
  }

  neural::Checkpoint CheckpointOf(const std::vector<float>& learned) const {
    neural::Checkpoint checkpoint;
    if (config_.whole_plan) {
      checkpoint.scale = neural::LoadScale::kOverCapacity;
      const auto end = learned.begin() + neural::NumWeights();
      checkpoint.weights.assign(learned.begin(), end);
      checkpoint.feedback.assign(end, learned.end());
    } else {
      checkpoint.weights = state_.weights;
      checkpoint.price_head = learned;
    }
    checkpoint.about["stage"] = "packet";
    std::string inference;
    if (config_.inference.iterations)
      absl::StrAppendFormat(&inference, "iterations=%d,", *config_.inference.iterations);
    if (config_.inference.refinements)
      absl::StrAppendFormat(&inference, "refinements=%d,", *config_.inference.refinements);
    if (!inference.empty()) checkpoint.about["inference"] = inference;
    checkpoint.about["data"] =
        absl::StrFormat("random networks of %d to %d nodes with generated traffic, played %s",
                        config_.episodes.networks.min_nodes, config_.episodes.networks.max_nodes,
                        PlayedWhere(config_.level));
    return checkpoint;
  }

  const TrainRequest& request_;
  ReplicaGroup& group_;
  const PacketConfig config_;
  PacketLearner learner_;
  PlanLearner plan_learner_;
  LoopLearner loop_learner_;
  TruthChecks truth_;
  RolloutPool pool_;                     // what is learned from
  std::unique_ptr<RolloutPool> judges_;  // null: the same
  std::unique_ptr<RolloutPool> truths_;  // null: nothing is played again
  PacketState state_;
  std::vector<RolloutGroup> late_;  // finished while something else was waited for
  Estimate validation_;
  PacketLog log_;
  LearnerTime time_;
};

}  // namespace

absl::Status RunPacketTraining(const TrainRequest& request, ReplicaGroup* group) {
  const auto config = ParsePacketConfig(request.config_toml, request.config_name);
  if (absl::Status status = group->RequireAllOk(config.status()); !status.ok()) return status;
  if (config->truth.minutes > 0 && group->size() > 1) {
    return absl::FailedPreconditionError(
        "truth.minutes needs one process, whose correction it fits; leave mpirun out and give "
        "--workers");
  }
  at::set_num_threads(1);
  at::globalContext().setFlushDenormal(true);
  RunRules rules;
  rules.seed = config->seed;
  rules.updates = config->updates;
  rules.validation_every = config->validation_every;
  rules.patience = config->patience;
  rules.keep_checkpoints = config->keep_checkpoints;
  rules.start_is_candidate = true;  // training may make nothing better
  rules.metrics_after_every_update = true;
  PacketStage stage(request, group, *config);
  return RunTraining(request, rules, &stage, group);
}

}  // namespace rhumb::training

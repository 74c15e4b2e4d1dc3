#include "agents/training/flow_run.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/event_file.h"
#include "agents/training/run_loop.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

constexpr int kEarlierIterations = 4;  // more than trained with, as a policy runs

class FlowStage : public TrainingStage {
 public:
  FlowStage(const TrainRequest& request, ReplicaGroup* group, Trainer trainer)
      : request_(request), group_(*group), trainer_(std::move(trainer)), state_(trainer_.Start()) {}

  RunState& state() override { return state_; }

  absl::Status Start() override {
    if (!request_.init.empty()) {
      auto checkpoint = neural::FindCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      if (checkpoint->scale != neural::LoadScale::kOverMlu) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "%s was trained at packet level from utilizations as they are, which the flow level "
            "does not teach; use --stage packet or another --init",
            request_.init));
      }
      state_.weights = state_.average = checkpoint->weights;
    }
    state_.metrics =
        "updates,loss,constant_norm_mlu,constant_worst,lookback_norm_mlu,lookback_p95,delay_"
        "ratio\n";
    return absl::OkStatus();
  }

  absl::Status OpenLog() override { return events_.Open(request_.out); }

  std::string Serialize() const override { return state_.Serialize(request_.config_toml); }

  absl::Status Take(const std::string& bytes, const std::string& name) override {
    auto state = TrainingState::Parse(bytes, request_.config_toml, name);
    if (state.ok()) state_ = *std::move(state);
    return state.status();
  }

  absl::Status Update() override {
    if (absl::Status status = trainer_.Update(&state_, &group_); !status.ok()) return status;
    if (group_.first()) events_.Scalar(state_.updates, "loss", state_.loss);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Validate() override {
    scores_ = trainer_.validation().Evaluate(state_.average,
                                             trainer_.config().iterations + kEarlierIterations);
    events_.Scalar(state_.updates, "validation/constant_norm_mlu", scores_.constant_mean);
    events_.Scalar(state_.updates, "validation/lookback_norm_mlu", scores_.lookback_mean);
    events_.Scalar(state_.updates, "validation/delay_ratio", scores_.delay_mean);
    events_.Flush();
    state_.metrics += absl::StrFormat(
        "%d,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", state_.updates, state_.loss, scores_.constant_mean,
        scores_.constant_worst, scores_.lookback_mean, scores_.lookback_p95, scores_.delay_mean);
    const double score = scores_.score(trainer_.config().delay_weight);
    const bool better = state_.best_weights.empty() || score < state_.best_score;
    if (better) {
      state_.best_score = score;
      state_.best_weights = state_.average;
    }
    return better;
  }

  neural::Checkpoint Latest() const override { return CheckpointOf(state_.average); }
  neural::Checkpoint Best() const override { return CheckpointOf(state_.best_weights); }

  void Describe(TrainProgress* progress) const override {
    progress->loss = state_.loss;
    progress->constant_norm_mlu = scores_.constant_mean;
    progress->lookback_norm_mlu = scores_.lookback_mean;
  }

  absl::Status Finish(double) override { return absl::OkStatus(); }

 private:
  neural::Checkpoint CheckpointOf(const std::vector<float>& weights) const {
    const PoolOptions& pool = trainer_.config().pool;
    neural::Checkpoint checkpoint;
    checkpoint.weights = weights;
    checkpoint.about["stage"] = "flow";
    checkpoint.about["data"] = absl::StrFormat(
        "%d random networks of %d to %d nodes with generated traffic, %.0f %% of it constant",
        pool.count, pool.networks.min_nodes, pool.networks.max_nodes,
        100 * pool.traffic.constant_share);
    return checkpoint;
  }

  const TrainRequest& request_;
  ReplicaGroup& group_;
  Trainer trainer_;
  TrainingState state_;
  ValidationScores scores_;
  EventFile events_;
};

}  // namespace

absl::Status RunFlowTraining(const TrainRequest& request, ReplicaGroup* group) {
  const auto config = ParseTrainingConfig(request.config_toml, request.config_name);
  if (absl::Status status = group->RequireAllOk(config.status()); !status.ok()) return status;
  absl::StatusOr<Trainer> trainer = Trainer::Create(*config, group->rank());
  if (absl::Status status = group->RequireAllOk(trainer.status()); !status.ok()) return status;
  RunRules rules;
  rules.seed = config->seed;
  rules.updates = config->updates;
  rules.validation_every = config->validation_every;
  rules.patience = config->patience;
  FlowStage stage(request, group, *std::move(trainer));
  return RunTraining(request, rules, &stage, group);
}

}  // namespace rhumb::training

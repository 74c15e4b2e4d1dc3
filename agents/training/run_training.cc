#include <filesystem>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/network_shape.h"
#include "agents/training/event_file.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

constexpr int kEarlierIterations = 4;  // more than trained with, as a policy runs

class Run {
 public:
  Run(const TrainRequest& request, Trainer trainer)
      : request_(request),
        trainer_(std::move(trainer)),
        state_(trainer_.Start()),
        started_(absl::Now()) {}

  absl::Status Prepare() {
    std::error_code error;
    std::filesystem::create_directories(request_.out, error);
    if (error)
      return absl::UnavailableError(
          absl::StrFormat("%s: cannot make it: %s", request_.out, error.message()));
    const bool exists = std::filesystem::exists(Path("state.bin"));
    if (exists && !request_.resume) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "%s: holds a training run; give --resume to go on with it or another --out",
          request_.out));
    }
    if (request_.resume) {
      if (!exists) {
        return absl::FailedPreconditionError(absl::StrFormat(
            "%s: holds no training run to resume; leave out --resume", request_.out));
      }
      auto bytes = neural::ReadWholeFile(Path("state.bin"));
      if (!bytes.ok()) return bytes.status();
      auto state = TrainingState::Parse(*bytes, request_.config_toml, Path("state.bin"));
      if (!state.ok()) return state.status();
      state_ = *std::move(state);
    } else if (!request_.init.empty()) {
      auto checkpoint = request_.init == "default" ? neural::DefaultCheckpoint()
                                                   : neural::LoadCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      state_.weights = checkpoint->weights;
    }
    if (state_.metrics.empty()) {
      state_.metrics =
          "updates,loss,constant_norm_mlu,constant_worst,lookback_norm_mlu,lookback_p95\n";
    }
    first_update_ = state_.updates;
    return events_.Open(request_.out);
  }

  absl::Status Train() {
    const TrainingConfig& config = trainer_.config();
    while (state_.updates < config.updates && state_.stale_validations < config.patience &&
           !TimeIsUp()) {
      if (absl::Status status = trainer_.Update(&state_); !status.ok()) return status;
      Report();
      const bool last = state_.updates == config.updates || TimeIsUp();
      if (last || state_.updates % config.validation_every == 0) {
        if (absl::Status status = ValidateAndSave(); !status.ok()) return status;
      }
    }
    return absl::OkStatus();
  }

 private:
  std::string Path(const std::string& name) const { return request_.out + "/" + name; }
  double Elapsed() const { return absl::ToDoubleSeconds(absl::Now() - started_); }
  bool TimeIsUp() const { return request_.minutes > 0 && Elapsed() >= 60 * request_.minutes; }

  void Report() {
    events_.Scalar(state_.updates, "loss", state_.loss);
    if (!request_.report) return;
    TrainProgress progress;
    progress.updates = state_.updates;
    progress.total_updates = trainer_.config().updates;
    progress.loss = state_.loss;
    progress.elapsed_s = Elapsed();
    progress.left_s = Elapsed() / static_cast<double>(state_.updates - first_update_) *
                      static_cast<double>(progress.total_updates - state_.updates);
    if (request_.minutes > 0)
      progress.left_s = std::min(progress.left_s, 60 * request_.minutes - Elapsed());
    progress.constant_norm_mlu = scores_.constant_mean;
    progress.lookback_norm_mlu = scores_.lookback_mean;
    request_.report(progress);
  }

  absl::Status ValidateAndSave() {
    scores_ = trainer_.validation().Evaluate(state_.weights,
                                             trainer_.config().iterations + kEarlierIterations);
    events_.Scalar(state_.updates, "validation/constant_norm_mlu", scores_.constant_mean);
    events_.Scalar(state_.updates, "validation/lookback_norm_mlu", scores_.lookback_mean);
    events_.Flush();
    state_.metrics += absl::StrFormat("%d,%.6f,%.6f,%.6f,%.6f,%.6f\n", state_.updates, state_.loss,
                                      scores_.constant_mean, scores_.constant_worst,
                                      scores_.lookback_mean, scores_.lookback_p95);
    const bool better = state_.best_weights.empty() || scores_.score() < state_.best_score;
    if (better) {
      state_.best_score = scores_.score();
      state_.best_weights = state_.weights;
      state_.stale_validations = 0;
    } else {
      ++state_.stale_validations;
    }
    absl::Status status = neural::SaveCheckpoint(CheckpointOf(state_.weights), Path("last.ckpt"));
    if (status.ok())
      status = neural::SaveCheckpoint(CheckpointOf(state_.best_weights), Path("best.ckpt"));
    if (status.ok()) status = neural::WriteFileAtomically(Path("metrics.csv"), state_.metrics);
    // Last, so that a state never claims files that are not there.
    if (status.ok())
      status =
          neural::WriteFileAtomically(Path("state.bin"), state_.Serialize(request_.config_toml));
    return status;
  }

  neural::Checkpoint CheckpointOf(const std::vector<float>& weights) const {
    const TrainingConfig& config = trainer_.config();
    neural::Checkpoint checkpoint;
    checkpoint.weights = weights;
    checkpoint.about["stage"] = "flow";
    checkpoint.about["config"] = request_.config_toml;
    checkpoint.about["init"] = request_.init;
    checkpoint.about["seed"] = absl::StrFormat("%d", config.seed);
    checkpoint.about["updates"] = absl::StrFormat("%d", state_.updates);
    checkpoint.about["data"] = absl::StrFormat(
        "%d random networks of %d to %d nodes with generated traffic, %.0f %% of it constant",
        config.pool.count, config.pool.networks.min_nodes, config.pool.networks.max_nodes,
        100 * config.pool.traffic.constant_share);
    checkpoint.about["code_version"] = RHUMB_VERSION;
    return checkpoint;
  }

  const TrainRequest& request_;
  Trainer trainer_;
  TrainingState state_;
  ValidationScores scores_;
  EventFile events_;
  absl::Time started_;
  int64_t first_update_ = 0;
};

}  // namespace

absl::Status RunFlowTraining(const TrainRequest& request) {
  const auto config = ParseTrainingConfig(request.config_toml, request.config_name);
  if (!config.ok()) return config.status();
  absl::StatusOr<Trainer> trainer = Trainer::Create(*config);
  if (!trainer.ok()) return trainer.status();
  Run run(request, *std::move(trainer));
  if (absl::Status status = run.Prepare(); !status.ok()) return status;
  return run.Train();
}

}  // namespace rhumb::training

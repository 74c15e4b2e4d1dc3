#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/network_shape.h"
#include "agents/training/event_file.h"
#include "agents/training/run_directory.h"
#include "agents/training/trainer.h"

namespace rhumb::training {
namespace {

constexpr int kEarlierIterations = 4;  // more than trained with, as a policy runs

class Run {
 public:
  Run(const TrainRequest& request, ReplicaGroup* group, Trainer trainer)
      : request_(request),
        group_(*group),
        trainer_(std::move(trainer)),
        state_(trainer_.Start()),
        started_(absl::Now()) {}

  // The same state on all ranks: fresh, or from files that rank 0 alone reads.
  absl::Status Prepare() {
    const absl::Status opened = group_.first() ? Open() : absl::OkStatus();
    if (absl::Status status = group_.RequireAllOk(opened); !status.ok()) return status;
    // The first state is on disk by now: whatever ends the run from here on can be resumed.
    group_.SetLastWords(LastWords(request_.out));
    if (absl::Status status = group_.RequireAllOk(Share()); !status.ok()) return status;
    first_update_ = state_.updates;
    return SpreadRandom(&state_.random, &group_);
  }

  absl::Status Train() {
    while (true) {
      const bool done = state_.updates >= trainer_.config().updates ||
                        state_.stale_validations >= trainer_.config().patience || time_is_up_;
      const absl::StatusOr<uint64_t> stop = group_.OfFirst(done ? 1 : 0);
      if (!stop.ok()) return stop.status();
      if (*stop != 0) return absl::OkStatus();
      if (absl::Status status = Update(); !status.ok()) return status;
    }
  }

 private:
  std::string Path(const std::string& name) const { return request_.out + "/" + name; }
  double Elapsed() const { return absl::ToDoubleSeconds(absl::Now() - started_); }

  absl::Status Open() {
    if (absl::Status status = OpenRunDirectory(request_.out, request_.resume); !status.ok()) {
      return status;
    }
    if (request_.resume) {
      auto bytes = neural::ReadWholeFile(StatePath(request_.out));
      if (!bytes.ok()) return bytes.status();
      auto state = TrainingState::Parse(*bytes, request_.config_toml, StatePath(request_.out));
      if (!state.ok()) return state.status();
      state_ = *std::move(state);
    } else if (!request_.init.empty()) {
      auto checkpoint = neural::FindCheckpoint(request_.init);
      if (!checkpoint.ok()) return checkpoint.status();
      state_.weights = state_.average = checkpoint->weights;
    }
    if (state_.metrics.empty()) {
      state_.metrics =
          "updates,loss,constant_norm_mlu,constant_worst,lookback_norm_mlu,lookback_p95,delay_"
          "ratio\n";
    }
    // From the first moment on there is something to resume.
    if (!request_.resume) {
      if (absl::Status status = SaveState(); !status.ok()) return status;
    }
    return events_.Open(request_.out);
  }

  absl::Status Share() {
    if (group_.size() == 1) return absl::OkStatus();
    std::string bytes = state_.Serialize(request_.config_toml);
    if (absl::Status status = group_.Broadcast(&bytes); !status.ok()) return status;
    auto state = TrainingState::Parse(bytes, request_.config_toml, "the state of rank 0");
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    return absl::OkStatus();
  }

  absl::Status Update() {
    const TrainingConfig& config = trainer_.config();
    if (absl::Status status = trainer_.Update(&state_, &group_); !status.ok()) return status;
    if (group_.first()) Report();
    time_is_up_ = request_.minutes > 0 && Elapsed() >= 60 * request_.minutes;
    const bool due = time_is_up_ || state_.updates == config.updates ||
                     state_.updates % config.validation_every == 0;
    const absl::StatusOr<uint64_t> save = group_.OfFirst(due ? 1 : 0);
    if (!save.ok()) return save.status();
    if (*save == 0) return absl::OkStatus();
    if (group_.first()) {
      if (absl::Status status = ValidateAndSave(); !status.ok()) return status;
      group_.SetLastWords(LastWords(request_.out));
    }
    return SpreadRandom(&state_.random, &group_);
  }

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
      state_.stale_validations = 0;
    } else {
      ++state_.stale_validations;
    }
    absl::Status status = neural::SaveCheckpoint(CheckpointOf(state_.average), Path("last.ckpt"));
    if (status.ok())
      status = neural::SaveCheckpoint(CheckpointOf(state_.best_weights), Path("best.ckpt"));
    if (status.ok()) status = neural::WriteFileAtomically(Path("metrics.csv"), state_.metrics);
    // Last, so that a state never claims files that are not there.
    return status.ok() ? SaveState() : status;
  }

  absl::Status SaveState() const {
    return neural::WriteFileAtomically(StatePath(request_.out),
                                       state_.Serialize(request_.config_toml));
  }

  neural::Checkpoint CheckpointOf(const std::vector<float>& weights) const {
    const TrainingConfig& config = trainer_.config();
    neural::Checkpoint checkpoint;
    checkpoint.weights = weights;
    checkpoint.about["stage"] = "flow";
    checkpoint.about["config"] = request_.config_toml;
    checkpoint.about["init"] = request_.init;
    checkpoint.about["seed"] = absl::StrFormat("%d", config.seed);
    checkpoint.about["processes"] = absl::StrFormat("%d", group_.size());
    checkpoint.about["updates"] = absl::StrFormat("%d", state_.updates);
    checkpoint.about["data"] = absl::StrFormat(
        "%d random networks of %d to %d nodes with generated traffic, %.0f %% of it constant",
        config.pool.count, config.pool.networks.min_nodes, config.pool.networks.max_nodes,
        100 * config.pool.traffic.constant_share);
    checkpoint.about["code_version"] = RHUMB_VERSION;
    return checkpoint;
  }

  const TrainRequest& request_;
  ReplicaGroup& group_;
  Trainer trainer_;
  TrainingState state_;
  ValidationScores scores_;
  EventFile events_;
  absl::Time started_;
  int64_t first_update_ = 0;
  bool time_is_up_ = false;
};

}  // namespace

absl::Status RunFlowTraining(const TrainRequest& request, ReplicaGroup* group) {
  const auto config = ParseTrainingConfig(request.config_toml, request.config_name);
  if (absl::Status status = group->RequireAllOk(config.status()); !status.ok()) return status;
  absl::StatusOr<Trainer> trainer = Trainer::Create(*config, group->rank());
  if (absl::Status status = group->RequireAllOk(trainer.status()); !status.ok()) return status;
  Run run(request, group, *std::move(trainer));
  if (absl::Status status = run.Prepare(); !status.ok()) return status;
  return run.Train();
}

}  // namespace rhumb::training

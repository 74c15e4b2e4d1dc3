#include "agents/training/run_loop.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_format.h"
#include "agents/training/run_directory.h"

namespace rhumb::training {
namespace {

class RunLoop {
 public:
  RunLoop(const TrainRequest& request, const RunRules& rules, TrainingStage* stage,
          ReplicaGroup* group)
      : request_(request),
        rules_(rules),
        stage_(*stage),
        group_(*group),
        started_(std::chrono::steady_clock::now()) {}

  // The same state on all ranks: fresh, or from files that rank 0 alone reads.
  absl::Status Prepare() {
    const absl::Status opened = group_.first() ? Open() : absl::OkStatus();
    if (absl::Status status = group_.RequireAllOk(opened); !status.ok()) return status;
    // The first state is on disk by now: whatever ends the run from here on can be resumed.
    group_.SetLastWords(LastWords(request_.out));
    if (absl::Status status = group_.RequireAllOk(Share()); !status.ok()) return status;
    first_update_ = stage_.state().updates;
    return SpreadRandom(&stage_.state().random, &group_);
  }

  absl::Status Train() {
    while (true) {
      const RunState& state = stage_.state();
      const bool done = state.updates >= rules_.updates ||
                        state.stale_validations >= rules_.patience || time_is_up_;
      const absl::StatusOr<uint64_t> stop = group_.OfFirst(done ? 1 : 0);
      if (!stop.ok()) return stop.status();
      if (*stop != 0) break;
      if (absl::Status status = Update(); !status.ok()) return status;
    }
    return group_.first() ? stage_.Finish(Elapsed()) : absl::OkStatus();
  }

 private:
  std::string Path(const std::string& name) const { return request_.out + "/" + name; }
  double Elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }

  absl::Status Open() {
    if (absl::Status status = OpenRunDirectory(request_.out, request_.resume); !status.ok()) {
      return status;
    }
    absl::Status status = request_.resume ? Resume() : stage_.Start();
    if (status.ok()) status = stage_.OpenLog();
    // From the first moment on there is something to resume.
    if (status.ok() && !request_.resume) {
      status = rules_.start_is_candidate ? ValidateAndSave() : SaveState();
    }
    return status;
  }

  absl::Status Resume() {
    auto bytes = neural::ReadWholeFile(StatePath(request_.out));
    if (!bytes.ok()) return bytes.status();
    return stage_.Take(*bytes, StatePath(request_.out));
  }

  absl::Status Share() {
    if (group_.size() == 1) return absl::OkStatus();
    std::string bytes = stage_.Serialize();
    if (absl::Status status = group_.Broadcast(&bytes); !status.ok()) return status;
    return stage_.Take(bytes, "the state of rank 0");
  }

  absl::Status Update() {
    if (absl::Status status = stage_.Update(); !status.ok()) return status;
    // Looked at once an update: a run that stops for it has saved what it stops with.
    time_is_up_ = request_.minutes > 0 && Elapsed() >= 60 * request_.minutes;
    const int64_t updates = stage_.state().updates;
    const bool due =
        time_is_up_ || updates == rules_.updates || updates % rules_.validation_every == 0;
    const absl::StatusOr<uint64_t> save = group_.OfFirst(due ? 1 : 0);
    if (!save.ok()) return save.status();
    if (group_.first()) {
      absl::Status written;
      if (*save != 0) {
        written = ValidateAndSave();
      } else if (rules_.metrics_after_every_update) {
        // What a stopped run wrote since its last state is written again.
        written = WriteMetrics();
      }
      if (!written.ok()) return written;
      if (*save != 0) group_.SetLastWords(LastWords(request_.out));
    }
    if (*save != 0) {
      if (absl::Status status = SpreadRandom(&stage_.state().random, &group_); !status.ok()) {
        return status;
      }
    }
    if (group_.first()) Report();
    return absl::OkStatus();
  }

  void Report() const {
    if (!request_.report) return;
    TrainProgress progress;
    progress.updates = stage_.state().updates;
    progress.total_updates = rules_.updates;
    progress.elapsed_s = Elapsed();
    progress.left_s = progress.elapsed_s / static_cast<double>(progress.updates - first_update_) *
                      static_cast<double>(rules_.updates - progress.updates);
    if (request_.minutes > 0) {
      progress.left_s = std::min(progress.left_s, 60 * request_.minutes - progress.elapsed_s);
    }
    stage_.Describe(&progress);
    request_.report(progress);
  }

  absl::Status ValidateAndSave() {
    const absl::StatusOr<bool> better = stage_.Validate();
    if (!better.ok()) return better.status();
    int64_t& stale = stage_.state().stale_validations;
    stale = *better ? 0 : stale + 1;
    absl::Status status = SaveCheckpoint(stage_.Latest(), "last.ckpt");
    if (status.ok()) status = SaveCheckpoint(stage_.Best(), "best.ckpt");
    if (status.ok() && rules_.keep_checkpoints) {
      status = SaveCheckpoint(stage_.Latest(),
                              absl::StrFormat("update-%d.ckpt", stage_.state().updates));
    }
    if (status.ok()) status = WriteMetrics();
    // Last, so that a state never claims files that are not there.
    return status.ok() ? SaveState() : status;
  }

  absl::Status SaveCheckpoint(neural::Checkpoint checkpoint, const std::string& name) const {
    checkpoint.about["config"] = request_.config_toml;
    checkpoint.about["init"] = request_.init;
    checkpoint.about["seed"] = absl::StrFormat("%d", rules_.seed);
    checkpoint.about["processes"] = absl::StrFormat("%d", group_.size());
    checkpoint.about["updates"] = absl::StrFormat("%d", stage_.state().updates);
    checkpoint.about["code_version"] = RHUMB_VERSION;
    return neural::SaveCheckpoint(checkpoint, Path(name));
  }

  absl::Status WriteMetrics() const {
    return neural::WriteFileAtomically(Path("metrics.csv"), stage_.state().metrics);
  }
  absl::Status SaveState() const {
    return neural::WriteFileAtomically(StatePath(request_.out), stage_.Serialize());
  }

  const TrainRequest& request_;
  const RunRules rules_;
  TrainingStage& stage_;
  ReplicaGroup& group_;
  const std::chrono::steady_clock::time_point started_;
  int64_t first_update_ = 0;
  bool time_is_up_ = false;
};

}  // namespace

absl::Status RunTraining(const TrainRequest& request, const RunRules& rules, TrainingStage* stage,
                         ReplicaGroup* group) {
  RunLoop loop(request, rules, stage, group);
  if (absl::Status status = loop.Prepare(); !status.ok()) return status;
  return loop.Train();
}

}  // namespace rhumb::training

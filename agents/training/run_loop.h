// The loop of a training run, the same for both stages: fresh or resumed, alone or as one of
// several ranks, until its updates, its patience or its time are over.
//
// A stage learns, validates and tells; the loop decides when, keeps the ranks together and writes
// the files of an output directory: best.ckpt (the best on the validation set), last.ckpt,
// metrics.csv and state.bin (everything needed to go on after a kill). Every one of them is
// replaced as a whole, so a kill at any moment costs at most the updates since the last validation.
#ifndef RHUMB_AGENTS_TRAINING_RUN_LOOP_H_
#define RHUMB_AGENTS_TRAINING_RUN_LOOP_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agents/neural/checkpoint.h"
#include "agents/training/replica_group.h"
#include "agents/training/run_state.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

struct RunRules {
  uint64_t seed = 0;  // told in the checkpoints
  int64_t updates = 0;
  int64_t validation_every = 1;  // updates; also how often the state is saved
  int64_t patience = 0;          // validations without a better one before training stops
  // Validates before the first update too, so that a start that nothing improves on is kept.
  bool start_is_candidate = false;
  // Keeps the weights of every validation, as update-N.ckpt.
  bool keep_checkpoints = false;
  // Writes metrics.csv after every update, for what is slow enough to be watched.
  bool metrics_after_every_update = false;
};

// Owned by one run, used from its thread. Unless it says otherwise, a method is called on all
// ranks.
class TrainingStage {
 public:
  virtual ~TrainingStage() = default;

  virtual RunState& state() = 0;

  // Rank 0. A fresh state, from the checkpoint that the request names, if any.
  virtual absl::Status Start() = 0;
  // Rank 0. Opens what is written along the way beside the files of the loop.
  virtual absl::Status OpenLog() = 0;
  // The state as bytes and back. `name` is used in errors.
  virtual std::string Serialize() const = 0;
  virtual absl::Status Take(const std::string& bytes, const std::string& name) = 0;

  // One update, the same on all ranks; counts it in the state.
  virtual absl::Status Update() = 0;
  // Rank 0. Validates the state, adds a row to its metrics and keeps what is the best so far. True
  // when that is now this one.
  virtual absl::StatusOr<bool> Validate() = 0;
  // Rank 0. Weights, "stage" and what else the stage has to tell of them.
  virtual neural::Checkpoint Latest() const = 0;
  virtual neural::Checkpoint Best() const = 0;
  // Rank 0. What the stage knows of its progress.
  virtual void Describe(TrainProgress* progress) const = 0;
  // Rank 0, once after the last update of a run.
  virtual absl::Status Finish(double elapsed_s) = 0;
};

// The whole run, of this process's part in `group`; rank 0 alone validates, reports and touches
// files. The same run on as many ranks ends with the same bytes, resumed or not.
// FailedPrecondition when there is nothing to resume or `out` holds a run already; errors of the
// stage, of the group and of files as they come.
absl::Status RunTraining(const TrainRequest& request, const RunRules& rules, TrainingStage* stage,
                         ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_RUN_LOOP_H_

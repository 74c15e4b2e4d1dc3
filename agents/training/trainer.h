// Flow-level training from a configuration to a checkpoint.
//
// An output directory holds best.ckpt (the best on the validation set), last.ckpt, state.bin
// (everything needed to go on after a kill), metrics.csv and TensorBoard's event files. Every file
// but the event files is replaced as a whole, so a kill at any moment costs at most the updates
// since the last validation.
#ifndef RHUMB_AGENTS_TRAINING_TRAINER_H_
#define RHUMB_AGENTS_TRAINING_TRAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/adam.h"
#include "agents/training/random.h"
#include "agents/training/replica_group.h"
#include "agents/training/sample_pool.h"
#include "agents/training/train_request.h"
#include "agents/training/training_config.h"
#include "agents/training/validation_set.h"

namespace rhumb::training {

// What changes from update to update.
struct TrainingState {
  explicit TrainingState(size_t weights_count)
      : weights(weights_count), average(weights_count), adam(weights_count) {}

  std::vector<float> weights;
  std::vector<float> average;  // moving average of them: what is validated and kept
  Adam adam;
  Random random{0};
  int64_t updates = 0;
  double loss = 0;  // moving average
  std::vector<float> best_weights;
  double best_score = 0;  // valid once best_weights is not empty
  int64_t stale_validations = 0;
  std::string metrics;  // the CSV so far

  // The state belongs to `config_toml`; another one is refused when it is read.
  std::string Serialize(const std::string& config_toml) const;
  static absl::StatusOr<TrainingState> Parse(absl::string_view bytes,
                                             const std::string& config_toml,
                                             absl::string_view name);
};

class Trainer {
 public:
  // Draws the networks and, on rank 0, solves the validation set: seconds. Every rank of a group
  // draws networks of its own.
  static absl::StatusOr<Trainer> Create(const TrainingConfig& config, int rank = 0);

  // Fresh weights.
  TrainingState Start() const;
  // One batch a rank, one step with the mean gradient over all of them. The same states give the
  // same next states on one thread a rank. Internal when LibTorch fails; errors of the group.
  absl::Status Update(TrainingState* state, ReplicaGroup* group) const;

  const TrainingConfig& config() const { return config_; }
  // On networks that training never draws; rank 0 has them alone.
  ValidationScores Validate(const std::vector<float>& weights) const;

 private:
  Trainer(const TrainingConfig& config, SamplePool pool, ValidationSet validation,
          Batch completion_validation)
      : config_(config),
        pool_(std::move(pool)),
        validation_(std::move(validation)),
        completion_validation_(std::move(completion_validation)) {}

  TrainingConfig config_;
  SamplePool pool_;
  ValidationSet validation_;
  Batch completion_validation_;  // with the completion cost only
};

// The whole run, of this process's part in `group`; rank 0 alone validates, reports and touches
// files. The same run on as many ranks ends with the same bytes, resumed or not. InvalidArgument
// for a bad request, FailedPrecondition when there is nothing to resume or `out` holds a run
// already; file errors as they come.
absl::Status RunFlowTraining(const TrainRequest& request, ReplicaGroup* group);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAINER_H_

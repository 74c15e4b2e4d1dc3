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
#include "agents/training/sample_pool.h"
#include "agents/training/train_request.h"
#include "agents/training/training_config.h"
#include "agents/training/validation_set.h"

namespace rhumb::training {

// What changes from update to update.
struct TrainingState {
  explicit TrainingState(size_t weights_count) : weights(weights_count), adam(weights_count) {}

  std::vector<float> weights;
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
  // Draws the networks and solves the validation set: seconds.
  static absl::StatusOr<Trainer> Create(const TrainingConfig& config);

  // Fresh weights.
  TrainingState Start() const;
  // One batch, one step. The same state gives the same next state on one thread. Internal when
  // LibTorch fails.
  absl::Status Update(TrainingState* state) const;

  const TrainingConfig& config() const { return config_; }
  const ValidationSet& validation() const { return validation_; }

 private:
  Trainer(const TrainingConfig& config, SamplePool pool, ValidationSet validation)
      : config_(config), pool_(std::move(pool)), validation_(std::move(validation)) {}

  TrainingConfig config_;
  SamplePool pool_;
  ValidationSet validation_;
};

// The whole run. InvalidArgument for a bad request, FailedPrecondition when there is nothing to
// resume or `out` holds a run already; file errors as they come.
absl::Status RunFlowTraining(const TrainRequest& request);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAINER_H_

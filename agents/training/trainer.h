// One step of flow-level training, and the state it changes. flow_run.h makes a run of them.
#ifndef RHUMB_AGENTS_TRAINING_TRAINER_H_
#define RHUMB_AGENTS_TRAINING_TRAINER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/adam.h"
#include "agents/training/replica_group.h"
#include "agents/training/run_state.h"
#include "agents/training/sample_pool.h"
#include "agents/training/training_config.h"
#include "agents/training/validation_set.h"

namespace rhumb::training {

// What changes from update to update.
struct TrainingState : RunState {
  explicit TrainingState(size_t weights_count)
      : weights(weights_count), average(weights_count), adam(weights_count) {}

  std::vector<float> weights;
  std::vector<float> average;  // moving average of them: what is validated and kept
  Adam adam;
  double loss = 0;  // moving average
  std::vector<float> best_weights;

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
  const ValidationSet& validation() const { return validation_; }  // empty but on rank 0

 private:
  Trainer(const TrainingConfig& config, SamplePool pool, ValidationSet validation)
      : config_(config), pool_(std::move(pool)), validation_(std::move(validation)) {}

  TrainingConfig config_;
  SamplePool pool_;
  ValidationSet validation_;
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAINER_H_

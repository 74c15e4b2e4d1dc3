// Everything that decides what a training run learns, as one TOML file.
#ifndef RHUMB_AGENTS_TRAINING_TRAINING_CONFIG_H_
#define RHUMB_AGENTS_TRAINING_TRAINING_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/training/sample_pool.h"

namespace rhumb::training {

struct TrainingConfig {
  uint64_t seed = 1;
  PoolOptions pool;

  bool score_function = false;  // else the analytic gradient
  bool completion = false;      // the cost is mean completion time by formula, else MLU
  int iterations = 8;           // with gradient
  // Iterations without gradient before them, one of these by chance for every update.
  std::vector<int> earlier_iterations = {0, 0, 4, 8, 12};
  double first_sharpness = 40;  // of the soft maximum, growing geometrically over the run
  double last_sharpness = 400;
  double first_iterate_weight = 0.2;
  double delay_weight = 0.02;  // what delay costs beside the log of the MLU
  int samples = 16;            // score function: plans tried a network
  double sigma = 0.3;          // score function: of the Gaussian around the logits

  int updates = 4000;
  double learning_rate = 3e-3;
  int warm_up = 30;                // updates over which the learning rate grows to it
  double final_rate_share = 0.02;  // where its cosine ends
  double clip_norm = 1.0;          // of the gradient
  // The weights that are validated and kept are a moving average over about 1 / (1 - this) updates;
  // 0: the latest themselves.
  double average_memory = 0.995;
  int batch_paths = 12000;  // at least, in a batch
  int batch_networks = 4;   // at least

  int validation_networks = 48;
  int validation_every = 200;  // updates; also how often the state is saved
  int patience = 20;           // validations without a better one before training stops
};

// InvalidArgument with every problem at once: unknown keys, wrong types, values out of range.
// `name` is used in errors.
absl::StatusOr<TrainingConfig> ParseTrainingConfig(absl::string_view toml, absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_TRAINING_CONFIG_H_

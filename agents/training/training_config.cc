#include "agents/training/training_config.h"

#include <string>
#include <vector>

#include "agents/neural/network_shape.h"
#include "agents/training/toml_reader.h"

namespace rhumb::training {

absl::StatusOr<TrainingConfig> ParseTrainingConfig(absl::string_view text, absl::string_view name) {
  const absl::StatusOr<toml::table> root = ParseToml(text, name);
  if (!root.ok()) return root.status();
  TrainingConfig config;
  TomlReader read(*root, name);
  read.Number("seed", 0, 1e15, &config.seed);

  config.pool.networks.families = {NetworkFamily::kWaxman, NetworkFamily::kRingChords,
                                   NetworkFamily::kTwoLevel, NetworkFamily::kHeavyTail,
                                   NetworkFamily::kGrid};
  std::vector<NetworkFamily> families;
  read.List("networks.families",
            "give a list of waxman, ring-chords, two-level, heavy-tail, grid, packerl",
            [&](const toml::node& node) {
              const auto family = ParseNetworkFamily(node.value_or(std::string()));
              if (family.ok()) families.push_back(*family);
              return family.ok();
            });
  if (!families.empty()) config.pool.networks.families = families;
  read.Number("networks.count", 1, 1e6, &config.pool.count);
  read.Number("networks.min_nodes", 4, 1000, &config.pool.networks.min_nodes);
  read.Number("networks.max_nodes", 4, 1000, &config.pool.networks.max_nodes);
  read.Number("networks.max_pairs", 10, 1e6, &config.pool.max_pairs);
  read.Number("networks.failure_share", 0, 1, &config.pool.failure_share);
  read.Number("networks.candidate_paths", 1, 64, &config.pool.candidate_paths);
  if (config.pool.networks.min_nodes > config.pool.networks.max_nodes) {
    read.Problem("networks.min_nodes", "must not exceed networks.max_nodes");
  }
  read.Number("traffic.constant_share", 0, 1, &config.pool.traffic.constant_share);
  read.Number("traffic.generator_share", 0, 1, &config.pool.traffic.generator_share);

  read.Number("traffic.history", 1, neural::kHistory, &config.pool.traffic.history);

  read.Choice("objective.gradient", "analytic", "score-function", &config.score_function);
  read.Number("objective.iterations", 1, 100, &config.iterations);
  std::vector<int> earlier;
  read.List("objective.earlier_iterations", "give a list of whole numbers from 0 to 100",
            [&](const toml::node& node) {
              const int64_t value = node.value_or<int64_t>(-1);
              earlier.push_back(static_cast<int>(value));
              return value >= 0 && value <= 100;
            });
  if (!earlier.empty()) config.earlier_iterations = earlier;
  read.Number("objective.first_sharpness", 1, 1e5, &config.first_sharpness);
  read.Number("objective.last_sharpness", 1, 1e5, &config.last_sharpness);
  read.Number("objective.first_iterate_weight", 0, 1, &config.first_iterate_weight);
  read.Number("objective.delay_weight", 0, 10, &config.delay_weight);
  read.Number("objective.samples", 2, 10000, &config.samples);
  read.Number("objective.sigma", 1e-3, 10, &config.sigma);

  read.Number("optimizer.updates", 1, 1e9, &config.updates);
  read.Number("optimizer.learning_rate", 1e-8, 1, &config.learning_rate);
  read.Number("optimizer.warm_up", 1, 1e6, &config.warm_up);
  read.Number("optimizer.final_rate_share", 0, 1, &config.final_rate_share);
  read.Number("optimizer.clip_norm", 1e-6, 1e6, &config.clip_norm);
  read.Number("optimizer.average_memory", 0, 0.99999, &config.average_memory);
  read.Number("optimizer.batch_paths", 1, 1e7, &config.batch_paths);
  read.Number("optimizer.batch_networks", 1, 1000, &config.batch_networks);

  read.Number("validation.networks", 1, 10000, &config.validation_networks);
  read.Number("validation.every", 1, 1e9, &config.validation_every);
  read.Number("validation.patience", 1, 1e9, &config.patience);
  if (absl::Status status = read.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training

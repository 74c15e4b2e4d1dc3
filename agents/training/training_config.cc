#include "agents/training/training_config.h"

#include <string>
#include <vector>

#include "agents/neural/network_shape.h"
#include "topologies/formats/toml_fields.h"

namespace rhumb::training {
namespace {

void ReadNetworks(TomlReader& fields, TrainingConfig* config) {
  config->pool.networks.families = {NetworkFamily::kWaxman, NetworkFamily::kRingChords,
                                    NetworkFamily::kTwoLevel, NetworkFamily::kHeavyTail,
                                    NetworkFamily::kGrid};
  std::vector<NetworkFamily> families;
  fields.List("families",
              "a list of waxman, ring-chords, two-level, heavy-tail, grid, access, packerl",
              [&](const toml::node& node) {
                const auto family = ParseNetworkFamily(node.value_or(std::string()));
                if (family.ok()) families.push_back(*family);
                return family.ok();
              });
  if (!families.empty()) config->pool.networks.families = families;
  fields.Number("count", 1, 1e6, config->pool.count);
  fields.Number("min_nodes", 4, 1000, config->pool.networks.min_nodes);
  fields.Number("max_nodes", 4, 1000, config->pool.networks.max_nodes);
  fields.Number("max_pairs", 10, 1e6, config->pool.max_pairs);
  fields.Number("failure_share", 0, 1, config->pool.failure_share);
  fields.Number("candidate_paths", 1, 64, config->pool.candidate_paths);
  if (config->pool.networks.min_nodes > config->pool.networks.max_nodes) {
    fields.Problem("min_nodes", "must not exceed networks.max_nodes");
  }
}

void ReadTraffic(TomlReader& fields, TrainingConfig* config) {
  fields.Number("constant_share", 0, 1, config->pool.traffic.constant_share);
  fields.Number("generator_share", 0, 1, config->pool.traffic.generator_share);
  fields.Number("history", 1, neural::kHistory, config->pool.traffic.history);
}

void ReadObjective(TomlReader& fields, TrainingConfig* config) {
  fields.Choice("gradient", "analytic", "score-function", config->score_function);
  fields.Number("iterations", 1, 100, config->iterations);
  std::vector<int> earlier;
  fields.List("earlier_iterations", "a list of whole numbers from 0 to 100",
              [&](const toml::node& node) {
                const int64_t value = node.value_or<int64_t>(-1);
                earlier.push_back(static_cast<int>(value));
                return value >= 0 && value <= 100;
              });
  if (!earlier.empty()) config->earlier_iterations = earlier;
  fields.Number("first_sharpness", 1, 1e5, config->first_sharpness);
  fields.Number("last_sharpness", 1, 1e5, config->last_sharpness);
  fields.Number("first_iterate_weight", 0, 1, config->first_iterate_weight);
  fields.Number("delay_weight", 0, 10, config->delay_weight);
  fields.Number("samples", 2, 10000, config->samples);
  fields.Number("sigma", 1e-3, 10, config->sigma);
}

void ReadOptimizer(TomlReader& fields, TrainingConfig* config) {
  fields.Number("updates", 1, 1e9, config->updates);
  fields.Number("learning_rate", 1e-8, 1, config->learning_rate);
  fields.Number("warm_up", 1, 1e6, config->warm_up);
  fields.Number("final_rate_share", 0, 1, config->final_rate_share);
  fields.Number("clip_norm", 1e-6, 1e6, config->clip_norm);
  fields.Number("average_memory", 0, 0.99999, config->average_memory);
  fields.Number("batch_paths", 1, 1e7, config->batch_paths);
  fields.Number("batch_networks", 1, 1000, config->batch_networks);
}

void ReadValidation(TomlReader& fields, TrainingConfig* config) {
  fields.Number("networks", 1, 10000, config->validation_networks);
  fields.Number("every", 1, 1e9, config->validation_every);
  fields.Number("patience", 1, 1e9, config->patience);
}

}  // namespace

absl::StatusOr<TrainingConfig> ParseTrainingConfig(absl::string_view text, absl::string_view name) {
  const absl::StatusOr<toml::table> root = ParseToml(text, std::string(name));
  if (!root.ok()) return root.status();
  TrainingConfig config;
  TomlFile file(*root, std::string(name));
  file.top().Number("seed", 0, 1e15, config.seed);
  file.Section("networks", [&](TomlReader& fields) { ReadNetworks(fields, &config); });
  file.Section("traffic", [&](TomlReader& fields) { ReadTraffic(fields, &config); });
  file.Section("objective", [&](TomlReader& fields) { ReadObjective(fields, &config); });
  file.Section("optimizer", [&](TomlReader& fields) { ReadOptimizer(fields, &config); });
  file.Section("validation", [&](TomlReader& fields) { ReadValidation(fields, &config); });
  if (absl::Status status = file.Finish(); !status.ok()) return status;
  return config;
}

}  // namespace rhumb::training

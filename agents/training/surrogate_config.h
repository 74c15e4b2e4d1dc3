// Everything that decides what the fluid simulator's correction learns from, as one TOML file.
// configs/surrogate.toml shows every key.
#ifndef RHUMB_AGENTS_TRAINING_SURROGATE_CONFIG_H_
#define RHUMB_AGENTS_TRAINING_SURROGATE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "agents/training/episode_scenario.h"

namespace rhumb::training {

struct SurrogateConfig {
  uint64_t seed = 1;
  ScenarioDraw episodes;                       // one step each
  std::vector<int> segment_bytes{8948};        // one is drawn a network
  int networks = 64;                           // to learn from and to calibrate on
  int plans = 4;                               // of each, on the same arrivals
  int test_networks = 14;                      // held out
  int folds = 5;                               // of whole networks
  absl::Duration deadline = absl::Minutes(2);  // that ns-3 may take for an episode
};

// InvalidArgument with every problem at once; `name` is used in errors.
absl::StatusOr<SurrogateConfig> ParseSurrogateConfig(absl::string_view toml,
                                                     absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SURROGATE_CONFIG_H_

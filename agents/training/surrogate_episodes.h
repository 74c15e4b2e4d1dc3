// The episodes that the fluid simulator's correction is learned from: what is played, what ns-3
// measured, and how that is kept.
#ifndef RHUMB_AGENTS_TRAINING_SURROGATE_EPISODES_H_
#define RHUMB_AGENTS_TRAINING_SURROGATE_EPISODES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agents/training/surrogate_config.h"
#include "simulator/network_simulator.h"
#include "topologies/routing_plan.h"

namespace rhumb::training {

// What is played, a function of the configuration and its number alone.
struct SurrogateEpisode {
  int network = 0;  // training networks first, then those of the test
  int segment_bytes = 0;
  Episode episode;
  Interval interval;
  std::string policy;
  RoutingPlan plan;
};

// All episodes of a network, [plans]: of policies and random ones, drawn. Errors of generators and
// policies.
absl::StatusOr<std::vector<SurrogateEpisode>> DrawSurrogateEpisodes(const SurrogateConfig& config,
                                                                    int network);

// What ns-3 measured in an episode; empty when it died twice. Flows are absent without any.
struct SurrogateTruth {
  bool lost = false;
  Measurements measured;  // without links
};

// Of many episodes, [networks][plans], as bytes and back. DataLoss when they are torn.
std::string SerializeTruths(const std::vector<std::vector<SurrogateTruth>>& truths);
absl::StatusOr<std::vector<std::vector<SurrogateTruth>>> ParseTruths(absl::string_view bytes,
                                                                     absl::string_view name);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SURROGATE_EPISODES_H_

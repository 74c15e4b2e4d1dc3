// From a scenario as a client asks for it to what makes environments.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_SCENARIO_REQUEST_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_SCENARIO_REQUEST_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agents/training/environment.h"
#include "rhumb/v1/simulation.pb.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// What the scenario is held to, beyond what simulation.proto says of its fields.
struct ScenarioLimits {
  int nodes = 1000;
  int paths = 1'000'000;                        // candidate paths of a network
  absl::Duration deadline = absl::Minutes(10);  // wall time of one reset or step in ns-3
};

// Makes environments that play the scenario; their simulators are independent.
struct PreparedScenario {
  std::function<absl::StatusOr<std::unique_ptr<training::Environment>>()> make;
  int history = 0;  // matrices in an observation
  int steps = 0;    // of an episode
  // Of a given network; null for random ones.
  std::shared_ptr<const PathSet> paths;
  std::optional<Topology> topology;
};

// Checks every field: InvalidArgument with the field and its value. ResourceExhausted for a network
// beyond the limits, NotFound for an unknown shipped network, link or node, or without a worker
// program. Finds candidate paths, which takes seconds on networks of hundreds of nodes.
absl::StatusOr<PreparedScenario> PrepareScenario(const rhumb::v1::SimulationScenario& scenario,
                                                 const ScenarioLimits& limits);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_SCENARIO_REQUEST_H_

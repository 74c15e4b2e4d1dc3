// What an environment knows, as the flat arrays of simulation.proto.
#ifndef RHUMB_CONTROLLER_ENVIRONMENT_SERVER_OBSERVATION_MESSAGE_H_
#define RHUMB_CONTROLLER_ENVIRONMENT_SERVER_OBSERVATION_MESSAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "rhumb/v1/simulation.pb.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// Observations of this layout have these columns, `history` matrices, and episodes of `steps`.
rhumb::v1::Layout ToLayout(const Topology& topology, const PathSet& paths, int history, int steps);

// Measurements stay 0 until `measured`, that is, until a step of the episode was played. O(path
// links).
rhumb::v1::Observation ToObservation(const Observation& observation, int history, bool measured);

// The numbers of an action. InvalidArgument when `bytes` are not `count` float32 values.
absl::StatusOr<std::vector<float>> FromFloats(absl::string_view bytes, int count);

// The plan of given split ratios, over the usable paths of every pair: what a client gives to dead
// and drained ones goes to the others in proportion, or equally where they have nothing.
// InvalidArgument, naming the demand, for ratios outside of [0, 1] or a sum other than 1.
absl::StatusOr<RoutingPlan> PlanOfRatios(const Observation& observation,
                                         const std::vector<float>& ratios);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_ENVIRONMENT_SERVER_OBSERVATION_MESSAGE_H_

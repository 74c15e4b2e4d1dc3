// The paths and shares on which an operator wants to hold a demand, by names and by ids.
#ifndef RHUMB_CONTROLLER_STEERING_SETTINGS_PIN_REQUEST_H_
#define RHUMB_CONTROLLER_STEERING_SETTINGS_PIN_REQUEST_H_

#include "absl/status/statusor.h"
#include "controller/steering/guard/plan_rules.h"
#include "rhumb/v1/north.pb.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

struct PinnedDemand {
  NodePair pair;
  Pin pin;  // no paths: the demand is let go
};

// NotFound for a node or link that the topology lacks, InvalidArgument for shares that do not sum
// to 1 or paths that do not lead from source to destination; both name the field.
absl::StatusOr<PinnedDemand> ReadPin(const rhumb::v1::PinDemandRequest& request,
                                     const Topology& topology);
// A pin as it is kept, which may be of another topology.
absl::StatusOr<PinnedDemand> ReadPin(const rhumb::v1::PinStatus& kept, const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_SETTINGS_PIN_REQUEST_H_

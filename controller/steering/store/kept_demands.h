// The last traffic matrix as the store keeps it: by names, so that another topology can read it.
#ifndef RHUMB_CONTROLLER_STEERING_STORE_KEPT_DEMANDS_H_
#define RHUMB_CONTROLLER_STEERING_STORE_KEPT_DEMANDS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "rhumb/v1/north.pb.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Cheap to copy: written out by the store's thread.
struct KeptDemands {
  std::shared_ptr<const TrafficMatrix> demands;
  Topology topology;  // that its nodes are of
  absl::Time interval_end;
};

// Demands above 0. O(nodes * nodes).
rhumb::v1::KeptTraffic ToProto(const KeptDemands& kept);

// Demands between nodes that `topology` has, too. InvalidArgument when a row or a rate is
// malformed.
absl::StatusOr<TrafficMatrix> ReadKeptDemands(const rhumb::v1::KeptTraffic& kept,
                                              const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_STORE_KEPT_DEMANDS_H_

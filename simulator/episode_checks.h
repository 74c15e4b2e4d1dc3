// What every simulator refuses before it plays: one wording of each fault for all of them.
#ifndef RHUMB_SIMULATOR_EPISODE_CHECKS_H_
#define RHUMB_SIMULATOR_EPISODE_CHECKS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "simulator/network_simulator.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb {

// Smallest socket buffer that is not "as much as the network can have in flight", in bytes.
constexpr int kLeastSocketBuffer = 128 * 1024;

// InvalidArgument unless rates can be scaled by the episode's factor and its TCP share is a share.
absl::Status CheckScaleAndShare(const Episode& episode);

// InvalidArgument unless the matrix is over the topology's nodes and every rate is finite and not
// negative.
absl::Status CheckDemands(const Topology& topology, const TrafficMatrix& demands);

// InvalidArgument unless the interval lasts, its spans are at most a day and not negative, and its
// changes are in order and inside of it. For simulators that play packets, which count every one.
absl::Status CheckSpans(const Interval& interval);

// InvalidArgument unless TCP and UDP flows can be sent with these: bytes of a segment's payload,
// depth of queues, bytes of a socket buffer (0: as many as are needed), pace of UDP flows.
absl::Status CheckTransport(int segment_bytes, absl::Duration buffer, int socket_buffer_bytes,
                            double udp_flow_rate_bps);

// The same network with every link enabled and up: plans that were decided before a failure are
// checked against it, because they go on after it, as they would in a network.
absl::StatusOr<Topology> WithAllLinksUsable(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_EPISODE_CHECKS_H_

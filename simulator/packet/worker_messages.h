// Turns the domain's types into the worker's numbers and back. All scaling happens here.
#ifndef RHUMB_SIMULATOR_PACKET_WORKER_MESSAGES_H_
#define RHUMB_SIMULATOR_PACKET_WORKER_MESSAGES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "simulator/distributions.h"
#include "simulator/measurements.h"
#include "simulator/network_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "worker.pb.h"

namespace rhumb {

// InvalidArgument for what the worker cannot play.
absl::StatusOr<worker::Reset> ToMessage(const Episode& episode,
                                        const PacketSimulatorOptions& options);

// Plans without their path set when it is the one that was sent last, which `sent_paths` remembers.
void ToMessage(const RoutingPlan& plan, std::shared_ptr<const PathSet>* sent_paths,
               worker::Plan* message);
void ToMessage(const TrafficMatrix& demands, double scale, worker::Demands* message);
// States and capacities of the links that `delta` names, as they are in `topology`.
void ToMessage(const Topology& topology, const TopologyDelta& delta, double scale,
               worker::LinkStates* message);

// Internal when the result does not have `num_links` links and `num_pairs` demands.
absl::StatusOr<Measurements> FromMessage(const worker::Result& result, double scale, int num_links,
                                         int num_pairs);
// Internal for histograms of buckets that there are not.
absl::StatusOr<Distributions> DistributionsFromMessage(const worker::Result& result);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_PACKET_WORKER_MESSAGES_H_

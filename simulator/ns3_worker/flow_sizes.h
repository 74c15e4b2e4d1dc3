// SPDX-License-Identifier: GPL-2.0-only
// Sizes of finite flows, by the names of the messages.
#ifndef RHUMB_SIMULATOR_NS3_WORKER_FLOW_SIZES_H_
#define RHUMB_SIMULATOR_NS3_WORKER_FLOW_SIZES_H_

#include <cstdint>

#include "simulator/traffic_model/flow_sizes.h"
#include "worker.pb.h"

namespace rhumb_ns3 {

using rhumb::traffic_model::kMouseBytes;

// True for distributions of finite flows; false where a demand is a stream of packets.
bool HasFlows(rhumb::worker::FlowSizes sizes);

// Mean of the distribution in bytes; 0 where there are no flows.
double MeanFlowBytes(rhumb::worker::FlowSizes sizes);

// Bytes of a flow for a uniform number in [0, 1), by inversion, so that one draw makes one size.
uint64_t FlowBytes(rhumb::worker::FlowSizes sizes, double u);

}  // namespace rhumb_ns3

#endif  // RHUMB_SIMULATOR_NS3_WORKER_FLOW_SIZES_H_

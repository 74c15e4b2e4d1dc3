// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Sizes of finite flows.
#ifndef RHUMB_SIMULATOR_TRAFFIC_MODEL_FLOW_SIZES_H_
#define RHUMB_SIMULATOR_TRAFFIC_MODEL_FLOW_SIZES_H_

#include <cstdint>

namespace rhumb::traffic_model {

enum class FlowSizes {
  kMiceElephants,
  kWebSearch,
  kBoundedPareto,
  kConstantBitRate,
  kPoissonPackets,
  kLongTail
};

// Flows below this are mice, the others elephants.
constexpr uint64_t kMouseBytes = 200'000;

// True for distributions of finite flows; false where a demand is a stream of packets.
bool HasFlows(FlowSizes sizes);

// Mean of the distribution in bytes; 0 where there are no flows.
double MeanFlowBytes(FlowSizes sizes);

// Bytes of a flow for a uniform number in [0, 1), by inversion, so that one draw makes one size.
uint64_t FlowBytes(FlowSizes sizes, double u);

}  // namespace rhumb::traffic_model

#endif  // RHUMB_SIMULATOR_TRAFFIC_MODEL_FLOW_SIZES_H_

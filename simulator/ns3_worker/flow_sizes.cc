// SPDX-License-Identifier: GPL-2.0-only
#include "flow_sizes.h"

namespace rhumb_ns3 {
namespace {

using rhumb::traffic_model::FlowSizes;

FlowSizes FromMessage(rhumb::worker::FlowSizes sizes) {
  switch (sizes) {
    case rhumb::worker::WEB_SEARCH:
      return FlowSizes::kWebSearch;
    case rhumb::worker::BOUNDED_PARETO:
      return FlowSizes::kBoundedPareto;
    case rhumb::worker::CONSTANT_BIT_RATE:
      return FlowSizes::kConstantBitRate;
    case rhumb::worker::POISSON_PACKETS:
      return FlowSizes::kPoissonPackets;
    case rhumb::worker::LONG_TAIL:
      return FlowSizes::kLongTail;
    default:
      return FlowSizes::kMiceElephants;
  }
}

}  // namespace

bool HasFlows(rhumb::worker::FlowSizes sizes) {
  return rhumb::traffic_model::HasFlows(FromMessage(sizes));
}

double MeanFlowBytes(rhumb::worker::FlowSizes sizes) {
  return rhumb::traffic_model::MeanFlowBytes(FromMessage(sizes));
}

uint64_t FlowBytes(rhumb::worker::FlowSizes sizes, double u) {
  return rhumb::traffic_model::FlowBytes(FromMessage(sizes), u);
}

}  // namespace rhumb_ns3

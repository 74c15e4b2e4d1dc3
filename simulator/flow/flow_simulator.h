// Plays plans at flow level: rates instead of packets, queueing formulas instead of queues.
// Microseconds per interval, no randomness. Use simulator/packet/ when transport protocols, flow
// completion times or transients matter.
#ifndef RHUMB_SIMULATOR_FLOW_FLOW_SIMULATOR_H_
#define RHUMB_SIMULATOR_FLOW_FLOW_SIMULATOR_H_

#include <memory>

#include "simulator/flow/flow_solver.h"
#include "simulator/network_simulator.h"

namespace rhumb {

// What it measures, with the formulas in README.md of this folder:
// - `utilization` and `mlu` are those of the plan: demand over capacity before anything is lost, so
// they may exceed 1
//   and compare with an optimum. Offered, carried, loss and delay are those after losses upstream.
// - Changes inside an interval cut it into pieces in which the network is in steady state; rates
// are means over time,
//   losses and delays are weighted by traffic. A path over a dead link delivers nothing until the
//   plan changes.
// - Demand without a usable path is offered and lost, so a plan gains nothing by leaving demands
// out.
// - `p99_delay_s` is over traffic: 99 % of what was delivered travelled on paths with at most this
// mean delay.
// - Warm-up, drain, seed, scale and traffic model of the episode have no meaning here and are
// ignored.
std::unique_ptr<NetworkSimulator> MakeFlowSimulator(FlowSimulatorOptions options = {});

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLOW_FLOW_SIMULATOR_H_

// What it costs to tell an adapter of a plan.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_UPDATE_COST_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_UPDATE_COST_H_

#include <algorithm>
#include <thread>

#include "absl/time/time.h"

namespace rhumb {

// Processor time to write an update and, when the adapter is on the same machine, to read it.
// Measured with tests/benchmark/controller_load (failover, 100 adapters on two cores); see
// controller/serving/RESULTS.md.
constexpr absl::Duration kUpdateCost = absl::Microseconds(80);

// Wall time for every adapter, with all processors at work (CoreOptions::lead_per_adapter).
inline absl::Duration UpdateLead() {
  return kUpdateCost / std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_UPDATE_COST_H_

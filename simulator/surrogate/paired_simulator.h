// Another simulator with the fluid one beside it on the same arrivals: what both measured is what a
// correction is learned from.
#ifndef RHUMB_SIMULATOR_SURROGATE_PAIRED_SIMULATOR_H_
#define RHUMB_SIMULATOR_SURROGATE_PAIRED_SIMULATOR_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/network_simulator.h"
#include "simulator/surrogate/features.h"

namespace rhumb {

struct PairedMeasurements {
  uint64_t seed = 0;  // of the episode
  surrogate::Features features;
  Measurements fluid;  // not corrected
  Measurements truth;
};

// Answers what `truth` measures, and tells `tell` what both did of every interval with finite flows
// that both played; from the thread that calls Play. Errors of `truth`, and of the fluid simulator.
absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakePairedSimulator(
    std::unique_ptr<NetworkSimulator> truth, const FluidSimulatorOptions& options,
    std::function<void(PairedMeasurements)> tell);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_SURROGATE_PAIRED_SIMULATOR_H_

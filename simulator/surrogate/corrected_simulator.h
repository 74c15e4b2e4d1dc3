// The fluid simulator with its learned correction: nearer to ns-3, and with the interval in which
// ns-3 would have measured.
#ifndef RHUMB_SIMULATOR_SURROGATE_CORRECTED_SIMULATOR_H_
#define RHUMB_SIMULATOR_SURROGATE_CORRECTED_SIMULATOR_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/network_simulator.h"
#include "simulator/surrogate/correction.h"

namespace rhumb {

// As MakeFluidSimulator; measurements of finite flows are corrected and carry a prediction. An
// interval in which links, demands or plan change is far from what was learned from. `correction`
// outlives the simulator.
absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeCorrectedFluidSimulator(
    const FluidSimulatorOptions& options,
    const surrogate::Correction& correction = surrogate::ShippedCorrection());

// The same with a correction that changes: it is asked for at every Reset, from the thread that
// calls that, and holds for the episode.
using CorrectionSource = std::function<std::shared_ptr<const surrogate::Correction>()>;
absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeCorrectedFluidSimulator(
    const FluidSimulatorOptions& options, CorrectionSource correction);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_SURROGATE_CORRECTED_SIMULATOR_H_

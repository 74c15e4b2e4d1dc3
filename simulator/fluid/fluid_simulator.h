// Plays plans at the level of packet trains over fluid queues: what the packet simulator measures,
// TCP and flow completion times included, hundreds of times faster and nearly as well.
//
// Use it to train, to search and to compare many plans; use simulator/packet/ for results that are
// reported, simulator/flow/ where only loads matter.
#ifndef RHUMB_SIMULATOR_FLUID_FLUID_SIMULATOR_H_
#define RHUMB_SIMULATOR_FLUID_FLUID_SIMULATOR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "simulator/fluid/fluid_options.h"
#include "simulator/network_simulator.h"

namespace rhumb {

// For the same episode, plans and intervals it meets the same flows as the packet simulator: their
// times, sizes, kinds and paths. Everything in Measurements has the meaning it has there.
// Deterministic, in this process; one simulator is used from one thread at a time.
//
// InvalidArgument for options without meaning. Errors of Reset and Play: InvalidArgument for what
// does not fit, and what went before goes on, unless it was a change inside the interval, which is
// checked before anything is played; FailedPrecondition for Play before Reset.
absl::StatusOr<std::unique_ptr<NetworkSimulator>> MakeFluidSimulator(
    const FluidSimulatorOptions& options);

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_FLUID_FLUID_SIMULATOR_H_

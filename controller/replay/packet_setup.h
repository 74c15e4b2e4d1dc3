// How a replay uses the packet simulator or the fluid one: scale, warm-up, traffic model, and what
// it is going to cost.
#ifndef RHUMB_CONTROLLER_REPLAY_PACKET_SETUP_H_
#define RHUMB_CONTROLLER_REPLAY_PACKET_SETUP_H_

#include "absl/status/statusor.h"
#include "controller/replay/replay_config.h"
#include "controller/replay/replay_engine.h"
#include "controller/replay/replay_input.h"

namespace rhumb {

// Fills in the packet-level part of `engine` and returns what makes simulators. Prints scale, times
// and an estimate of the wall time on stderr. NotFound when ns-3 is asked for and there is no
// worker program; errors of the reference policy.
absl::StatusOr<SimulatorFactory> SetUpPacketSimulator(const ReplayConfig& config,
                                                      const ReplayInput& input,
                                                      ReplayEngineOptions* engine);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_PACKET_SETUP_H_

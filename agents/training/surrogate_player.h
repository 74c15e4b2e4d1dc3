// Plays the episodes that a correction is learned from in ns-3, several at a time.
#ifndef RHUMB_AGENTS_TRAINING_SURROGATE_PLAYER_H_
#define RHUMB_AGENTS_TRAINING_SURROGATE_PLAYER_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "agents/training/surrogate_config.h"
#include "agents/training/surrogate_episodes.h"
#include "agents/training/train_request.h"

namespace rhumb::training {

// Plays networks from truths->size() on until all of the configuration's are there or
// `stop` says so, and appends what ns-3 measured in order. `saved` is called from the calling
// thread after every network that was appended; its error ends the run. A simulator that dies or
// hangs costs its episode: it is played once more and then left out.
absl::Status PlaySurrogateNetworks(const SurrogateConfig& config, int workers,
                                   const PacketSimulatorFactory& make_simulator,
                                   const std::function<bool()>& stop,
                                   const std::function<absl::Status()>& saved,
                                   std::vector<std::vector<SurrogateTruth>>* truths);

// One episode. Errors of the simulator.
absl::StatusOr<Measurements> PlaySurrogateEpisode(const SurrogateEpisode& episode,
                                                  NetworkSimulator* simulator);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_SURROGATE_PLAYER_H_

// Where the episodes of a packet run come from: its seeds, the scenarios they stand for, and the
// simulators that play them.
#ifndef RHUMB_AGENTS_TRAINING_PACKET_EPISODES_H_
#define RHUMB_AGENTS_TRAINING_PACKET_EPISODES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "agents/training/packet_config.h"
#include "agents/training/random.h"
#include "agents/training/rollout_pool.h"
#include "agents/training/train_request.h"
#include "simulator/fluid/fluid_simulator.h"

namespace rhumb::training {

// Streams of random numbers that do not meet: scenarios to learn from are drawn one by one, those
// of validation and test are lists.
Random TrainingSeeds(const PacketConfig& config);
std::vector<uint64_t> ValidationSeeds(const PacketConfig& config);
std::vector<uint64_t> TestSeeds(const PacketConfig& config);

using SimulatorMaker = std::function<absl::StatusOr<std::unique_ptr<NetworkSimulator>>()>;

// `make_packets` is asked at packet level alone.
SimulatorMaker SimulatorsAt(SimulatorLevel level, const PacketSimulatorOptions& options,
                            const PacketSimulatorFactory& make_packets);
// What the two simulators share.
FluidSimulatorOptions FluidOptions(const PacketSimulatorOptions& packets);
// "in ns-3" and its like, for a sentence.
const char* PlayedWhere(SimulatorLevel level);

// Environments that draw a seed's scenario, at the load of validation for the seeds of validation
// and test. They share what the reward's reference measured.
EnvironmentFactory EnvironmentsWith(const PacketConfig& config, SimulatorMaker make_simulator);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_PACKET_EPISODES_H_

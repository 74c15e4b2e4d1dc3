#include "agents/training/packet_episodes.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "agents/training/reference_cache.h"
#include "agents/training/routing_environment.h"
#include "simulator/flow/flow_simulator.h"

namespace rhumb::training {
namespace {

constexpr uint64_t kTrainingStream = 0x5eed1001;
constexpr uint64_t kValidationStream = 0x5eed1002;
constexpr uint64_t kTestStream = 0x5eed1003;

constexpr int kReferences = 500;

std::vector<uint64_t> Seeds(uint64_t stream, int count) {
  Random random(stream);
  std::vector<uint64_t> seeds(count);
  for (uint64_t& seed : seeds) seed = random.Bits();
  return seeds;
}

// Validation and test may be at another load than training.
ScenarioSource MakeSource(const PacketConfig& config) {
  std::unordered_set<uint64_t> measured;
  for (uint64_t seed : ValidationSeeds(config)) measured.insert(seed);
  for (uint64_t seed : TestSeeds(config)) measured.insert(seed);
  ScenarioDraw measured_draw = config.episodes;
  measured_draw.min_load = config.validation_min_load;
  measured_draw.max_load = config.validation_max_load;
  return [draw = config.episodes, measured_draw, measured](uint64_t seed) {
    return DrawScenario(measured.count(seed) > 0 ? measured_draw : draw, seed);
  };
}

}  // namespace

Random TrainingSeeds(const PacketConfig& config) { return Random(config.seed ^ kTrainingStream); }

std::vector<uint64_t> ValidationSeeds(const PacketConfig& config) {
  return Seeds(config.seed ^ kValidationStream, config.validation_scenarios);
}

std::vector<uint64_t> TestSeeds(const PacketConfig& config) {
  return Seeds(config.seed ^ kTestStream, config.test_scenarios);
}

SimulatorMaker SimulatorsAt(SimulatorLevel level, const PacketSimulatorOptions& options,
                            const PacketSimulatorFactory& make_packets) {
  return [level, options, make_packets]() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> {
    switch (level) {
      case SimulatorLevel::kFlow:
        return MakeFlowSimulator();
      case SimulatorLevel::kFluid:
        return MakeFluidSimulator(FluidOptions(options));
      case SimulatorLevel::kPacket:
        break;
    }
    return make_packets(options);
  };
}

FluidSimulatorOptions FluidOptions(const PacketSimulatorOptions& packets) {
  FluidSimulatorOptions options;
  options.segment_bytes = packets.segment_bytes;
  options.buffer = packets.buffer;
  options.udp_flow_rate_bps = packets.udp_flow_rate_bps;
  options.socket_buffer_bytes = packets.socket_buffer_bytes;
  return options;
}

const char* PlayedWhere(SimulatorLevel level) {
  switch (level) {
    case SimulatorLevel::kFlow:
      return "at flow level";
    case SimulatorLevel::kFluid:
      return "over fluid queues";
    case SimulatorLevel::kPacket:
      break;
  }
  return "in ns-3";
}

EnvironmentFactory EnvironmentsWith(const PacketConfig& config, SimulatorMaker make_simulator) {
  const ScenarioSource source = MakeSource(config);
  EnvironmentOptions options = config.environment;
  // Enough for all policies of a test to meet the same reference, and for validations in between.
  options.references = std::make_shared<ReferenceCache>(
      std::max(kReferences, config.test_scenarios + config.validation_scenarios));
  return [source, options, make_simulator]() -> absl::StatusOr<std::unique_ptr<Environment>> {
    auto simulator = make_simulator();
    if (!simulator.ok()) return simulator.status();
    return MakeRoutingEnvironment(*std::move(simulator), source, options);
  };
}

}  // namespace rhumb::training

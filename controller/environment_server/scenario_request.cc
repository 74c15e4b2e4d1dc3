#include "controller/environment_server/scenario_request.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "agents/training/given_network.h"
#include "agents/training/routing_environment.h"
#include "controller/steering/plan/request_error.h"
#include "simulator/flow/flow_simulator.h"
#include "simulator/fluid/fluid_simulator.h"
#include "simulator/packet/packet_simulator.h"
#include "topologies/formats/loader.h"
#include "topologies/formats/proto_conversion.h"
#include "topologies/formats/proto_time.h"
#include "topologies/formats/shipped_data.h"

namespace rhumb {
namespace {

using rhumb::v1::SimulationScenario;
using training::NetworkFamily;
using training::ScenarioDraw;

constexpr int kMaxSteps = 10'000, kMaxHistory = 64, kMaxPathsPerDemand = 32;
constexpr uint32_t kMaxRandomNodes = 200;

// Collects the first fault, so that the checks below read as a list.
class Check {
 public:
  void Fault(absl::string_view field, absl::string_view what) {
    if (status_.ok()) status_ = FieldError(absl::StrCat("scenario.", field), what);
  }
  void Count(absl::string_view field, uint32_t value, int normal, int most, int* result) {
    if (value > static_cast<uint32_t>(most)) {
      Fault(field, absl::StrFormat("is %d; give at most %d, or 0 for %d", value, most, normal));
    }
    *result = value == 0 ? normal : static_cast<int>(value);
  }
  // Not a number is outside of every range.
  void Range(absl::string_view field, double value, double low, double high) {
    if (value >= low && value <= high) return;
    Fault(field, absl::StrFormat("is %g; give a number from %g to %g", value, low, high));
  }
  void Time(absl::string_view field, bool present, const google::protobuf::Duration& message,
            absl::Duration low, absl::Duration high, absl::Duration* result) {
    if (!present) return;
    *result = FromProto(message);
    if (*result >= low && *result <= high) return;
    Fault(field, absl::StrFormat("is %s; give a time from %s to %s", absl::FormatDuration(*result),
                                 absl::FormatDuration(low), absl::FormatDuration(high)));
  }
  const absl::Status& status() const { return status_; }

 private:
  absl::Status status_;
};

TrafficModel::FlowSizes FlowSizesOf(SimulationScenario::FlowSizes sizes) {
  switch (sizes) {
    case SimulationScenario::FLOW_SIZES_WEB_SEARCH:
      return TrafficModel::FlowSizes::kWebSearch;
    case SimulationScenario::FLOW_SIZES_BOUNDED_PARETO:
      return TrafficModel::FlowSizes::kBoundedPareto;
    case SimulationScenario::FLOW_SIZES_LONG_TAIL:
      return TrafficModel::FlowSizes::kLongTail;
    case SimulationScenario::FLOW_SIZES_CONSTANT_BIT_RATE:
      return TrafficModel::FlowSizes::kConstantBitRate;
    case SimulationScenario::FLOW_SIZES_POISSON_PACKETS:
      return TrafficModel::FlowSizes::kPoissonPackets;
    default:
      return TrafficModel::FlowSizes::kMiceElephants;
  }
}

// What random and given networks have in common.
ScenarioDraw CommonDraw(const SimulationScenario& scenario, Check* check) {
  ScenarioDraw draw;
  check->Count("steps", scenario.steps(), 4, kMaxSteps, &draw.steps);
  check->Count("history", scenario.history(), 8, kMaxHistory, &draw.past);
  check->Count("max_paths", scenario.max_paths(), 8, kMaxPathsPerDemand, &draw.candidate_paths);
  if (scenario.has_min_load()) draw.min_load = scenario.min_load();
  if (scenario.has_max_load()) draw.max_load = scenario.max_load();
  check->Range("min_load", draw.min_load, 1e-6, 10);
  check->Range("max_load", draw.max_load, 1e-6, 10);
  if (draw.min_load > draw.max_load) {
    check->Fault("min_load", absl::StrFormat("is %g, above max_load, which is %g", draw.min_load,
                                             draw.max_load));
  }
  for (int i = 0; i < scenario.tcp_shares_size(); ++i) {
    check->Range(absl::StrFormat("tcp_shares[%d]", i), scenario.tcp_shares(i), 0, 1);
  }
  if (scenario.tcp_shares_size() > 0) {
    draw.tcp_shares.assign(scenario.tcp_shares().begin(), scenario.tcp_shares().end());
  }
  if (scenario.flow_sizes_size() > 0) draw.flow_sizes.clear();
  for (int i = 0; i < scenario.flow_sizes_size(); ++i) {
    if (!SimulationScenario::FlowSizes_IsValid(scenario.flow_sizes(i))) {
      check->Fault(absl::StrFormat("flow_sizes[%d]", i),
                   absl::StrFormat("is %d, which is none of FlowSizes", scenario.flow_sizes(i)));
    }
    draw.flow_sizes.push_back(FlowSizesOf(scenario.flow_sizes(i)));
  }
  check->Time("interval", scenario.has_interval(), scenario.interval(), absl::Milliseconds(1),
              absl::Hours(1), &draw.duration);
  check->Time("warm_up", scenario.has_warm_up(), scenario.warm_up(), absl::ZeroDuration(),
              absl::Minutes(10), &draw.warm_up);
  check->Time("drain", scenario.has_drain(), scenario.drain(), absl::ZeroDuration(),
              absl::Minutes(10), &draw.drain);
  const double narrowest = scenario.has_narrowest_bps() ? scenario.narrowest_bps() : 10e6;
  check->Range("narrowest_bps", narrowest, 1e5, 1e11);
  draw.min_narrowest_bps = draw.max_narrowest_bps = narrowest;
  draw.max_hop_packets = 0;
  return draw;
}

training::EnvironmentOptions OptionsOf(const rhumb::v1::Reward& reward, Check* check) {
  training::EnvironmentOptions options;
  options.against_shortest_path = reward.reference() != rhumb::v1::Reward::REFERENCE_NONE;
  if (!rhumb::v1::Reward::Reference_IsValid(reward.reference())) {
    check->Fault("reward.reference",
                 absl::StrFormat("is %d, which is none of Reference", reward.reference()));
  }
  const auto weight = [&](absl::string_view name, bool present, double value, double* result) {
    if (!present) return;
    check->Range(absl::StrCat("reward.", name), value, 0, 1e6);
    *result = value;
  };
  weight("completion", reward.has_completion(), reward.completion(), &options.reward.completion);
  weight("on_time", reward.has_on_time(), reward.on_time(), &options.reward.on_time);
  weight("delay", reward.has_delay(), reward.delay(), &options.reward.delay);
  weight("loss", reward.has_loss(), reward.loss(), &options.reward.loss);
  weight("goodput", reward.has_goodput(), reward.goodput(), &options.reward.goodput);
  return options;
}

void DrawRandomNetworks(const SimulationScenario& scenario, Check* check, ScenarioDraw* draw) {
  const rhumb::v1::RandomNetworks& random = scenario.random();
  draw->networks.families = {NetworkFamily::kWaxman, NetworkFamily::kRingChords,
                             NetworkFamily::kTwoLevel, NetworkFamily::kHeavyTail,
                             NetworkFamily::kGrid};
  if (random.families_size() > 0) draw->networks.families.clear();
  for (int i = 0; i < random.families_size(); ++i) {
    const auto family = training::ParseNetworkFamily(random.families(i));
    if (!family.ok()) {
      check->Fault(absl::StrFormat("random.families[%d]", i), family.status().message());
    } else {
      draw->networks.families.push_back(*family);
    }
  }
  const uint32_t least = random.min_nodes() == 0 ? 5 : random.min_nodes();
  const uint32_t most = random.max_nodes() == 0 ? std::max(least, 20U) : random.max_nodes();
  if (least < 4 || least > most) {
    check->Fault("random.min_nodes",
                 absl::StrFormat("is %d; give at least 4 and at most max_nodes, %d", least, most));
  }
  if (most > kMaxRandomNodes) {
    check->Fault("random.max_nodes",
                 absl::StrFormat("is %d; give at most %d", most, kMaxRandomNodes));
  }
  draw->networks.min_nodes = static_cast<int>(least);
  draw->networks.max_nodes = static_cast<int>(most);
  if (scenario.has_failure_share()) draw->failure_share = scenario.failure_share();
  check->Range("failure_share", draw->failure_share, 0, 1);
  if (scenario.events_size() > 0) {
    check->Fault("events", "need a given network; random ones lose cables by failure_share");
  }
  if (scenario.traffic_case() != SimulationScenario::TRAFFIC_NOT_SET) {
    check->Fault("traffic", "needs a given network; random ones get traffic of many kinds");
  }
}

absl::StatusOr<Topology> TopologyOf(const SimulationScenario& scenario) {
  if (scenario.has_topology()) {
    absl::StatusOr<Topology> topology = FromProto(scenario.topology());
    return topology.ok() ? topology : AboutField("scenario.topology", topology.status());
  }
  // Shipped ones only: a client is not to make the server open files.
  const std::vector<std::string> shipped = ShippedTopologies();
  if (std::find(shipped.begin(), shipped.end(), scenario.topology_name()) == shipped.end()) {
    return FieldError("scenario.topology_name",
                      absl::StrFormat("\"%s\" is not shipped; give one of %s, or send the topology",
                                      scenario.topology_name(), absl::StrJoin(shipped, ", ")));
  }
  auto loaded = LoadTopology(scenario.topology_name());
  if (!loaded.ok()) return loaded.status();
  return std::move(loaded->value);
}

absl::Status AddTraffic(const SimulationScenario& scenario, training::GivenNetwork* network) {
  if (scenario.has_traffic_series()) {
    const absl::StatusOr<TrafficSeries> series = FromProto(scenario.traffic_series());
    if (!series.ok()) return AboutField("scenario.traffic_series", series.status());
    absl::StatusOr<TrafficSeries> placed = series->ForTopology(network->topology);
    if (!placed.ok()) return FieldError("scenario.traffic_series", placed.status().message());
    if (placed->size() == 0) return FieldError("scenario.traffic_series", "has no matrices");
    network->series = *std::move(placed);
    return absl::OkStatus();
  }
  const bool given = !scenario.traffic_generator().empty();
  const std::string text = given ? scenario.traffic_generator() : "gravity:noise=0.2";
  absl::StatusOr<TrafficGeneratorSpec> spec = ParseTrafficGenerator(text);
  if (!spec.ok()) return AboutField("scenario.traffic_generator", spec.status());
  network->generator = *std::move(spec);
  network->same_traffic = text.find("seed=") != std::string::npos;
  return absl::OkStatus();
}

absl::StatusOr<training::GivenNetwork> GivenNetworkOf(const SimulationScenario& scenario,
                                                      const ScenarioLimits& limits) {
  absl::StatusOr<Topology> topology = TopologyOf(scenario);
  if (!topology.ok()) return topology.status();
  if (topology->num_nodes() > limits.nodes) {
    return absl::ResourceExhaustedError(
        absl::StrFormat("scenario.topology: has %d nodes; at most %d are served",
                        topology->num_nodes(), limits.nodes));
  }
  training::GivenNetwork network(*std::move(topology));
  if (absl::Status status = AddTraffic(scenario, &network); !status.ok()) return status;
  for (int i = 0; i < scenario.events_size(); ++i) {
    absl::StatusOr<ScenarioEvent> event = ParseScenarioEvent(scenario.events(i));
    if (!event.ok()) {
      return AboutField(absl::StrFormat("scenario.events[%d]", i), event.status());
    }
    network.events.push_back(*std::move(event));
  }
  return network;
}

// The simulator is chosen once; the worker program is looked up before anything is promised.
absl::StatusOr<std::function<absl::StatusOr<std::unique_ptr<NetworkSimulator>>()>> SimulatorsOf(
    const SimulationScenario& scenario, const ScenarioLimits& limits) {
  switch (scenario.simulator()) {
    case SimulationScenario::SIMULATOR_UNSPECIFIED:
    case SimulationScenario::SIMULATOR_FLOW:
      return
          []() -> absl::StatusOr<std::unique_ptr<NetworkSimulator>> { return MakeFlowSimulator(); };
    case SimulationScenario::SIMULATOR_FLUID:
      return [] { return MakeFluidSimulator({}); };
    case SimulationScenario::SIMULATOR_NS3: {
      absl::StatusOr<std::string> worker = FindWorker();
      if (!worker.ok()) return worker.status();
      PacketSimulatorOptions options;
      options.worker_path = *std::move(worker);
      options.deadline = limits.deadline;
      return [options] { return MakePacketSimulator(options); };
    }
    default:
      return FieldError("scenario.simulator",
                        absl::StrFormat("is %d, which is none of Simulator", scenario.simulator()));
  }
}

}  // namespace

absl::StatusOr<PreparedScenario> PrepareScenario(const SimulationScenario& scenario,
                                                 const ScenarioLimits& limits) {
  Check check;
  ScenarioDraw draw = CommonDraw(scenario, &check);
  const training::EnvironmentOptions options = OptionsOf(scenario.reward(), &check);
  PreparedScenario prepared;
  prepared.history = draw.past;
  prepared.steps = draw.steps;
  training::ScenarioSource source;
  if (scenario.network_case() == SimulationScenario::kRandom ||
      scenario.network_case() == SimulationScenario::NETWORK_NOT_SET) {
    DrawRandomNetworks(scenario, &check, &draw);
    if (!check.status().ok()) return check.status();
    source = [draw](uint64_t seed) { return training::DrawScenario(draw, seed); };
  } else {
    if (scenario.has_failure_share()) {
      check.Fault("failure_share",
                  "needs random networks; give events such as "
                  "\"random-failures:mtbf=4,mttr=2\"");
    }
    if (!check.status().ok()) return check.status();
    absl::StatusOr<training::GivenNetwork> network = GivenNetworkOf(scenario, limits);
    if (!network.ok()) return network.status();
    network->draw = draw;
    prepared.topology = network->topology;
    auto episodes = training::EpisodesOn(*std::move(network), limits.paths);
    if (!episodes.ok()) return AboutField("scenario", episodes.status());
    prepared.paths = episodes->paths;
    source = episodes->source;
  }
  const auto simulators = SimulatorsOf(scenario, limits);
  if (!simulators.ok()) return simulators.status();
  prepared.make = [make_simulator = *simulators, source,
                   options]() -> absl::StatusOr<std::unique_ptr<training::Environment>> {
    auto simulator = make_simulator();
    if (!simulator.ok()) return simulator.status();
    return training::MakeRoutingEnvironment(*std::move(simulator), source, options);
  };
  return prepared;
}

}  // namespace rhumb

#include "controller/replay/packet_setup.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_format.h"
#include "agents/registry/policy_registry.h"
#include "controller/terminal/progress_bar.h"
#include "simulator/packet/packet_simulator.h"
#include "simulator/surrogate/corrected_simulator.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr absl::Duration kMinWarmUp = absl::Seconds(2);
constexpr int kWarmUpRoundTrips = 20;
// Rough cost of TCP over the IP plane, for the estimate only.
constexpr double kHopPacketsPerSecond = 110e3;
constexpr double kHeaderBytes = 52;
constexpr double kFluidSpeed = 200;  // over that
// An episode that takes this many times its estimate hangs; a busy machine makes it several times
// slower.
constexpr double kDeadlineOverEstimate = 50;

TrafficModel::FlowSizes FlowSizesOf(const std::string& name) {
  if (name == "websearch") return TrafficModel::FlowSizes::kWebSearch;
  if (name == "bounded-pareto") return TrafficModel::FlowSizes::kBoundedPareto;
  if (name == "long-tail") return TrafficModel::FlowSizes::kLongTail;
  if (name == "constant") return TrafficModel::FlowSizes::kConstantBitRate;
  if (name == "poisson") return TrafficModel::FlowSizes::kPoissonPackets;
  return TrafficModel::FlowSizes::kMiceElephants;
}

DataPlane DataPlaneOf(const std::string& name) {
  if (name == "udp-fast") return DataPlane::kUdpFast;
  if (name == "global-routing") return DataPlane::kNs3GlobalRouting;
  return DataPlane::kIp;
}

// What shortest path does with an interval: the yardstick for scale, warm-up and cost.
absl::StatusOr<RoutingPlan> ReferencePlan(const ReplayInterval& interval) {
  auto policy = MakePolicy("shortest-path");
  if (!policy.ok()) return policy.status();
  const Observation observation{
      interval.scheduled.topology, {interval.measured}, {}, interval.candidate_paths, {}};
  absl::StatusOr<Decision> decision = (*policy)->Decide(observation);
  if (!decision.ok()) return decision.status();
  return std::move(decision->plan);
}

// Propagation only, of the longest path that carries traffic, there and back.
absl::Duration LongestRoundTrip(const Topology& topology, const RoutingPlan& plan,
                                const TrafficMatrix& demands) {
  absl::Duration longest = absl::ZeroDuration();
  const PathSet& paths = plan.paths();
  for (int p = 0; p < paths.num_paths(); ++p) {
    const NodePair pair = paths.pair(paths.pair_of_path(p));
    if (plan.ratios()[p] == 0 || demands.rate_bps(pair.source, pair.destination) == 0) continue;
    longest = std::max(longest, PropagationDelay(topology, paths.links(p)));
  }
  return 2 * longest;
}

// Wall seconds that an episode takes on an idle core, roughly.
double EstimateEpisodeSeconds(const ReplayConfig& config, const ReplayInterval& interval,
                              const RoutingPlan& plan, const ReplayEngineOptions& engine) {
  double hop_bps = 0;
  const LinkLoads loads = ComputeLinkLoads(interval.scheduled.topology, plan, *interval.measured);
  for (double load : loads.load_bps) hop_bps += load;
  const double packets_per_s =
      hop_bps * engine.scale / (8 * (config.packet.segment_bytes + kHeaderBytes));
  const double simulated_s = absl::ToDoubleSeconds(engine.warm_up + config.packet.measure);
  return packets_per_s * simulated_s / kHopPacketsPerSecond;
}

void PrintPlan(const ReplayConfig& config, const ReplayInput& input,
               const ReplayEngineOptions& engine, double episode_s) {
  const int episodes =
      static_cast<int>(engine.policies.size()) * engine.seeds * input.num_counted();
  std::cerr << absl::StrFormat(
      "%s: %d episodes (%d policies x %d intervals x %d seeds), each with %s of warm-up, %s "
      "measured and at most %s to drain; rates are scaled by %.4g; roughly %s in all\n",
      config.simulator == "fluid" ? "fluid" : "ns-3", episodes, engine.policies.size(),
      input.num_counted(), engine.seeds, absl::FormatDuration(engine.warm_up),
      absl::FormatDuration(config.packet.measure), absl::FormatDuration(engine.drain), engine.scale,
      DescribeSeconds(episodes * episode_s / std::min(engine.jobs, episodes)));
}

}  // namespace

absl::StatusOr<SimulatorFactory> SetUpPacketSimulator(const ReplayConfig& config,
                                                      const ReplayInput& input,
                                                      ReplayEngineOptions* engine) {
  PacketSimulatorOptions options;
  const bool fluid = config.simulator == "fluid";
  if (!fluid) {
    absl::StatusOr<std::string> worker = FindWorker();
    if (!worker.ok()) return worker.status();
    options.worker_path = *std::move(worker);
  }
  options.data_plane = DataPlaneOf(config.packet.data_plane);
  options.segment_bytes = config.packet.segment_bytes;

  const auto read = input.interval(1);
  if (!read.ok()) return read.status();
  const ReplayInterval& first = **read;
  const absl::StatusOr<RoutingPlan> plan = ReferencePlan(first);
  if (!plan.ok()) return plan.status();
  engine->episode_per_interval = !config.packet.continuous;
  engine->traffic.flow_sizes = FlowSizesOf(config.packet.flow_sizes);
  engine->traffic.tcp_share = config.packet.tcp_share;
  engine->scale =
      config.packet.scale.value_or(ChooseScale(first.scheduled.topology, *plan, *first.measured));
  engine->warm_up = config.packet.warm_up.value_or(std::max(
      kMinWarmUp,
      kWarmUpRoundTrips * LongestRoundTrip(first.scheduled.topology, *plan, *first.measured)));
  engine->drain = config.packet.drain;
  if (options.data_plane == DataPlane::kNs3GlobalRouting) {
    std::cerr << "note: with global-routing ns-3 routes by itself, so all policies play alike\n";
  }
  const double episode_s =
      EstimateEpisodeSeconds(config, first, *plan, *engine) / (fluid ? kFluidSpeed : 1);
  PrintPlan(config, input, *engine, episode_s);
  if (fluid) {
    FluidSimulatorOptions fluid_options;
    fluid_options.segment_bytes = config.packet.segment_bytes;
    return SimulatorFactory([fluid_options] { return MakeCorrectedFluidSimulator(fluid_options); });
  }
  options.deadline = std::max(options.deadline, kDeadlineOverEstimate * absl::Seconds(episode_s));
  return SimulatorFactory([options] { return MakePacketSimulator(options); });
}

}  // namespace rhumb

// Runs of the packet simulator that tests judge and the validation program prints.
#ifndef RHUMB_TESTS_SIMULATOR_PACKET_SCENARIOS_H_
#define RHUMB_TESTS_SIMULATOR_PACKET_SCENARIOS_H_

#include <memory>
#include <utility>
#include <vector>

#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::testing {

constexpr double kRateBps = 100e6;
constexpr double kMeanPacketBytes = 1000;
constexpr double kServiceS = 8 * kMeanPacketBytes / kRateBps;

// One cable of 100 Mbit/s without delay; Poisson packets of exponential size load it by `load`.
inline Measurements OneLink(double load, int waiting_room, DataPlane plane = DataPlane::kUdpFast) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, kRateBps, absl::ZeroDuration());
  const Topology topology = Topology::Create("link", NamedNodes(2), std::move(links)).value();
  PacketSimulatorOptions options;
  options.data_plane = plane;
  options.segment_bytes = static_cast<int>(kMeanPacketBytes) - 52;
  options.buffer_packets = waiting_room;
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
  const TrafficModel poisson{TrafficModel::FlowSizes::kPoissonPackets, 0};
  if (!simulator->Reset({topology, poisson, 11, 1}).ok()) return {};
  Interval interval;
  interval.demands = TrafficMatrix(2);
  interval.demands.set_rate_bps(0, 1, load * kRateBps);
  interval.warm_up = absl::Seconds(5);
  interval.duration = absl::Seconds(300);
  return simulator->Play(ShortestPathPlan(topology, LinkMetric::kHops), interval).value();
}

inline constexpr TrafficModel kStreams{TrafficModel::FlowSizes::kConstantBitRate, 0};

// Splits every demand over up to three candidate paths, 5 : 3 : 2.
inline RoutingPlan SplitPlan(const Topology& topology) {
  CandidatePathOptions options;
  options.max_paths = 3;
  const std::shared_ptr<const PathSet> paths =
      CandidatePaths::Compute(topology, {}, options).value().paths();
  constexpr double kWeights[] = {0.5, 0.3, 0.2};
  std::vector<double> ratios(paths->num_paths());
  for (int pair = 0; pair < paths->num_pairs(); ++pair) {
    const PathSet::Range range = paths->paths_of(pair);
    double sum = 0;
    for (int i = 0; i < range.size(); ++i) sum += kWeights[i];
    for (int i = 0; i < range.size(); ++i) ratios[range.begin + i] = kWeights[i] / sum;
  }
  return RoutingPlan(paths, std::move(ratios), topology.version());
}

inline Measurements PlayStreams(const Topology& topology, const RoutingPlan& plan,
                                const TrafficMatrix& demands, DataPlane plane,
                                absl::Duration duration) {
  PacketSimulatorOptions options;
  options.data_plane = plane;
  std::unique_ptr<NetworkSimulator> simulator = MakePacketSimulator(options).value();
  const double scale = ChooseScale(topology, plan, demands);
  if (!simulator->Reset({topology, kStreams, 3, scale}).ok()) return {};
  Interval interval;
  interval.demands = demands;
  interval.warm_up = absl::Seconds(1);
  interval.duration = duration;
  return simulator->Play(plan, interval).value();
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SIMULATOR_PACKET_SCENARIOS_H_

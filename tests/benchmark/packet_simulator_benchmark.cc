// Speed of the packet simulator, on one core and in CPU time, beside plain ns-3 with its defaults
// on the same traffic in the same run. Prints medians over the repetitions:
//
//   packet_simulator_benchmark [REPETITIONS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "simulator/packet/packet_simulator.h"
#include "tests/networks.h"
#include "tests/simulator/packet/plans.h"

namespace rhumb {
namespace {

using Clock = std::chrono::steady_clock;

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <typename T>
T Must(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::fprintf(stderr, "%s\n", value.status().ToString().c_str());
    std::exit(1);
  }
  return *std::move(value);
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

// A ring with random chords; every link has 5 ms.
Topology Ring(int nodes, int cables, double capacity_bps = 10e6) {
  std::mt19937 random(7);
  std::set<std::pair<int, int>> chosen;
  for (int i = 0; i < nodes; ++i) chosen.insert(std::minmax(i, (i + 1) % nodes));
  while (static_cast<int>(chosen.size()) < cables) {
    const int a = static_cast<int>(random() % nodes), b = static_cast<int>(random() % nodes);
    if (a != b) chosen.insert(std::minmax(a, b));
  }
  std::vector<Link> links;
  for (const auto& [a, b] : chosen) {
    testing::AddCable(&links, a, b, capacity_bps, absl::Milliseconds(5));
  }
  return Must(Topology::Create("ring", testing::NamedNodes(nodes), std::move(links)));
}

TrafficMatrix AllPairs(int nodes, double rate_bps) {
  TrafficMatrix demands(nodes);
  for (NodeId a = 0; a < nodes; ++a) {
    for (NodeId b = 0; b < nodes; ++b) {
      if (a != b) demands.set_rate_bps(a, b, rate_bps);
    }
  }
  return demands;
}

struct Speed {
  double hop_packets_per_s = 0;
  double hop_packets = 0;
};

Speed Run(DataPlane plane, const Topology& topology, const RoutingPlan& plan,
          const TrafficMatrix& demands, TrafficModel traffic,
          absl::Duration duration = absl::Seconds(10)) {
  PacketSimulatorOptions options;
  options.data_plane = plane;
  options.segment_bytes = 976;  // 1,028 bytes on the wire
  std::unique_ptr<NetworkSimulator> simulator = Must(MakePacketSimulator(options));
  Must(simulator->Reset({topology, traffic, 1, 1}));
  Interval interval;
  interval.demands = demands;
  interval.duration = duration;
  const Measurements measured = Must(simulator->Play(plan, interval));
  return {static_cast<double>(measured.cost.hop_packets) / measured.cost.cpu_s,
          static_cast<double>(measured.cost.hop_packets)};
}

void CompareWithPlainNs3(int repetitions) {
  const Topology topology = Ring(20, 32);
  const RoutingPlan plan = testing::ShortestPathPlan(topology, LinkMetric::kHops);
  const TrafficMatrix demands = AllPairs(20, 0.32e6);
  const TrafficModel streams{TrafficModel::FlowSizes::kConstantBitRate, 0};
  const std::pair<const char*, DataPlane> planes[] = {
      {"ns-3, global routing, its defaults", DataPlane::kNs3Defaults},
      {"ns-3, global routing, FIFO only", DataPlane::kNs3GlobalRouting},
      {"ip", DataPlane::kIp},
      {"udp-fast", DataPlane::kUdpFast}};
  std::vector<std::vector<double>> speeds(4), ratios(4);
  double hops[4] = {};
  for (int i = 0; i < repetitions; ++i) {
    for (int plane = 0; plane < 4; ++plane) {
      const Speed speed = Run(planes[plane].second, topology, plan, demands, streams);
      speeds[plane].push_back(speed.hop_packets_per_s);
      ratios[plane].push_back(speed.hop_packets_per_s / speeds[0].back());
      hops[plane] = speed.hop_packets;
    }
  }
  std::printf("20 nodes, 32 cables, 380 UDP streams, 10 s, %d repetitions\n", repetitions);
  std::printf("%-36s %12s %18s %8s\n", "", "hop-packets", "per CPU second", "ratio");
  for (int plane = 0; plane < 4; ++plane) {
    std::printf("%-36s %12.0f %18.0f %7.2fx\n", planes[plane].first, hops[plane],
                Median(speeds[plane]), Median(ratios[plane]));
  }
}

void CompareTcp(const char* name, const Topology& topology, const TrafficMatrix& demands,
                TrafficModel::FlowSizes sizes, absl::Duration duration, int repetitions) {
  const RoutingPlan plan = testing::ShortestPathPlan(topology, LinkMetric::kHops);
  const auto run = [&](DataPlane plane) {
    return Run(plane, topology, plan, demands, {sizes, 1}, duration).hop_packets_per_s;
  };
  std::vector<double> plain, label, ratios;
  for (int i = 0; i < repetitions; ++i) {
    plain.push_back(run(DataPlane::kNs3Defaults));
    label.push_back(run(DataPlane::kIp));
    ratios.push_back(label.back() / plain.back());
  }
  std::printf("%-36s %12.0f %18.0f %7.2fx\n", name, Median(plain), Median(label), Median(ratios));
}

void CompareTcp(int repetitions) {
  std::printf("\nTCP, hop-packets per CPU second\n");
  std::printf("%-36s %12s %18s %8s\n", "", "plain ns-3", "ip", "ratio");
  CompareTcp("the same network, mice-elephants", Ring(20, 32), AllPairs(20, 0.16e6),
             TrafficModel::FlowSizes::kMiceElephants, absl::Seconds(10), repetitions);
  // 16,000 flows a second, as in the heaviest scenarios of PackeRL.
  CompareTcp("8 nodes, 200 Mbit/s, long-tail", Ring(8, 12, 200e6), AllPairs(8, 60e6),
             TrafficModel::FlowSizes::kLongTail, absl::Milliseconds(500), repetitions);
}

void ResetAndExchange(int repetitions) {
  const Topology topology = Ring(11, 14);
  const RoutingPlan plan = testing::ShortestPathPlan(topology, LinkMetric::kHops);
  std::printf("\n11 nodes, 14 cables, 110 demands\n");
  for (const auto& [name, plane] :
       {std::pair("ip", DataPlane::kIp), std::pair("udp-fast", DataPlane::kUdpFast)}) {
    PacketSimulatorOptions options;
    options.data_plane = plane;
    std::unique_ptr<NetworkSimulator> simulator = Must(MakePacketSimulator(options));
    const Episode episode{topology, {TrafficModel::FlowSizes::kConstantBitRate, 0}, 1, 1};
    Must(simulator->Reset(episode));
    Interval interval;
    interval.demands = AllPairs(11, 0.1e6);
    interval.duration = absl::Milliseconds(20);
    std::vector<double> resets, exchanges;
    {
      std::unique_ptr<NetworkSimulator> resetting = Must(MakePacketSimulator(options));
      Must(resetting->Reset(episode));  // starts the worker
      for (int i = 0; i < 100 * repetitions; ++i) Must(resetting->Reset(episode));
    }
    for (int i = 0; i < 40 * repetitions; ++i) {
      const auto start = Clock::now();
      Must(simulator->Reset(episode));
      resets.push_back(std::chrono::duration<double>(Clock::now() - start).count());
      Must(simulator->Play(plan, interval));  // brings the path set over
      for (int k = 0; k < 5; ++k) {
        const auto before = Clock::now();
        const Measurements measured = Must(simulator->Play(plan, interval));
        exchanges.push_back(std::chrono::duration<double>(Clock::now() - before).count() -
                            measured.cost.wall_s);
      }
    }
    std::printf("%-10s reset %8.3f ms   exchange over the simulation itself %7.1f us\n", name,
                1e3 * Median(resets), 1e6 * Median(exchanges));
  }
}

}  // namespace
}  // namespace rhumb

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  rhumb::CompareWithPlainNs3(repetitions);
  rhumb::CompareTcp(repetitions);
  rhumb::ResetAndExchange(repetitions);
  return 0;
}

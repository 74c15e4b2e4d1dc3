// How far packet-level results are from queueing theory and from the plan's own link loads. Prints
// what simulator/packet/RESULTS.md quotes.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "tests/simulator/packet/scenarios.h"
#include "topologies/formats/loader.h"

namespace rhumb {
namespace {

void PrintQueues() {
  std::printf("%-28s %12s %12s %10s\n", "one link", "theory", "measured", "deviation");
  for (const double load : {0.3, 0.6, 0.8}) {
    const double wait_s = load / (1 - load) * testing::kServiceS;
    const double measured_s = testing::OneLink(load, 1000000).links[0].queueing_delay_s;
    std::printf("M/M/1 wait at %.2f, us %19.2f %12.2f %9.2f%%\n", load, 1e6 * wait_s,
                1e6 * measured_s, 100 * (measured_s / wait_s - 1));
  }
  constexpr int kPlaces = 11;
  for (const double load : {0.78, 1.04}) {
    double norm = 0, number = 0;
    for (int n = 0; n <= kPlaces; ++n) norm += std::pow(load, n);
    for (int n = 0; n <= kPlaces; ++n) number += n * std::pow(load, n) / norm;
    const double loss = std::pow(load, kPlaces) / norm;
    const double wait_s = number / (load / testing::kServiceS * (1 - loss)) - testing::kServiceS;
    const LinkMeasurement link = testing::OneLink(load, kPlaces - 1).links[0];
    std::printf("M/M/1/11 wait at %.2f, us %16.2f %12.2f %9.2f%%\n", load, 1e6 * wait_s,
                1e6 * link.queueing_delay_s, 100 * (link.queueing_delay_s / wait_s - 1));
    std::printf("M/M/1/11 loss at %.2f %20.5f %12.5f %9.2f%%\n", load, loss, link.loss_ratio,
                100 * (link.loss_ratio / loss - 1));
  }
}

bool PrintBackbones() {
  std::printf(
      "\nlink utilization at 30 %% load against the plan, UDP streams split over 3 paths\n");
  std::printf("%-18s %6s %22s\n", "", "links", "largest deviation");
  for (const char* name :
       {"abilene", "b4", "nsfnet", "geant", "esnet5-backbone", "esnet6-backbone"}) {
    const auto loaded = LoadTopology(name, {});
    if (!loaded.ok()) {
      std::fprintf(stderr, "%s\n", loaded.status().ToString().c_str());
      return false;
    }
    const Topology& topology = loaded->value;
    const RoutingPlan plan = testing::SplitPlan(topology);
    TrafficMatrix demands = testing::RandomTraffic(7, topology.num_nodes());
    const LinkLoads unit = ComputeLinkLoads(topology, plan, demands);
    demands = demands.Scaled(0.3 / MaxLinkUtilization(topology, unit.load_bps));
    const LinkLoads expected = ComputeLinkLoads(topology, plan, demands);
    for (const DataPlane plane : {DataPlane::kUdpFast, DataPlane::kIp}) {
      const Measurements measured = testing::PlayStreams(
          topology, plan, demands, plane, absl::Seconds(plane == DataPlane::kIp ? 15 : 60));
      double largest = 0;
      for (LinkId id = 0; id < topology.num_links(); ++id) {
        if (expected.load_bps[id] <= 0) continue;
        const double utilization = expected.load_bps[id] / topology.link(id).capacity_bps;
        largest = std::max(largest, std::abs(measured.links[id].utilization / utilization - 1));
      }
      std::printf("%-18s %6d %12.2f%% on %s\n", name, topology.num_links(), 100 * largest,
                  plane == DataPlane::kIp ? "ip" : "udp-fast");
    }
  }
  return true;
}

}  // namespace
}  // namespace rhumb

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  rhumb::PrintQueues();
  return rhumb::PrintBackbones() ? 0 : 1;
}

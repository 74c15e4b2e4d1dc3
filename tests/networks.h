// Small networks drawn in code, for tests.
#ifndef RHUMB_TESTS_NETWORKS_H_
#define RHUMB_TESTS_NETWORKS_H_

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "topologies/topology.h"
#include "topologies/traffic_matrix.h"

namespace rhumb::testing {

constexpr double kGigabit = 1e9;

inline void AddCable(std::vector<Link>* links, NodeId a, NodeId b, double capacity_bps,
                     absl::Duration delay = absl::Milliseconds(1), double metric = 1) {
  for (auto [source, destination] : {std::pair(a, b), std::pair(b, a)}) {
    Link link;
    link.source = source;
    link.destination = destination;
    link.capacity_bps = capacity_bps;
    link.propagation_delay = delay;
    link.igp_metric = metric;
    links->push_back(link);
  }
}

inline std::vector<Node> NamedNodes(int count) {
  std::vector<Node> nodes(count);
  for (int i = 0; i < count; ++i) {
    nodes[i].name = count <= 26 ? std::string(1, static_cast<char>('A' + i)) : absl::StrCat("N", i);
  }
  return nodes;
}

// A-B-D and A-C-D, 1 Gbit/s and 1 ms each.
inline Topology Diamond() {
  std::vector<Link> links;
  AddCable(&links, 0, 1, kGigabit);
  AddCable(&links, 1, 3, kGigabit);
  AddCable(&links, 0, 2, kGigabit);
  AddCable(&links, 2, 3, kGigabit);
  return Topology::Create("diamond", NamedNodes(4), std::move(links)).value();
}

// A-B-C-..., 1 Gbit/s and 1 ms each.
inline Topology Line(int nodes) {
  std::vector<Link> links;
  for (int i = 0; i + 1 < nodes; ++i) AddCable(&links, i, i + 1, kGigabit);
  return Topology::Create("line", NamedNodes(nodes), std::move(links)).value();
}

// A ring with random chords (a third as many as nodes), capacities of 1, 2.5 or 10 Gbit/s, metrics
// of 1 to 10.
inline Topology RandomConnected(unsigned seed, int nodes) {
  std::mt19937 random(seed);
  auto draw = [&](int n) { return static_cast<int>(random() % n); };
  constexpr double kCapacities[] = {1e9, 2.5e9, 10e9};
  std::vector<Link> links;
  auto cable = [&](NodeId a, NodeId b) {
    const double capacity = kCapacities[draw(3)];
    const absl::Duration delay = absl::Milliseconds(1 + draw(10));
    const double metric = 1 + draw(10);
    AddCable(&links, a, b, capacity, delay, metric);
  };
  for (int i = 0; i < nodes; ++i) cable(i, (i + 1) % nodes);
  for (int i = 0; i < nodes / 3; ++i) {
    const NodeId a = draw(nodes), b = draw(nodes);
    if (a != b) cable(a, b);
  }
  return Topology::Create(absl::StrCat("random-", seed), NamedNodes(nodes), std::move(links))
      .value();
}

// Uniform random rates in [0, 100) Mbit/s between all pairs.
inline TrafficMatrix RandomTraffic(unsigned seed, int nodes) {
  std::mt19937 random(seed);
  TrafficMatrix traffic(nodes);
  for (NodeId s = 0; s < nodes; ++s) {
    for (NodeId d = 0; d < nodes; ++d) {
      if (s != d) traffic.set_rate_bps(s, d, 1e8 * (random() / 4294967296.0));
    }
  }
  return traffic;
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_NETWORKS_H_

// Plans for the networks of tests/networks.h.
#ifndef RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_
#define RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_

#include <memory>
#include <utility>
#include <vector>

#include "topologies/path_set.h"
#include "topologies/paths/shortest_paths.h"
#include "topologies/routing_plan.h"
#include "topologies/topology.h"

namespace rhumb::testing {

// A to D and back over Diamond(): `over_b` of it by way of B, the rest by way of C.
inline RoutingPlan DiamondPlan(double over_b) {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  builder.AddPair(3, 0).AddPath({3, 1}).AddPath({7, 5});
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                     {over_b, 1 - over_b, over_b, 1 - over_b}, 1);
}

// Every pair on its one shortest path; pairs that are not connected have none.
inline RoutingPlan ShortestPathPlan(const Topology& topology, LinkMetric metric) {
  const std::vector<double> weights = LinkWeights(topology, metric);
  PathSet::Builder builder;
  std::vector<double> ratios;
  for (NodeId source = 0; source < topology.num_nodes(); ++source) {
    const ShortestPathTree tree(topology, weights, source);
    for (NodeId destination = 0; destination < topology.num_nodes(); ++destination) {
      if (source == destination) continue;
      builder.AddPair(source, destination);
      if (!tree.reaches(destination)) continue;
      builder.AddPath(tree.PathOf(destination));
      ratios.push_back(1);
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     topology.version());
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_SIMULATOR_PACKET_PLANS_H_

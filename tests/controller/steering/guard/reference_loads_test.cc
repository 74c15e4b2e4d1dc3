#include "controller/steering/guard/reference_loads.h"

#include <gtest/gtest.h>

#include <random>

#include "controller/steering/guard/references.h"
#include "tests/networks.h"
#include "topologies/routing_plan.h"

namespace rhumb {
namespace {

// The plans themselves, and their loads, are another way to the same numbers.
TEST(ReferenceLoadsTest, AreThoseOfThePlansWithLinksDownAndDemandsPinned) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    IgpTrees trees;
    std::mt19937 random(seed);
    const int nodes = 3 + static_cast<int>(seed % 8);
    const Topology whole = testing::RandomConnected(seed, nodes);
    TopologyDelta delta;
    for (LinkId l = 0; l < whole.num_links(); ++l) {
      if (random() % 5 > 0) continue;
      LinkChange change;
      change.link = l;
      change.operational_state = OperationalState::kDown;
      delta.push_back(change);
    }
    const Topology topology = whole.Apply(delta).value();
    const TrafficMatrix demands = testing::RandomTraffic(seed, nodes);
    Pins pins;
    for (int i = 0; i < 2; ++i) {
      const LinkId l = static_cast<LinkId>(random() % topology.num_links());
      pins[{topology.link(l).source, topology.link(l).destination}] = Pin{{Path{l}}, {1.0}};
    }
    References references;
    const References::Plans& plans = references.On(topology, pins);
    const auto mlu = [&](const RoutingPlan& plan) {
      return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
    };
    // With trees of another state of the network too.
    for (const Topology* before : {&topology, &whole}) {
      trees.SetTopology(*before);
      MluOfReferences(*before, demands, pins, &trees);
      trees.SetTopology(topology);
      const ReferenceMlu loads = MluOfReferences(topology, demands, pins, &trees);
      EXPECT_NEAR(loads.shortest_path, mlu(plans.shortest_path), 1e-9) << seed;
      EXPECT_NEAR(loads.ecmp, mlu(plans.ecmp), 1e-9) << seed;
    }
  }
}

}  // namespace
}  // namespace rhumb

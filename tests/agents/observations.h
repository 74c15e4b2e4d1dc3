// What tests of policies share: observations, damaged networks and the check that a plan routes
// what it must.
#ifndef RHUMB_TESTS_AGENTS_OBSERVATIONS_H_
#define RHUMB_TESTS_AGENTS_OBSERVATIONS_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "agents/routing_policy.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb::testing {

inline std::shared_ptr<const PathSet> CandidatesFor(const Topology& topology) {
  CandidatePathOptions options;
  options.threads = 1;
  return CandidatePaths::Compute(topology, {}, options).value().paths();
}

inline Observation Observe(const Topology& topology, std::vector<TrafficMatrix> past = {}) {
  Observation observation{topology, {}, {}, CandidatesFor(topology), std::nullopt};
  for (TrafficMatrix& demands : past) {
    observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(std::move(demands)));
  }
  return observation;
}

// A random network in which some links are down, some drained, and some cables have a parallel one.
inline Topology DamagedNetwork(unsigned seed, int nodes) {
  const Topology whole = RandomConnected(seed, nodes);
  std::vector<Link> links(whole.links().begin(), whole.links().end());
  for (Link& link : links) link.name.clear();
  std::mt19937 random(seed + 1000);
  for (int i = 0; i < 2; ++i) {
    const size_t twin = 2 * (random() % (whole.num_links() / 2));
    for (size_t l : {twin, twin + 1}) links.push_back(links[l]);
  }
  Topology topology =
      Topology::Create("damaged", {whole.nodes().begin(), whole.nodes().end()}, links).value();
  TopologyDelta delta;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    LinkChange change;
    change.link = l;
    const unsigned draw = random() % 8;
    if (draw == 0) change.operational_state = OperationalState::kDown;
    if (draw == 1) change.administrative_state = AdministrativeState::kDrained;
    delta.push_back(change);
  }
  return topology.Apply(delta).value();
}

// Valid, and routes exactly the pairs that usable links connect.
inline void ExpectRoutesEveryConnectedPair(const Topology& topology, const RoutingPlan& plan) {
  const absl::Status valid = plan.Validate(topology);
  ASSERT_TRUE(valid.ok()) << valid;
  EXPECT_EQ(plan.topology_version(), topology.version());
  const std::vector<double> hops = LinkWeights(topology, LinkMetric::kHops);
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    const ShortestPathTree tree(topology, hops, s);
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s == d) continue;
      const std::optional<int> pair = plan.paths().Find(s, d);
      double routed = 0;
      if (pair) {
        const PathSet::Range range = plan.paths().paths_of(*pair);
        for (int p = range.begin; p < range.end; ++p) routed += plan.ratios()[p];
      }
      EXPECT_NEAR(routed, tree.reaches(d) ? 1 : 0, 1e-6)
          << topology.node(s).name << ">" << topology.node(d).name;
    }
  }
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_AGENTS_OBSERVATIONS_H_

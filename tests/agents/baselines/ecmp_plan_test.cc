#include "agents/baselines/ecmp_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::AddCable;
using testing::Diamond;
using testing::NamedNodes;
using testing::RandomConnected;
using testing::RandomTraffic;

// Link loads of hop-by-hop forwarding, computed without any path: Bellman-Ford distances to each
// destination, then every node passes on what it has, farthest first, in equal parts over all links
// that lie on a shortest path.
std::vector<double> ForwardHopByHop(const Topology& topology, LinkMetric metric,
                                    const TrafficMatrix& demands) {
  const int nodes = topology.num_nodes();
  const std::vector<double> weight = LinkWeights(topology, metric);
  std::vector<double> load(topology.num_links(), 0.0);
  for (NodeId t = 0; t < nodes; ++t) {
    std::vector<double> distance(nodes, std::numeric_limits<double>::infinity());
    distance[t] = 0;
    for (int round = 0; round < nodes; ++round) {
      for (LinkId l = 0; l < topology.num_links(); ++l) {
        const Link& link = topology.link(l);
        distance[link.source] =
            std::min(distance[link.source], weight[l] + distance[link.destination]);
      }
    }
    std::vector<NodeId> farthest_first(nodes);
    std::iota(farthest_first.begin(), farthest_first.end(), 0);
    std::sort(farthest_first.begin(), farthest_first.end(),
              [&](NodeId a, NodeId b) { return distance[a] > distance[b]; });
    std::vector<double> here(nodes);
    for (NodeId s = 0; s < nodes; ++s) here[s] = demands.rate_bps(s, t);
    for (NodeId v : farthest_first) {
      if (v == t || std::isinf(distance[v])) continue;
      std::vector<LinkId> next;
      for (LinkId l : topology.out_links(v)) {
        const double through = weight[l] + distance[topology.link(l).destination];
        if (through <= distance[v] * (1 + 1e-9)) next.push_back(l);
      }
      for (LinkId l : next) {
        load[l] += here[v] / static_cast<double>(next.size());
        here[topology.link(l).destination] += here[v] / static_cast<double>(next.size());
      }
    }
  }
  return load;
}

void ExpectLoadsOfHopByHopForwarding(const Topology& topology, LinkMetric metric,
                                     const TrafficMatrix& demands) {
  const RoutingPlan plan = EcmpPlan(topology, metric);
  ASSERT_TRUE(plan.Validate(topology).ok()) << plan.Validate(topology);
  const std::vector<double> expected = ForwardHopByHop(topology, metric, demands);
  const LinkLoads loads = ComputeLinkLoads(topology, plan, demands);
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    EXPECT_NEAR(loads.load_bps[l], expected[l], 1e-9 * demands.total_bps()) << l;
  }
}

// `side` x `side` routers; corner to corner there are binomial(2 side - 2, side - 1) shortest
// paths.
Topology Grid(int side) {
  std::vector<Link> links;
  for (int row = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column) {
      const NodeId at = row * side + column;
      if (column + 1 < side) AddCable(&links, at, at + 1, 1e9);
      if (row + 1 < side) AddCable(&links, at, at + side, 1e9);
    }
  }
  return Topology::Create("grid", NamedNodes(side * side), links).value();
}

TEST(EcmpPlanTest, LoadsLinksAsHopByHopForwardingDoesOnRandomNetworks) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(seed);
    const int nodes = 3 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    for (LinkMetric metric :
         {LinkMetric::kIgp, LinkMetric::kHops, LinkMetric::kDelay, LinkMetric::kInverseCapacity}) {
      ExpectLoadsOfHopByHopForwarding(topology, metric, RandomTraffic(seed, nodes));
    }
  }
}

TEST(EcmpPlanTest, SplitsAtEveryHopAndNotOverPaths) {
  // A reaches D over B (two parallel links to D) or C (one link): C's path carries a half, not a
  // third.
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9);
  AddCable(&links, 1, 3, 1e9);
  AddCable(&links, 1, 3, 1e9);
  AddCable(&links, 0, 2, 1e9);
  AddCable(&links, 2, 3, 1e9);
  const Topology topology = Topology::Create("t", NamedNodes(4), links).value();

  const RoutingPlan plan = EcmpPlan(topology, LinkMetric::kHops);

  const PathSet::Range range = plan.paths().paths_of(*plan.paths().Find(0, 3));
  ASSERT_EQ(range.size(), 3);
  EXPECT_EQ(plan.ratios()[range.begin], 0.25);
  EXPECT_EQ(plan.ratios()[range.begin + 1], 0.25);
  EXPECT_EQ(plan.ratios()[range.begin + 2], 0.5);
}

TEST(EcmpPlanTest, StaysExactWhereEqualCostPathsAreTooManyToList) {
  const Topology grid = Grid(8);  // 3,432 paths from corner to corner
  const RoutingPlan plan = EcmpPlan(grid, LinkMetric::kHops);

  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    EXPECT_LE(plan.paths().paths_of(i).size(), grid.num_links());
  }
  ExpectLoadsOfHopByHopForwarding(grid, LinkMetric::kHops, RandomTraffic(1, 64));
  TrafficMatrix corner_to_corner(64);
  corner_to_corner.set_rate_bps(0, 63, 1e9);
  ExpectLoadsOfHopByHopForwarding(grid, LinkMetric::kHops, corner_to_corner);
}

TEST(EcmpPlanTest, FollowsTheMetric) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9, absl::Milliseconds(9), 5);
  AddCable(&links, 0, 2, 10e9, absl::Milliseconds(1), 2);
  AddCable(&links, 2, 1, 10e9, absl::Milliseconds(1), 2);
  const Topology topology = Topology::Create("t", NamedNodes(3), links).value();
  auto hops_from_a_to_b = [&](LinkMetric metric) {
    const RoutingPlan plan = EcmpPlan(topology, metric);
    return plan.paths().links(plan.paths().paths_of(*plan.paths().Find(0, 1)).begin).size();
  };

  EXPECT_EQ(hops_from_a_to_b(LinkMetric::kHops), 1u);
  EXPECT_EQ(hops_from_a_to_b(LinkMetric::kIgp), 2u);
  EXPECT_EQ(hops_from_a_to_b(LinkMetric::kDelay), 2u);
  EXPECT_EQ(hops_from_a_to_b(LinkMetric::kInverseCapacity), 2u);
}

}  // namespace
}  // namespace rhumb

// What an operator sees of the agent's plans: traffic stays, fast paths, few paths, and room for
// what was not measured.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agents/neural/neural_policy.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb::neural {
namespace {

using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

Decision Decide(const std::string& options, const Observation& observation) {
  const auto policy = NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions(options)).value();
  return policy->Decide(observation).value();
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// Traffic times propagation delay, in bit.
double DelayOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  double sum = 0;
  for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) {
    const NodePair ends = plan.paths().pair(pair);
    for (int p = plan.paths().paths_of(pair).begin; p < plan.paths().paths_of(pair).end; ++p) {
      for (const LinkId link : plan.paths().links(p)) {
        sum += demands.rate_bps(ends.source, ends.destination) * plan.ratios()[p] *
               absl::ToDoubleSeconds(topology.link(link).propagation_delay);
      }
    }
  }
  return sum;
}

std::vector<double> SharesOf(const RoutingPlan& plan, int pair) {
  std::vector<double> shares;
  for (int p = plan.paths().paths_of(pair).begin; p < plan.paths().paths_of(pair).end; ++p) {
    if (plan.ratios()[p] > 0) shares.push_back(plan.ratios()[p]);
  }
  return shares;
}

TEST(PlanSettlingTest, GivesUpNothingOfTheMluOfTrafficThatDoesNotMove) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const int nodes = 6 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const TrafficMatrix demands = RandomTraffic(seed, nodes);
    const Observation observation = Observe(topology, {demands});
    const Decision bare = Decide("default,guard=off,settle=off", observation);
    const Decision settled = Decide("default,guard=off", observation);
    EXPECT_LE(MluOf(topology, settled.plan, demands), MluOf(topology, bare.plan, demands) * 1.003)
        << seed;
    EXPECT_LE(DelayOf(topology, settled.plan, demands),
              DelayOf(topology, bare.plan, demands) * 1.001)
        << seed;
  }
}

// A-B-D and A-C-D are alike, and D-E, whose demand alone decides the MLU, leaves room on both.
TEST(PlanSettlingTest, LeavesTrafficWhereItIsAsLongAsThatIsAsGood) {
  std::vector<Link> links;
  for (const auto& [a, b] : {std::pair(0, 1), {1, 3}, {0, 2}, {2, 3}, {3, 4}}) {
    testing::AddCable(&links, a, b, 1e9, absl::Milliseconds(2));
  }
  const Topology topology = *Topology::Create("kept", testing::NamedNodes(5), links);
  TrafficMatrix demands(5);
  demands.set_rate_bps(0, 3, 2e8);
  demands.set_rate_bps(3, 4, 8e8);
  Observation observation = Observe(topology, {demands});
  const PathSet& paths = *observation.candidate_paths;
  for (const LinkId first : {0, 4}) {  // over B, over C
    std::vector<double> ratios(paths.num_paths(), 0.0);
    for (int pair = 0; pair < paths.num_pairs(); ++pair) {
      const PathSet::Range range = paths.paths_of(pair);
      const bool watched = paths.pair(pair).source == 0 && paths.pair(pair).destination == 3;
      int chosen = range.begin;
      while (watched && paths.links(chosen).front() != first) ++chosen;
      if (range.begin < range.end) ratios[chosen] = 1;
    }
    observation.plan_in_force =
        RoutingPlan(observation.candidate_paths, ratios, topology.version());
    const Decision next = Decide("default,guard=off", observation);
    EXPECT_LT(MovedShare(*observation.plan_in_force, next.plan, demands), 0.001) << first;
  }
}

TEST(PlanSettlingTest, KeepsToFewPathsAndNoSmallShares) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const int nodes = 6 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const Observation observation =
        Observe(topology, {RandomTraffic(seed, nodes), RandomTraffic(seed + 1, nodes)});
    for (const int most : {1, 2, 4}) {
      const std::string options = "default,guard=off,max-paths=" + std::to_string(most);
      const RoutingPlan plan = Decide(options + ",min-share=0.1", observation).plan;
      for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) {
        const std::vector<double> shares = SharesOf(plan, pair);
        ASSERT_THAT(shares.size(), ::testing::AllOf(::testing::Ge(1), ::testing::Le(most)));
        EXPECT_GE(*std::min_element(shares.begin(), shares.end()), 0.1 - 1e-6) << seed;
      }
    }
  }
}

// Seven parallel links: no four of them carry the demand.
TEST(PlanSettlingTest, TakesMorePathsThanUsualWhereADemandDoesNotFitOnThem) {
  std::vector<Link> links;
  for (int i = 0; i < 7; ++i) testing::AddCable(&links, 0, 1, 1e9);
  const Topology topology = *Topology::Create("trunk", testing::NamedNodes(2), links);
  TrafficMatrix demands(2);
  demands.set_rate_bps(0, 1, 6e9);
  const Observation observation = Observe(topology, {demands});
  const RoutingPlan usual = Decide("default", observation).plan;
  EXPECT_LE(MluOf(topology, usual, demands), 6.0 / 7 * 1.01);
  const RoutingPlan limited = Decide("default,guard=off,max-paths=4", observation).plan;
  EXPECT_EQ(SharesOf(limited, *limited.paths().Find(0, 1)).size(), 4);
}

// All links are one way: A to D over B, which is fast and nearly full with B's own traffic that has
// no other way, or over C, which is slow and has room. A sends others a lot and D receives a lot,
// but A never sent D anything: once it does, settling must not have put it over the full link.
TEST(PlanSettlingTest, KeepsRoomForADemandThatWasSilent) {
  std::vector<Link> links;
  const auto add = [&](NodeId from, NodeId to, int ms) {
    testing::AddCable(&links, from, to, 1e9, absl::Milliseconds(ms));
    links.pop_back();
  };
  add(0, 1, 1);
  add(1, 3, 1);
  add(0, 2, 5);
  add(2, 3, 5);
  add(3, 0, 1);
  const Topology topology = *Topology::Create("silent", testing::NamedNodes(4), links);
  TrafficMatrix past(4);
  past.set_rate_bps(1, 3, 9e8);
  past.set_rate_bps(0, 1, 6e8);
  past.set_rate_bps(0, 2, 3e8);
  const Observation observation = Observe(topology, std::vector<TrafficMatrix>(8, past));
  TrafficMatrix next = past;
  next.set_rate_bps(0, 3, 4e8);
  const double settled = MluOf(topology, Decide("default,guard=off", observation).plan, next);
  const double bare =
      MluOf(topology, Decide("default,guard=off,settle=off", observation).plan, next);
  EXPECT_LE(settled, bare * 1.001);  // no worse than what the network left open
  EXPECT_LT(settled, 1.2);           // 1.3 when all of it takes the fast path
}

}  // namespace
}  // namespace rhumb::neural

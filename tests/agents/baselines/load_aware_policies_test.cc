// CSPF, widest-shortest path and the LP policies on networks that can be worked by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/baselines/cspf_policy.h"
#include "agents/baselines/lp/min_mlu.h"
#include "agents/baselines/lp_policy.h"
#include "agents/baselines/widest_policy.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using testing::AddCable;
using testing::Diamond;
using ::testing::HasSubstr;
using testing::NamedNodes;
using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

std::string OnlyPath(const Topology& topology, const RoutingPlan& plan, NodeId source,
                     NodeId destination) {
  const PathSet::Range range = plan.paths().paths_of(*plan.paths().Find(source, destination));
  EXPECT_EQ(range.size(), 1);
  return DescribePath(topology, plan.paths().links(range.begin));
}

// A-B-D is shorter (metric 2) than A-C-D (metric 4); 1 Gbit/s each.
Topology ShortAndLongSide() {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9, absl::Milliseconds(1), 1);
  AddCable(&links, 1, 3, 1e9, absl::Milliseconds(1), 1);
  AddCable(&links, 0, 2, 1e9, absl::Milliseconds(1), 2);
  AddCable(&links, 2, 3, 1e9, absl::Milliseconds(1), 2);
  return Topology::Create("sides", NamedNodes(4), links).value();
}

TEST(CspfPolicyTest, PlacesTheLargestDemandFirstAndSendsTheNextWhereItFits) {
  const Topology topology = ShortAndLongSide();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 1, 0.5e9);  // first by node, second by size
  demands.set_rate_bps(0, 3, 0.7e9);

  const Decision decision = CspfPolicy().Decide(Observe(topology, {demands})).value();

  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 3), "A>B>D");
  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 1), "A>C>D>B");
  EXPECT_NEAR(*decision.predicted_mlu, 0.7, 1e-12);
  EXPECT_EQ(decision.note, "");
}

TEST(CspfPolicyTest, GivesADemandThatFitsNowhereThePathWithTheMostLeft) {
  const Topology topology = ShortAndLongSide();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 2e9);    // fits nowhere; both sides are empty, so the shorter one
  demands.set_rate_bps(0, 1, 1.5e9);  // A>B is overbooked by 1, so over C

  const Decision decision = CspfPolicy().Decide(Observe(topology, {demands})).value();

  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 3), "A>B>D");
  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 1), "A>C>D>B");
  EXPECT_THAT(decision.note, HasSubstr("2 demands"));
}

TEST(CspfPolicyTest, TakesTheShortestPathForPairsWithoutDemand) {
  const Topology topology = ShortAndLongSide();
  TrafficMatrix demands(4);
  demands.set_rate_bps(1, 3, 3e9);

  const Decision decision = CspfPolicy().Decide(Observe(topology, {demands})).value();

  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 3), "A>B>D");
}

TEST(CspfPolicyTest, DecidesOnTheLatestMatrixOnly) {
  const Topology topology = ShortAndLongSide();
  TrafficMatrix old(4), latest(4);
  old.set_rate_bps(0, 3, 2e9);
  latest.set_rate_bps(0, 1, 0.1e9);

  const Decision decision = CspfPolicy().Decide(Observe(topology, {old, latest})).value();

  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 1), "A>B");
}

TEST(WidestPolicyTest, TakesTheWidestOfThePathsWithFewestHopsWhateverTheirMetric) {
  std::vector<Link> links;
  AddCable(&links, 0, 1, 1e9, absl::Milliseconds(1), 1);
  AddCable(&links, 1, 3, 1e9, absl::Milliseconds(1), 1);
  AddCable(&links, 0, 2, 4e9, absl::Milliseconds(1), 9);
  AddCable(&links, 2, 3, 4e9, absl::Milliseconds(1), 9);
  const Topology topology = Topology::Create("sides", NamedNodes(4), links).value();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 3.5e9);  // leaves 0.5 over C
  demands.set_rate_bps(3, 0, 1e9);
  WidestPolicy policy;

  EXPECT_EQ(OnlyPath(topology, policy.Decide(Observe(topology))->plan, 0, 3), "A>C>D");
  const Decision decision = policy.Decide(Observe(topology, {demands})).value();
  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 3), "A>C>D");
  EXPECT_EQ(OnlyPath(topology, decision.plan, 3, 0), "D>C>A");
  EXPECT_NEAR(*decision.predicted_mlu, 3.5 / 4, 1e-12);
}

TEST(WidestPolicyTest, CountsWhatLargerDemandsTookOff) {
  const Topology topology = Diamond();
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 1, 0.9e9);  // takes A>B
  demands.set_rate_bps(0, 3, 0.5e9);  // so C is wider

  const Decision decision = WidestPolicy().Decide(Observe(topology, {demands})).value();

  EXPECT_EQ(OnlyPath(topology, decision.plan, 0, 3), "A>C>D");
}

TEST(LpPolicyTest, ReachesTheExactOptimumOfTheLatestMatrixThoughCandidatesDoNot) {
  for (unsigned seed = 0; seed < 5; ++seed) {
    const Topology topology = RandomConnected(seed, 10);
    const TrafficMatrix demands = RandomTraffic(seed, 10);
    const Observation observation = Observe(topology, {RandomTraffic(seed + 50, 10), demands});
    const double optimum = OptimalMlu(topology, demands).value();
    LpPolicy exact(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kAll);
    LpPolicy listed(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kCandidates);

    EXPECT_NEAR(*exact.Decide(observation)->predicted_mlu, optimum, 2e-6 * optimum);
    EXPECT_GE(*listed.Decide(observation)->predicted_mlu, optimum * (1 - 2e-6));
  }
}

TEST(LpPolicyTest, PassesOnThatTheSolverHitItsLimit) {
  LpLimits limits;
  limits.iterations = 1;
  LpPolicy policy(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kAll, limits);

  const absl::Status status =
      policy.Decide(Observe(RandomConnected(1, 12), {RandomTraffic(1, 12)})).status();

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
}

TEST(LpPolicyTest, RoutesPairsThatHaveNoCandidateOverTheirShortestPath) {
  const Topology topology = Diamond();
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  Observation observation = Observe(topology, {RandomTraffic(1, 4)});
  observation.candidate_paths = std::make_shared<const PathSet>(builder.Build());
  LpPolicy policy(LpPolicy::Knowledge::kPrevious, LpPolicy::Paths::kCandidates);

  const Decision decision = policy.Decide(observation).value();

  testing::ExpectRoutesEveryConnectedPair(topology, decision.plan);
  EXPECT_THAT(decision.note, HasSubstr("no path among the candidates"));
}

TEST(LpPolicyTest, SaysHowMuchTheNetworkDoesNotConnect) {
  const Topology cut = testing::Line(3).Apply({{0, {}, OperationalState::kDown, {}, {}}}).value();
  TrafficMatrix demands(3);
  demands.set_rate_bps(0, 2, 5e6);
  demands.set_rate_bps(1, 2, 5e8);
  LpPolicy policy(LpPolicy::Knowledge::kOmniscient, LpPolicy::Paths::kAll);

  const Decision decision = policy.Decide(Observe(cut, {demands})).value();

  EXPECT_NEAR(*decision.predicted_mlu, 0.5, 1e-6);
  EXPECT_THAT(decision.note, HasSubstr("5e+06"));
}

}  // namespace
}  // namespace rhumb

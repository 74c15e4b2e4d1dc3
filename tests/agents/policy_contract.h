// What every RoutingPolicy promises, as one test suite. Include it in one source file of a test
// program and instantiate PolicyContractTest with the policies to hold to it.
#ifndef RHUMB_TESTS_AGENTS_POLICY_CONTRACT_H_
#define RHUMB_TESTS_AGENTS_POLICY_CONTRACT_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agents/routing_policy.h"
#include "tests/agents/observations.h"
#include "tests/networks.h"

namespace rhumb::testing {

struct PolicyUnderTest {
  std::string name;
  std::function<std::unique_ptr<RoutingPolicy>()> make;
};

inline void PrintTo(const PolicyUnderTest& policy, std::ostream* out) { *out << policy.name; }

inline void ExpectSamePlan(const RoutingPlan& a, const RoutingPlan& b) {
  ASSERT_EQ(a.paths().num_paths(), b.paths().num_paths());
  for (int p = 0; p < a.paths().num_paths(); ++p) {
    ASSERT_EQ(a.paths().links(p), b.paths().links(p));
    ASSERT_EQ(a.ratios()[p], b.ratios()[p]);
  }
}

class PolicyContractTest : public ::testing::TestWithParam<PolicyUnderTest> {
 protected:
  std::unique_ptr<RoutingPolicy> policy_ = GetParam().make();

  RoutingPlan Decide(const Observation& observation) {
    absl::StatusOr<Decision> decision = policy_->Decide(observation);
    EXPECT_TRUE(decision.ok()) << decision.status();
    return decision.ok() ? decision->plan : RoutingPlan();
  }
};

TEST_P(PolicyContractTest, SaysItsName) { EXPECT_EQ(policy_->name(), GetParam().name); }

TEST_P(PolicyContractTest, RoutesEveryConnectedPairBeforeAnyDemandIsKnown) {
  const Topology topology = RandomConnected(1, 9);
  ExpectRoutesEveryConnectedPair(topology, Decide(Observe(topology)));
}

TEST_P(PolicyContractTest, AvoidsDeadAndDrainedLinksAndRoutesEveryPairThatIsStillConnected) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE(seed);
    const int nodes = 4 + static_cast<int>(seed);
    const Topology topology = DamagedNetwork(seed, nodes);
    ExpectRoutesEveryConnectedPair(
        topology,
        Decide(Observe(topology, {RandomTraffic(seed, nodes), RandomTraffic(seed + 1, nodes)})));
  }
}

TEST_P(PolicyContractTest, FollowsLinksThatFailAndReturnBetweenDecisions) {
  const Topology whole = RandomConnected(3, 8);
  TopologyDelta cut, heal;
  for (LinkId l : {0, 1}) {
    cut.push_back({l, {}, OperationalState::kDown, {}, {}});
    heal.push_back({l, {}, OperationalState::kUp, {}, {}});
  }
  const Topology broken = whole.Apply(cut).value();
  const Topology healed = broken.Apply(heal).value();
  std::vector<TrafficMatrix> past;
  std::optional<RoutingPlan> in_force;
  for (const Topology* now : {&whole, &broken, &healed, &broken}) {
    past.push_back(RandomTraffic(static_cast<unsigned>(past.size()), 8));
    Observation observation = Observe(*now, past);
    observation.plan_in_force = in_force;
    in_force = Decide(observation);
    ExpectRoutesEveryConnectedPair(*now, *in_force);
  }
}

TEST_P(PolicyContractTest, GivesTheSamePlansForTheSameObservations) {
  const std::unique_ptr<RoutingPolicy> other = GetParam().make();
  const Topology topology = DamagedNetwork(5, 10);
  std::vector<TrafficMatrix> past;
  for (unsigned i = 0; i < 4; ++i) {
    past.push_back(RandomTraffic(i, 10));
    const Observation observation = Observe(topology, past);
    const absl::StatusOr<Decision> again = other->Decide(observation);
    ASSERT_TRUE(again.ok()) << again.status();
    ExpectSamePlan(Decide(observation), again->plan);
  }
}

TEST_P(PolicyContractTest, SurvivesAMatrixOfZeros) {
  const Topology topology = RandomConnected(2, 7);
  ExpectRoutesEveryConnectedPair(topology, Decide(Observe(topology, {TrafficMatrix(7)})));
  ExpectRoutesEveryConnectedPair(
      topology, Decide(Observe(topology, {RandomTraffic(1, 7), TrafficMatrix(7)})));
}

TEST_P(PolicyContractTest, SurvivesTwoNodesOneNodeAndNoUsableLink) {
  TrafficMatrix demands(2);
  demands.set_rate_bps(0, 1, 5e9);
  const Topology two = Line(2);
  ExpectRoutesEveryConnectedPair(two, Decide(Observe(two, {demands})));

  const Topology dark = two.Apply({{0, {}, OperationalState::kDown, {}, {}},
                                   {1, AdministrativeState::kDrained, {}, {}, {}}})
                            .value();
  ExpectRoutesEveryConnectedPair(dark, Decide(Observe(dark, {demands})));

  const Topology one = Topology::Create("one", NamedNodes(1), {}).value();
  ExpectRoutesEveryConnectedPair(one, Decide(Observe(one, {TrafficMatrix(1)})));
}

TEST_P(PolicyContractTest, SurvivesTinyAndHugeDemands) {
  const Topology topology = RandomConnected(4, 6);
  TrafficMatrix demands(6);
  demands.set_rate_bps(0, 3, 1e-3);
  demands.set_rate_bps(1, 4, 1e15);
  demands.set_rate_bps(2, 5, 1e9);
  ExpectRoutesEveryConnectedPair(topology, Decide(Observe(topology, {demands})));
}

TEST_P(PolicyContractTest, PredictsTheMluThatItsPlanHasOnTheLatestDemands) {
  for (unsigned seed = 0; seed < 6; ++seed) {
    const Topology topology = DamagedNetwork(seed, 8);
    const TrafficMatrix latest = RandomTraffic(seed, 8);
    const absl::StatusOr<Decision> decision =
        policy_->Decide(Observe(topology, {RandomTraffic(seed + 9, 8), latest}));
    ASSERT_TRUE(decision.ok()) << decision.status();
    if (!decision->predicted_mlu) continue;
    const double mlu =
        MaxLinkUtilization(topology, ComputeLinkLoads(topology, decision->plan, latest).load_bps);
    // A learned policy may predict in single precision.
    EXPECT_NEAR(*decision->predicted_mlu, mlu, 1e-4 * mlu + 1e-12);
  }
}

}  // namespace rhumb::testing

#endif  // RHUMB_TESTS_AGENTS_POLICY_CONTRACT_H_

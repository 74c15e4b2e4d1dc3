#include "controller/steering/guard/safety_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agents/registry/policy_registry.h"
#include "controller/steering/guard/plan_rules.h"
#include "controller/steering/plan/live_plan.h"
#include "tests/networks.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::RandomConnected;
using ::rhumb::testing::RandomTraffic;

RoutingPlan PolicyPlan(const Topology& topology, const std::string& policy) {
  Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
  return MakePolicy(policy).value()->Decide(observation).value().plan;
}

Topology Without(const Topology& topology, const std::string& text) {
  TopologyDelta delta;
  const std::vector<LinkId> links = topology.ResolveLinks(text).value();
  for (LinkId l : links) {
    LinkChange change;
    change.link = l;
    change.operational_state = OperationalState::kDown;
    delta.push_back(change);
  }
  return topology.Apply(delta).value();
}

// A>D split over B and C, everything else as `base` has it.
RoutingPlan SplitAD(const Topology& topology, const RoutingPlan& base, double over_b) {
  auto link = [&](const char* name) { return *topology.FindLink(name); };
  Pins pins;
  pins[{0, 3}] = {{{link("A>B"), link("B>D")}, {link("A>C"), link("C>D")}}, {over_b, 1 - over_b}};
  return ApplyPins(topology, base, pins);
}

double RatioOverB(const Topology& topology, const RoutingPlan& plan) {
  const auto pair = plan.paths().Find(0, 3);
  const PathSet::Range range = plan.paths().paths_of(*pair);
  double ratio = 0;
  for (int p = range.begin; p < range.end; ++p) {
    if (plan.paths().links(p)[0] == *topology.FindLink("A>B")) ratio += plan.ratios()[p];
  }
  return ratio;
}

class SafetyGuardTest : public ::testing::Test {
 protected:
  SafetyGuardTest() {
    auto demands = std::make_shared<TrafficMatrix>(4);
    demands->set_rate_bps(0, 3, 0.8e9);
    demands_ = {demands};
  }
  // A>D is too much for one path; D>A, which ECMP would split too, is in nobody's way on one.
  RoutingPlan OneDemandTooMuchForItsPath() {
    auto both = std::make_shared<TrafficMatrix>(4);
    both->set_rate_bps(0, 3, 0.8e9);
    both->set_rate_bps(3, 0, 0.1e9);
    demands_ = {both};
    const auto link = [&](const char* name) { return *topology_.FindLink(name); };
    Pins pins;
    pins[{3, 0}] = {{{link("D>B"), link("B>A")}}, {1}};
    return ApplyPins(topology_, SplitAD(topology_, ecmp_, 0.9), pins);
  }
  Verdict Judge(const absl::StatusOr<RoutingPlan>& proposal,
                const std::optional<RoutingPlan>& in_force, bool forced = false) {
    return Guard({topology_, proposal, in_force, shortest_path_, ecmp_, demands_, forced},
                 options_);
  }

  Topology topology_ = Diamond();
  RoutingPlan shortest_path_ = PolicyPlan(topology_, "shortest-path");
  RoutingPlan ecmp_ = PolicyPlan(topology_, "ecmp");
  std::vector<std::shared_ptr<const TrafficMatrix>> demands_;
  GuardOptions options_;
};

TEST_F(SafetyGuardTest, LetsAGoodPlanPassAndSaysWhatWasCompared) {
  const Verdict verdict = Judge(SplitAD(topology_, shortest_path_, 0.5), std::nullopt);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_ACCEPTED);
  EXPECT_NEAR(verdict.report.predicted_mlu(), 0.4, 1e-9);
  EXPECT_NEAR(verdict.report.shortest_path_mlu(), 0.8, 1e-9);
  EXPECT_NEAR(verdict.report.ecmp_mlu(), 0.4, 1e-9);
}

TEST_F(SafetyGuardTest, KeepsPreviousPlanWhenProposalOverloadsALink) {
  const RoutingPlan in_force = SplitAD(topology_, shortest_path_, 0.5);
  const Verdict verdict = Judge(SplitAD(topology_, shortest_path_, 0.9), in_force);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_MLU);
  EXPECT_FALSE(verdict.changes);
  EXPECT_NEAR(RatioOverB(topology_, verdict.plan), 0.5, 1e-9);
}

TEST_F(SafetyGuardTest, ReplacesNoMoreDemandsThanItMust) {
  const Verdict verdict = Judge(OneDemandTooMuchForItsPath(), std::nullopt);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_LIMITED);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_MLU);
  EXPECT_THAT(verdict.report.explanation(),
              ::testing::StartsWith("1 of 2 demands follow ECMP: predicted MLU 0.7200 is above"));
  EXPECT_NEAR(RatioOverB(topology_, verdict.plan), 0.5, 1e-9);
  const auto pair = verdict.plan.paths().Find(3, 0);
  EXPECT_EQ(verdict.plan.paths().links(verdict.plan.paths().paths_of(*pair).begin)[0],
            *topology_.FindLink("D>B"));
  EXPECT_LE(verdict.report.predicted_mlu(), verdict.report.ecmp_mlu() * (1 + 1e-6));
}

TEST_F(SafetyGuardTest, KeepsThePlanInForceWherePartOfTheProposalGainsNothing) {
  const Verdict verdict = Judge(OneDemandTooMuchForItsPath(), ecmp_);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_MLU);
  EXPECT_FALSE(verdict.changes);
}

TEST_F(SafetyGuardTest, TakesTheBetterRoutingWhenThePlanInForceIsAlsoBad) {
  const RoutingPlan in_force = SplitAD(topology_, shortest_path_, 0.8);
  const Verdict verdict = Judge(SplitAD(topology_, shortest_path_, 0.9), in_force);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_ECMP);
  EXPECT_NEAR(RatioOverB(topology_, verdict.plan), 0.5, 1e-9);
}

TEST_F(SafetyGuardTest, ChecksRecentMatricesToo) {
  // On the latest matrix alone the proposal is as good as ECMP; on the one before it is not.
  auto quiet = std::make_shared<TrafficMatrix>(4);
  quiet->set_rate_bps(1, 3, 0.9e9);
  demands_.push_back(quiet);
  EXPECT_EQ(Judge(SplitAD(topology_, ecmp_, 0.9), std::nullopt).report.rule(),
            rhumb::v1::GUARD_RULE_MLU);
  options_.matrices = 1;
  EXPECT_EQ(Judge(SplitAD(topology_, ecmp_, 0.9), std::nullopt).report.rule(),
            rhumb::v1::GUARD_RULE_NONE);
}

TEST_F(SafetyGuardTest, RefusesPlansOverDeadLinksAndIncompletePlans) {
  const RoutingPlan old = shortest_path_;
  topology_ = Without(topology_, "A-B");
  shortest_path_ = PolicyPlan(topology_, "shortest-path");
  ecmp_ = PolicyPlan(topology_, "ecmp");
  Verdict verdict = Judge(old, std::nullopt);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_VALID_PLAN);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_SHORTEST_PATH);
  EXPECT_TRUE(verdict.plan.Validate(topology_).ok());
  verdict = Judge(RoutingPlan(), std::nullopt);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_ROUTES_ALL);
}

TEST_F(SafetyGuardTest, FailedPolicyLeavesTheLastSafePlan) {
  const RoutingPlan in_force = SplitAD(topology_, shortest_path_, 0.5);
  const Verdict verdict = Judge(absl::InternalError("no checkpoint"), in_force);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE);
  EXPECT_EQ(verdict.report.rule(), rhumb::v1::GUARD_RULE_NO_PROPOSAL);
  EXPECT_EQ(verdict.report.explanation(), "no checkpoint");
}

TEST_F(SafetyGuardTest, SmallGainDoesNotMoveTraffic) {
  const RoutingPlan in_force = SplitAD(topology_, ecmp_, 0.5);
  const Verdict verdict = Judge(SplitAD(topology_, shortest_path_, 0.5), in_force);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_HELD);
  EXPECT_FALSE(verdict.changes);
}

TEST_F(SafetyGuardTest, BoundsTheTrafficThatMovesAtOnce) {
  // In force is worse than the proposal but keeps the rule, because ECMP is bad here too.
  ecmp_ = shortest_path_;
  options_.max_moved_share = 0.2;
  const RoutingPlan in_force = SplitAD(topology_, shortest_path_, 1.0);
  const Verdict verdict = Judge(SplitAD(topology_, shortest_path_, 0.5), in_force);
  EXPECT_EQ(verdict.report.outcome(), rhumb::v1::GUARD_OUTCOME_LIMITED);
  EXPECT_NEAR(verdict.report.moved_share(), 0.2, 1e-9);
  EXPECT_NEAR(RatioOverB(topology_, verdict.plan), 0.8, 1e-9);
  EXPECT_EQ(Judge(SplitAD(topology_, shortest_path_, 0.5), in_force, true).report.outcome(),
            rhumb::v1::GUARD_OUTCOME_ACCEPTED);
}

// Whatever comes in, what goes out is valid, routes all and is not worse than both references.
TEST(SafetyGuardPropertyTest, WhatPassesIsAlwaysSafe) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Topology topology = RandomConnected(seed, 8);
    const Topology damaged = Without(topology, topology.link(seed % topology.num_links()).name);
    const RoutingPlan shortest = PolicyPlan(damaged, "shortest-path");
    const RoutingPlan ecmp = PolicyPlan(damaged, "ecmp");
    auto demands = std::make_shared<const TrafficMatrix>(RandomTraffic(seed, 8));
    const absl::StatusOr<RoutingPlan> proposal =
        PolicyPlan(seed % 3 ? damaged : topology, seed % 2 ? "ecmp:hops" : "shortest-path:hops");
    int touched = 0;
    const std::optional<RoutingPlan> in_force =
        RerouteAround(damaged, PolicyPlan(topology, "ecmp:delay"), &touched);
    const std::vector<std::shared_ptr<const TrafficMatrix>> matrices = {demands};
    const Verdict verdict =
        Guard({damaged, proposal, in_force, shortest, ecmp, matrices, false}, {});
    EXPECT_TRUE(verdict.plan.Validate(damaged).ok()) << seed;
    EXPECT_TRUE(CheckRoutesAll(damaged, verdict.plan).ok()) << seed;
    // A proposal that is not even valid leaves the last safe plan, whatever its MLU.
    if (verdict.report.rule() == rhumb::v1::GUARD_RULE_VALID_PLAN) continue;
    EXPECT_LE(verdict.report.predicted_mlu(),
              std::min(verdict.report.shortest_path_mlu(), verdict.report.ecmp_mlu()) * (1 + 1e-6))
        << seed << " " << verdict.report.ShortDebugString();
  }
}

TEST(PlanRulesTest, RerouteMovesDeadSharesInProportion) {
  const Topology topology = Diamond();
  const RoutingPlan plan = SplitAD(topology, PolicyPlan(topology, "shortest-path"), 0.3);
  int touched = 0;
  const Topology damaged = Without(topology, "A>B");
  const RoutingPlan rerouted = RerouteAround(damaged, plan, &touched);
  EXPECT_NEAR(RatioOverB(damaged, rerouted), 0, 1e-12);
  EXPECT_TRUE(rerouted.Validate(damaged).ok());
  EXPECT_TRUE(CheckRoutesAll(damaged, rerouted).ok());  // A>B itself now goes the long way
  EXPECT_EQ(touched, 3);                                // A>B, A>D and C>B
}

TEST(PlanRulesTest, OnlyUsedLeavesOutPathsThatCarryNothingAndKeepsEveryPair) {
  const Topology topology = Diamond();
  const RoutingPlan all_over_b = SplitAD(topology, PolicyPlan(topology, "shortest-path"), 1.0);
  ASSERT_EQ(all_over_b.paths().num_paths(), 13);  // A>D over C is listed, and carries nothing
  const RoutingPlan used = OnlyUsed(all_over_b);
  EXPECT_EQ(used.paths().num_paths(), 12);
  EXPECT_EQ(used.paths().num_pairs(), all_over_b.paths().num_pairs());
  EXPECT_TRUE(used.Validate(topology).ok());
  EXPECT_TRUE(SameRoutes(used, all_over_b));
  EXPECT_EQ(OnlyUsed(used).shared_paths(), used.shared_paths());
}

// A pair that lost its last path, and a path of ratio 0 that stays in the way.
TEST(PlanRulesTest, RerouteTakesACandidateThatCarriedNothingBeforeAnyOtherPath) {
  const Topology topology = Diamond();
  const RoutingPlan plan = SplitAD(topology, PolicyPlan(topology, "shortest-path"), 1.0);
  int touched = 0;
  const Topology damaged = Without(topology, "B>D");
  const RoutingPlan rerouted = RerouteAround(damaged, plan, &touched);
  EXPECT_NEAR(RatioOverB(damaged, rerouted), 0, 1e-12);
  EXPECT_TRUE(CheckSafe(damaged, rerouted).ok());
}

TEST(PlanRulesTest, RerouteFindsPathsForPairsThatThePlanLacks) {
  const Topology topology = Diamond();
  PathSet::Builder only_one;
  only_one.AddPair(0, 3);
  only_one.AddPath({*topology.FindLink("A>B"), *topology.FindLink("B>D")});
  const RoutingPlan plan(std::make_shared<const PathSet>(only_one.Build()), {1.0},
                         topology.version());
  int touched = 0;
  const RoutingPlan rerouted = RerouteAround(topology, plan, &touched);
  EXPECT_TRUE(rerouted.Validate(topology).ok());
  EXPECT_TRUE(CheckRoutesAll(topology, rerouted).ok());
  EXPECT_EQ(touched, 11);
}

TEST(PlanRulesTest, RerouteOfRandomNetworksIsValidAndRoutesAllThatIsConnected) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const Topology topology = RandomConnected(seed, 10);
    const RoutingPlan plan = PolicyPlan(topology, "ecmp");
    Topology damaged = Without(topology, topology.link(seed % topology.num_links()).name);
    damaged = Without(damaged, topology.link((7 * seed) % topology.num_links()).name);
    int touched = 0;
    const RoutingPlan rerouted = RerouteAround(damaged, plan, &touched);
    EXPECT_TRUE(rerouted.Validate(damaged).ok()) << seed;
    EXPECT_TRUE(CheckRoutesAll(damaged, rerouted).ok()) << seed;
    EXPECT_FALSE(UsesDeadLinks(damaged, rerouted)) << seed;
  }
}

TEST(PlanRulesTest, SmallSharesGoToTheOtherPathsAndTheLargestStays) {
  PathSet::Builder builder;
  builder.AddPair(0, 3).AddPath({0, 2}).AddPath({4, 6});
  builder.AddPair(3, 0).AddPath({3, 1}).AddPath({7, 5});
  const RoutingPlan plan(std::make_shared<const PathSet>(builder.Build()), {0.96, 0.04, 0.6, 0.4},
                         1);
  EXPECT_THAT(
      DropSmallShares(plan, 0.05).ratios(),
      ::testing::Pointwise(::testing::DoubleNear(1e-12), std::vector<double>{1, 0, 0.6, 0.4}));
  EXPECT_THAT(DropSmallShares(plan, 0.03).ratios(),
              ::testing::Pointwise(::testing::DoubleNear(1e-12),
                                   std::vector<double>{0.96, 0.04, 0.6, 0.4}));
  EXPECT_THAT(DropSmallShares(plan, 1).ratios(),
              ::testing::Pointwise(::testing::DoubleNear(1e-12), std::vector<double>{1, 0, 1, 0}));
}

TEST(PlanRulesTest, EmptyPlanCarriedOverBecomesShortestPath) {
  const Topology topology = RandomConnected(3, 9);
  int touched = 0;
  const RoutingPlan plan =
      RerouteAround(topology, CarryOver(topology, RoutingPlan(), topology), &touched);
  // Ties may be broken otherwise, so the sum of load times metric is what must agree.
  const TrafficMatrix traffic = RandomTraffic(1, 9);
  auto cost = [&](const RoutingPlan& routes) {
    const auto loads = ComputeLinkLoads(topology, routes, traffic).load_bps;
    double sum = 0;
    for (LinkId l = 0; l < topology.num_links(); ++l) sum += loads[l] * topology.link(l).igp_metric;
    return sum;
  };
  EXPECT_NEAR(cost(plan) / cost(PolicyPlan(topology, "shortest-path")), 1, 1e-9);
}

}  // namespace
}  // namespace rhumb

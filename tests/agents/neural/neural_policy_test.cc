#include "agents/neural/neural_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "agents/baselines/ecmp_plan.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/registry/policy_registry.h"
#include "tests/agents/policy_contract.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb::neural {
namespace {

using testing::Observe;
using testing::RandomConnected;
using testing::RandomTraffic;

std::unique_ptr<RoutingPolicy> Make(const std::string& options) {
  return NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions(options)).value();
}

double MluOf(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

TEST(NeuralPolicyOptionsTest, ReadsCheckpointAndSettings) {
  const auto options = ParseNeuralPolicyOptions(
      "a.ckpt,iterations=3,refinements=auto,delay-weight=0.5,settle=off,max-paths=3,min-share=0.1,"
      "max-move=0.1,guard=off");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_EQ(options->checkpoint, "a.ckpt");
  EXPECT_EQ(options->inference.iterations, 3);
  EXPECT_FALSE(options->inference.refinements.has_value());
  EXPECT_EQ(options->delay_weight, 0.5);
  EXPECT_FALSE(options->settle);
  EXPECT_EQ(options->settling.max_paths, 3);
  EXPECT_DOUBLE_EQ(options->settling.min_share, 0.1);
  EXPECT_DOUBLE_EQ(options->max_move, 0.1);
  EXPECT_EQ(options->guard, false);
}

TEST(NeuralPolicyOptionsTest, NamesWhatIsWrong) {
  for (const char* bad :
       {"iterations=x", "iterations=-1", "max-move=2", "guard=maybe", "settle=perhaps",
        "max-paths=0", "min-share=0.6", "speed=9", "a.ckpt,b.ckpt"}) {
    EXPECT_FALSE(ParseNeuralPolicyOptions(bad).ok()) << bad;
  }
}

TEST(NeuralPolicyTest, RefusesToImproveAPlanForPacketsByItsMlu) {
  for (const char* options : {"plan,refinements=5", "plan,delay-weight=0.1"}) {
    const auto refused = NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions(options));
    EXPECT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << options;
  }
  EXPECT_TRUE(NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions("plan,refinements=0")).ok());
}

// A plan for packets keeps to the fastest path where there is room, and leaves it where there is
// none; one for the MLU spreads traffic at any load.
TEST(NeuralPolicyTest, SpreadsTrafficForPacketsOnlyWhereLinksAreFull) {
  const Topology topology = RandomConnected(5, 8);
  const TrafficMatrix traffic = RandomTraffic(5, 8);
  const double mlu = MluOf(topology, ShortestPathPlan(topology, LinkMetric::kDelay), traffic);
  const auto policy = Make("plan");
  const auto away = [&](double load) {
    const TrafficMatrix scaled = traffic.Scaled(load / mlu);
    const auto decision = policy->Decide(Observe(topology, {scaled}));
    EXPECT_TRUE(decision.ok() && !decision->fell_back) << decision.status();
    return MovedShare(ShortestPathPlan(topology, LinkMetric::kDelay), decision->plan, scaled);
  };
  EXPECT_LT(away(0.3), away(1.5));
}

TEST(NeuralPolicyTest, KeepsFewPathsForPacketsOnlyWhereSomebodyAsksForFew) {
  const Topology topology = RandomConnected(5, 8);
  const TrafficMatrix traffic = RandomTraffic(5, 8);
  // The most paths that a pair has, and the smallest share.
  const auto ends = [&](const std::string& options) {
    const auto decision = Make(options)->Decide(Observe(topology, {traffic}));
    EXPECT_TRUE(decision.ok() && !decision->fell_back) << decision.status();
    EXPECT_TRUE(decision->plan.Validate(topology).ok());
    std::pair<int, double> found{0, 1};
    for (int i = 0; i < decision->plan.paths().num_pairs(); ++i) {
      const PathSet::Range range = decision->plan.paths().paths_of(i);
      int used = 0;
      for (int p = range.begin; p < range.end; ++p) {
        const double ratio = decision->plan.ratios()[p];
        used += ratio > 0;
        if (ratio > 0) found.second = std::min(found.second, ratio);
      }
      found.first = std::max(found.first, used);
    }
    return found;
  };
  const auto all = ends("plan");
  EXPECT_GT(all.first, 4);
  EXPECT_LT(all.second, 0.05);
  EXPECT_LE(ends("plan,max-paths=2").first, 2);
  const auto large = ends("plan,min-share=0.05");
  EXPECT_LE(large.first, kUsualPaths);
  EXPECT_GE(large.second, 0.05 - 1e-6);
  EXPECT_EQ(ends("packet,max-paths=1"), std::make_pair(1, 1.0));
}

// More pairs than anybody finds candidate paths for.
class LargeNetworkTest : public ::testing::Test {
 protected:
  static constexpr int kNodes = 226;  // as few as are large

  Observation Seen(const Topology& topology, std::vector<TrafficMatrix> past) {
    Observation observation{topology, {}, {}, std::make_shared<const PathSet>(), std::nullopt};
    for (TrafficMatrix& demands : past) {
      observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(std::move(demands)));
    }
    return observation;
  }

  const Topology topology_ = RandomConnected(1, kNodes);
  const TrafficMatrix traffic_ = RandomTraffic(1, kNodes);
};

TEST_F(LargeNetworkTest, IsRoutedWithoutCandidatePathsAndTheNoteSaysSo) {
  const auto policy = Make("");
  ASSERT_GT(kNodes * (kNodes - 1), policy->most_candidate_pairs());
  ASSERT_LE((kNodes - 2) * (kNodes - 3), policy->most_candidate_pairs());
  const auto decision = policy->Decide(Seen(topology_, {traffic_, traffic_}));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_FALSE(decision->fell_back);
  EXPECT_THAT(decision->note, ::testing::HasSubstr("large network"));
  ASSERT_TRUE(decision->plan.Validate(topology_).ok());
  EXPECT_EQ(decision->plan.paths().num_pairs(), kNodes * (kNodes - 1));
  const double mlu = MluOf(topology_, decision->plan, traffic_);
  EXPECT_NEAR(*decision->predicted_mlu, mlu, 1e-4 * mlu);
  EXPECT_LT(mlu,
            0.9 * MluOf(topology_, EcmpPlan(topology_, LinkMetric::kInverseCapacity), traffic_));
}

TEST_F(LargeNetworkTest, SurvivesAFailureAndAPastOfNothing) {
  const auto policy = Make("");
  const auto blind = policy->Decide(Seen(topology_, {}));
  ASSERT_TRUE(blind.ok()) << blind.status();
  EXPECT_TRUE(blind->fell_back);
  EXPECT_EQ(blind->plan.paths().num_pairs(), kNodes * (kNodes - 1));
  LinkChange change;
  change.link = 7;
  change.operational_state = OperationalState::kDown;
  const Topology failed = topology_.Apply({change}).value();
  const auto decision = policy->Decide(Seen(failed, {traffic_}));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_TRUE(decision->plan.Validate(failed).ok());
  EXPECT_EQ(ComputeLinkLoads(failed, decision->plan, traffic_).unrouted_bps, 0);
}

TEST_F(LargeNetworkTest, MovesNoMoreTrafficThanAllowedButAfterAFailure) {
  const auto policy = Make("default,max-move=0.05");
  Observation observation = Seen(topology_, {traffic_});
  const auto first = policy->Decide(observation);
  ASSERT_TRUE(first.ok()) << first.status();
  RoutingPlan in_force = first->plan;
  const auto decide = [&](const Topology& topology, unsigned seed) {
    Observation seen = Seen(topology, {RandomTraffic(seed, kNodes)});
    seen.plan_in_force = in_force;
    Decision decision = policy->Decide(seen).value();
    EXPECT_TRUE(decision.plan.Validate(topology).ok());
    const TrafficMatrix& latest = *seen.past_demands.back();
    EXPECT_NEAR(*decision.predicted_mlu, MluOf(topology, decision.plan, latest),
                1e-4 * *decision.predicted_mlu);
    const double moved = MovedShare(in_force, decision.plan, latest);
    in_force = decision.plan;
    return std::make_pair(moved, decision.note);
  };
  const auto [moved, note] = decide(topology_, 2);
  EXPECT_LE(moved, 0.05 + 1e-6);
  EXPECT_GT(moved, 0.025);
  EXPECT_THAT(note, ::testing::HasSubstr("moves 0.050 of the traffic"));

  LinkChange change;
  change.link = 7;
  change.operational_state = OperationalState::kDown;
  const Topology failed = topology_.Apply({change}).value();
  EXPECT_GT(decide(failed, 3).first, 0.05);
  EXPECT_LE(decide(failed, 4).first, 0.05 + 1e-6);
}

TEST_F(LargeNetworkTest, OfAPolicyThatAlsoSeesSmallOnes) {
  const auto policy = Make("");
  const Topology small = RandomConnected(2, 9);
  for (int i = 0; i < 2; ++i) {
    const auto large = policy->Decide(Seen(topology_, {traffic_}));
    ASSERT_TRUE(large.ok()) << large.status();
    EXPECT_TRUE(large->plan.Validate(topology_).ok());
    const auto decision = policy->Decide(Observe(small, {RandomTraffic(3, 9)}));
    ASSERT_TRUE(decision.ok()) << decision.status();
    EXPECT_TRUE(decision->plan.Validate(small).ok());
    EXPECT_THAT(decision->note, ::testing::Not(::testing::HasSubstr("large network")));
  }
}

TEST(NeuralPolicyTest, OfManyNodesWithFewDemandsUsesTheCandidatePathsThatItIsGiven) {
  const Topology topology = RandomConnected(1, 330);
  TrafficMatrix traffic(330);
  traffic.set_rate_bps(0, 9, 1e9);
  Observation observation{topology, {}, {}, nullptr, std::nullopt};
  observation.candidate_paths = CandidatePaths::Compute(topology, {{0, 9}}, {}).value().paths();
  observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(traffic));
  const auto decision = Make("")->Decide(observation);
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_THAT(decision->note, ::testing::Not(::testing::HasSubstr("large network")));
}

TEST(NeuralPolicyTest, RefusesACheckpointThatIsNotThere) {
  EXPECT_FALSE(NeuralPolicy::Create("neural", *ParseNeuralPolicyOptions("missing.ckpt")).ok());
}

TEST(NeuralPolicyTest, IsLoadedByTheRegistry) {
  const auto policy = MakePolicy("neural:default,iterations=5");
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_EQ((*policy)->name(), "neural:default,iterations=5");
  EXPECT_THAT(std::string(MakePolicy("neural:no-such-file").status().message()),
              ::testing::HasSubstr("no-such-file"));
}

TEST(NeuralPolicyTest, SplitsEvenlyOverTwoEqualPaths) {
  // All of A's traffic to D fits best as one half over B and one over C.
  TrafficMatrix demands(4);
  demands.set_rate_bps(0, 3, 1e9);
  const Topology topology = testing::Diamond();
  const auto decision = Make("default")->Decide(Observe(topology, {demands}));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_NEAR(MluOf(topology, decision->plan, demands), 0.5, 0.005);
}

// A-B-D of 1 ms a link, A-C-D of 10 ms, and D-E, whose demand alone decides the MLU.
TEST(NeuralPolicyTest, TakesFastPathsWhereTheMluDoesNotAskForOthers) {
  constexpr std::array<int, 3> kCables[] = {
      {0, 1, 1}, {1, 3, 1}, {0, 2, 10}, {2, 3, 10}, {3, 4, 1}};
  std::vector<Link> links;
  for (const auto& [a, b, ms] : kCables) {
    testing::AddCable(&links, a, b, 1e9, absl::Milliseconds(ms));
  }
  const Topology topology = *Topology::Create("y", testing::NamedNodes(5), links);
  TrafficMatrix demands(5);
  demands.set_rate_bps(0, 3, 2e8);
  demands.set_rate_bps(3, 4, 8e8);
  const auto slow_share = [&](const std::string& options) {
    const auto decision = Make(options)->Decide(Observe(topology, {demands}));
    EXPECT_TRUE(decision.ok()) << decision.status();
    return ComputeLinkLoads(topology, decision->plan, demands).load_bps[4] / 2e8;
  };
  EXPECT_LT(slow_share("default"), 0.02);
  EXPECT_GT(slow_share("default,settle=off"), slow_share("default"));
}

TEST(NeuralPolicyTest, SaysWhyItFallsBackBeforeAnythingIsMeasured) {
  const auto decision = Make("default")->Decide(Observe(RandomConnected(1, 6)));
  ASSERT_TRUE(decision.ok()) << decision.status();
  EXPECT_TRUE(decision->fell_back);
  EXPECT_THAT(decision->note, ::testing::HasSubstr("no demands"));
}

TEST(NeuralPolicyTest, IsNeverWorseThanEcmpOnTheLatestDemands) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    const int nodes = 5 + static_cast<int>(seed);
    const Topology topology = RandomConnected(seed, nodes);
    const TrafficMatrix latest = RandomTraffic(seed, nodes);
    // Without iterations the network's first guess is often worse than ECMP.
    for (const char* options : {"default", "default,iterations=0,refinements=0"}) {
      const auto decision = Make(options)->Decide(Observe(topology, {latest}));
      ASSERT_TRUE(decision.ok()) << decision.status();
      const RoutingPlan ecmp = EcmpPlan(topology, LinkMetric::kInverseCapacity);
      EXPECT_LE(MluOf(topology, decision->plan, latest),
                MluOf(topology, ecmp, latest) * (1 + 1e-5));
    }
  }
}

TEST(EcmpGuardTest, AgreesWithTheEcmpPlan) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    const Topology topology = testing::DamagedNetwork(seed, 9);
    const TrafficMatrix demands = RandomTraffic(seed, 9);
    EcmpGuard guard;
    guard.SetTopology(topology);
    const RoutingPlan plan = EcmpPlan(topology, LinkMetric::kInverseCapacity);
    const Observation observation = Observe(topology, {demands});
    const PathGraph graph = BuildPathGraph(topology, *observation.candidate_paths);
    std::vector<float> rows;
    for (const NodePair& pair : graph.pairs) {
      const double rate = demands.rate_bps(pair.source, pair.destination);
      for (int c = 0; c < kPathDemandRow; ++c) {
        rows.push_back(static_cast<float>(c * rate / graph.mean_capacity_bps));
      }
    }
    const EcmpGuard::Row mlu = guard.Mlu(graph, rows);
    const double expected = MluOf(topology, plan, demands);
    for (int c = 0; c < kPathDemandRow; ++c) {
      EXPECT_NEAR(mlu[c], c * expected, 1e-4 * c * expected) << c;
    }
  }
}

// The second decision when the first is in force as `in_force` tells it.
void ExpectMovesATwentiethAtMost(RoutingPlan (*in_force)(const RoutingPlan& first)) {
  const Topology topology = RandomConnected(4, 10);
  Observation observation = Observe(topology, {RandomTraffic(1, 10)});
  const auto policy = Make("default,max-move=0.05,guard=off");
  const auto first = policy->Decide(observation);
  ASSERT_TRUE(first.ok());
  const RoutingPlan before = in_force(first->plan);
  observation.plan_in_force = before;
  const TrafficMatrix next = RandomTraffic(2, 10);
  observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(next));

  const auto second = policy->Decide(observation);

  ASSERT_TRUE(second.ok());
  EXPECT_TRUE(second->plan.Validate(topology).ok());
  EXPECT_LE(MovedShare(before, second->plan, next), 0.05 + 1e-6);
  EXPECT_GT(MovedShare(before, second->plan, next), 0.0);
}

TEST(NeuralPolicyTest, MovesNoMoreTrafficThanAllowed) {
  ExpectMovesATwentiethAtMost([](const RoutingPlan& first) { return first; });
}

// What a guard put in force, or an operator, is over paths of their own.
TEST(NeuralPolicyTest, MovesNoMoreTrafficThanAllowedFromPathsThatAreNoCandidates) {
  ExpectMovesATwentiethAtMost([](const RoutingPlan& first) {
    const Topology topology = RandomConnected(4, 10);
    std::vector<double> lengths(topology.num_links());
    for (LinkId l = 0; l < topology.num_links(); ++l) lengths[l] = 1 + (37 * l) % 101;
    PathSet::Builder odd;
    for (const NodePair pair : first.paths().pairs()) {
      const ShortestPathTree tree(topology, lengths, pair.source);
      odd.AddPair(pair.source, pair.destination).AddPath(tree.PathOf(pair.destination));
    }
    auto paths = std::make_shared<const PathSet>(odd.Build());
    int others = 0;
    for (int p = 0; p < paths->num_paths(); ++p) {
      const PathSet::Range range = first.paths().paths_of(p);
      int same = range.begin;
      while (same < range.end && first.paths().links(same) != paths->links(p)) ++same;
      others += same == range.end ? 1 : 0;
    }
    EXPECT_GT(others, 0);
    std::vector<double> ratios(paths->num_paths(), 1.0);
    return RoutingPlan(std::move(paths), std::move(ratios), first.topology_version());
  });
}

// As a controller has it in force, or reads it back after a restart.
TEST(NeuralPolicyTest, MovesNoMoreTrafficThanAllowedFromAPlanThatListsUsedPathsOnly) {
  ExpectMovesATwentiethAtMost([](const RoutingPlan& first) {
    PathSet::Builder used;
    std::vector<double> ratios;
    for (int pair = 0; pair < first.paths().num_pairs(); ++pair) {
      const PathSet::Range range = first.paths().paths_of(pair);
      used.AddPair(first.paths().pair(pair).source, first.paths().pair(pair).destination);
      for (int p = range.begin; p < range.end; ++p) {
        if (first.ratios()[p] == 0) continue;
        used.AddPath(first.paths().links(p));
        ratios.push_back(first.ratios()[p]);
      }
    }
    EXPECT_LT(ratios.size(), first.ratios().size());
    return RoutingPlan(std::make_shared<const PathSet>(used.Build()), std::move(ratios),
                       first.topology_version());
  });
}

TEST(NeuralPolicyTest, RoutesPairsThatAStaleCandidateSetLeavesWithoutAPath) {
  const Topology whole = RandomConnected(5, 8);
  Observation observation = Observe(whole, {RandomTraffic(5, 8)});
  // The set holds one path a pair, and the cable of links 0 and 1 fails under it.
  CandidatePathOptions single;
  single.max_paths = 1;
  observation.candidate_paths = CandidatePaths::Compute(whole, {}, single)->paths();
  observation.topology = *whole.Apply(
      {{0, {}, OperationalState::kDown, {}, {}}, {1, {}, OperationalState::kDown, {}, {}}});
  const auto decision = Make("default")->Decide(observation);
  ASSERT_TRUE(decision.ok()) << decision.status();
  testing::ExpectRoutesEveryConnectedPair(observation.topology, decision->plan);
}

}  // namespace
}  // namespace rhumb::neural

namespace rhumb::testing {

INSTANTIATE_TEST_SUITE_P(Neural, PolicyContractTest,
                         ::testing::Values(PolicyUnderTest{
                             "neural", [] { return MakePolicy("neural").value(); }}));
INSTANTIATE_TEST_SUITE_P(NeuralPlan, PolicyContractTest,
                         ::testing::Values(PolicyUnderTest{
                             "neural:plan", [] { return MakePolicy("neural:plan").value(); }}));

}  // namespace rhumb::testing

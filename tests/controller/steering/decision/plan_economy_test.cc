#include "controller/steering/decision/plan_economy.h"

#include <gtest/gtest.h>

#include <random>

#include "controller/steering/plan/live_plan.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::Diamond;
using ::rhumb::testing::RandomConnected;

double Mlu(const Topology& topology, const RoutingPlan& plan, const TrafficMatrix& demands) {
  return MaxLinkUtilization(topology, ComputeLinkLoads(topology, plan, demands).load_bps);
}

// Splits every pair over its paths at random.
RoutingPlan RandomSplit(const std::shared_ptr<const PathSet>& paths, std::mt19937* random) {
  std::vector<double> ratios(paths->num_paths());
  for (int i = 0; i < paths->num_pairs(); ++i) {
    const PathSet::Range range = paths->paths_of(i);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      ratios[p] = std::exponential_distribution<double>(1)(*random);
      sum += ratios[p];
    }
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= sum;
  }
  return RoutingPlan(paths, std::move(ratios), 1);
}

int Changes(const Topology& topology, const RoutingPlan& from, const RoutingPlan& to) {
  const LivePlan before{{}, from, topology, ""}, after{{}, to, topology, ""};
  return MakeUpdate(&before, after).routes_size();
}

class PlanEconomyTest : public ::testing::TestWithParam<unsigned> {};

TEST_P(PlanEconomyTest, FewerDemandsChangeWithinTheTolerance) {
  std::mt19937 random(GetParam());
  const Topology topology = RandomConnected(GetParam(), 12);
  const auto paths = CandidatePaths::Compute(topology, {}, {}).value().paths();
  std::vector<std::shared_ptr<const TrafficMatrix>> demands;
  for (int m = 0; m < 3; ++m) {
    auto matrix = std::make_shared<TrafficMatrix>(topology.num_nodes());
    for (const NodePair pair : paths->pairs()) {
      // A few large demands and many small ones.
      const double u = std::uniform_real_distribution<double>(0, 1)(random);
      matrix->set_rate_bps(pair.source, pair.destination, 1e9 * u * u * u * u * u * u);
    }
    demands.push_back(matrix);
  }
  const RoutingPlan in_force = RandomSplit(paths, &random), proposal = RandomSplit(paths, &random);
  const EconomyOptions options{0.01};
  const RoutingPlan plan = Economical(topology, proposal, in_force, demands, options);
  EXPECT_TRUE(plan.Validate(topology).ok());
  EXPECT_LE(MovedShare(in_force, plan, *demands.back()),
            MovedShare(in_force, proposal, *demands.back()) + 1e-9);
  EXPECT_EQ(plan.paths().num_pairs(), paths->num_pairs());
  for (const auto& matrix : demands) {
    EXPECT_LE(Mlu(topology, plan, *matrix),
              Mlu(topology, proposal, *matrix) * (1 + options.mlu_tolerance) + 1e-12);
  }
  EXPECT_LE(Changes(topology, in_force, plan), Changes(topology, in_force, proposal));
  // From what is in force to itself it is at most the small shares.
  EXPECT_LE(Changes(topology, in_force, Economical(topology, in_force, in_force, demands, options)),
            Changes(topology, in_force, Economical(topology, in_force, {}, demands, options)));
}
INSTANTIATE_TEST_SUITE_P(Networks, PlanEconomyTest, ::testing::Range(0U, 10U));

class DiamondEconomyTest : public ::testing::Test {
 protected:
  DiamondEconomyTest() {
    matrix_->set_rate_bps(0, 3, 0.8e9);  // A>D
    matrix_->set_rate_bps(1, 2, 1e3);    // B>C
  }
  // The share of A>D over B and of B>C over A; the rest goes the other way.
  RoutingPlan Plan(double over_b, double over_a) {
    PathSet::Builder paths;
    paths.AddPair(0, 3).AddPath(Links({"A>B", "B>D"})).AddPath(Links({"A>C", "C>D"}));
    paths.AddPair(1, 2).AddPath(Links({"B>A", "A>C"})).AddPath(Links({"B>D", "D>C"}));
    return RoutingPlan(std::make_shared<const PathSet>(paths.Build()),
                       {over_b, 1 - over_b, over_a, 1 - over_a}, 1);
  }
  Path Links(std::vector<std::string> names) {
    Path path;
    for (const std::string& name : names) path.push_back(topology_.FindLink(name).value());
    return path;
  }
  double ShareOverA(const RoutingPlan& plan) {
    const PathSet::Range range = plan.paths().paths_of(plan.paths().Find(1, 2).value());
    double share = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.paths().links(p)[0] == topology_.FindLink("B>A")) share += plan.ratios()[p];
    }
    return share;
  }

  Topology topology_ = Diamond();
  std::shared_ptr<TrafficMatrix> matrix_ = std::make_shared<TrafficMatrix>(4);
  std::vector<std::shared_ptr<const TrafficMatrix>> demands_ = {matrix_};
};

TEST_F(DiamondEconomyTest, ADemandOfNextToNothingStaysWhereItIsWhileALargeOneMoves) {
  const RoutingPlan plan =
      Economical(topology_, Plan(0.5, 0), Plan(1, 1), demands_, EconomyOptions{0.01});
  EXPECT_NEAR(Mlu(topology_, plan, *matrix_), 0.4, 1e-3);
  EXPECT_EQ(ShareOverA(plan), 1);
}

// A policy may be told to move a little at a time.
TEST_F(DiamondEconomyTest, NoMoreMovesThanTheProposalAsksFor) {
  matrix_->set_rate_bps(0, 3, 0.1e9);
  matrix_->set_rate_bps(1, 2, 0.9e9);  // decides the MLU, whatever A>D does
  const RoutingPlan in_force = Plan(0.5, 1), proposal = Plan(0.55, 1);

  const RoutingPlan plan = Economical(topology_, proposal, in_force, demands_, {0.1});

  EXPECT_LE(MovedShare(in_force, plan, *matrix_), MovedShare(in_force, proposal, *matrix_) + 1e-9);
}

TEST_F(DiamondEconomyTest, NoDemandStaysOnADeadLinkOrAMuchLongerWay) {
  LinkChange down;
  down.link = topology_.FindLink("B>A").value();
  down.operational_state = OperationalState::kDown;
  const Topology failed = topology_.Apply({down}).value();
  EXPECT_EQ(ShareOverA(Economical(failed, Plan(0.5, 0), Plan(1, 1), demands_, {0.01})), 0);

  std::vector<Link> links(topology_.links().begin(), topology_.links().end());
  links[down.link].propagation_delay = absl::Milliseconds(10);
  topology_ = Topology::Create("slow", {topology_.nodes().begin(), topology_.nodes().end()},
                               std::move(links))
                  .value();
  EXPECT_EQ(ShareOverA(Economical(topology_, Plan(0.5, 0), Plan(1, 1), demands_, {0.01})), 0);
}

TEST_F(DiamondEconomyTest, SmallSharesGoAndNoneWhenSwitchedOff) {
  const RoutingPlan proposal = Plan(0.995, 1);
  EXPECT_EQ(Economical(topology_, proposal, {}, {}, {0.01}).ratios()[0], 1);
  EXPECT_EQ(Economical(topology_, proposal, {}, {}, {0}).ratios()[0], 0.995);
}

}  // namespace
}  // namespace rhumb

// The optimum over candidate paths against the exact multi-commodity optimum, both from CLP. The
// candidate paths know nothing of the traffic.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "tests/networks.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb {
namespace {

using ::rhumb::testing::AddCable;
using ::rhumb::testing::kGigabit;
using ::rhumb::testing::NamedNodes;
using ::rhumb::testing::RandomConnected;

constexpr char kGravity[] = "gravity:seed=1,count=2";

// One a matrix.
std::vector<double> Ratios(const Topology& topology, const CandidatePaths& candidates,
                           const char* traffic) {
  MinMluOptions options;
  options.leave_out_unroutable = true;
  MinMluSolver exact = MinMluSolver::OverAllPaths(topology, options);
  MinMluSolver restricted = MinMluSolver::OverPaths(topology, candidates.paths(), options);
  const TrafficSeries series =
      GenerateTraffic(topology, ParseTrafficGenerator(traffic).value()).value();
  std::vector<double> ratios;
  for (int i = 0; i < series.size(); ++i) {
    const double best = exact.SolveMlu(series.demands(i)).value();
    ratios.push_back(restricted.SolveMlu(series.demands(i)).value() / best);
    EXPECT_EQ(restricted.unrouted_bps(), exact.unrouted_bps());
  }
  return ratios;
}

double Worst(const std::vector<double>& ratios) {
  return *std::max_element(ratios.begin(), ratios.end());
}

CandidatePaths Default(const Topology& topology) {
  return CandidatePaths::Compute(topology, {}, {}).value();
}

TEST(CandidatePathQualityTest, ReachesTheOptimumOnShippedNetworks) {
  for (const char* name : {"abilene", "b4", "esnet6-backbone", "geant", "nsfnet"}) {
    const Topology topology = LoadTopology(name).value().value;
    const CandidatePaths candidates = Default(topology);
    EXPECT_LT(Worst(Ratios(topology, candidates, kGravity)), 1.01) << name;
    EXPECT_LT(Worst(Ratios(topology, candidates, "elephants:seed=2,count=2")), 1.01) << name;
  }
}

TEST(CandidatePathQualityTest, ReachesTheOptimumOnRandomNetworks) {
  std::vector<double> all;
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const Topology topology = RandomConnected(seed, 8 + static_cast<int>(seed));
    const std::vector<double> ratios = Ratios(topology, Default(topology), kGravity);
    all.insert(all.end(), ratios.begin(), ratios.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_LT(all[all.size() * 95 / 100], 1.01);
  EXPECT_LT(all.back(), 1.05);
}

// Two hubs join through their dual-homed sites: all those ways tie, and only together are they wide
// enough.
TEST(CandidatePathQualityTest, ReachesTheOptimumThroughDualHomedSites) {
  constexpr int kSites = 12;
  std::vector<Link> links;
  for (NodeId site = 2; site < 2 + kSites; ++site) {
    AddCable(&links, site, 0, kGigabit);
    AddCable(&links, site, 1, kGigabit);
  }
  AddCable(&links, 1, 2 + kSites, 10 * kGigabit);
  const Topology topology = Topology::Create("hubs", NamedNodes(3 + kSites), links).value();
  EXPECT_LT(Worst(Ratios(topology, Default(topology), kGravity)), 1.05);
}

TEST(CandidatePathQualityTest, StaysAtTheOptimumAfterEveryLinkFailureOfABackbone) {
  const Topology topology = LoadTopology("esnet6-backbone").value().value;
  CandidatePaths candidates = Default(topology);
  for (LinkId l = 0; l < topology.num_links(); l += 3) {
    LinkChange change;
    change.link = l;
    change.operational_state = OperationalState::kDown;
    const Topology failed = topology.Apply({change}).value();
    ASSERT_EQ(candidates.Update(failed), absl::OkStatus());
    EXPECT_LT(Worst(Ratios(failed, candidates, "gravity:seed=1,count=1")), 1.01)
        << topology.link(l).name;
  }
}

}  // namespace
}  // namespace rhumb

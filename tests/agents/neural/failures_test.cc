// The shipped agent on shipped networks with every cable down in turn: near the optimum, and nobody
// who is still connected left without a path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/neural/neural_policy.h"
#include "tests/agents/observations.h"
#include "topologies/formats/loader.h"
#include "topologies/generators/traffic_generator.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

// The cable of `link`: it and, where there is one, a link that leads back.
TopologyDelta CableDown(const Topology& topology, LinkId link) {
  LinkChange change;
  change.link = link;
  change.operational_state = OperationalState::kDown;
  TopologyDelta delta = {change};
  for (LinkId back : topology.out_links(topology.link(link).destination)) {
    if (topology.link(back).destination != topology.link(link).source) continue;
    change.link = back;
    delta.push_back(change);
    break;
  }
  return delta;
}

class SingleFailureTest : public ::testing::TestWithParam<const char*> {};

TEST_P(SingleFailureTest, StaysNearTheOptimumAndRoutesEveryConnectedPair) {
  const Topology topology = LoadTopology(GetParam())->value;
  const TrafficSeries series =
      *GenerateTraffic(topology, *ParseTrafficGenerator("gravity:seed=3,count=2,noise=0.5"));
  CandidatePathOptions one_thread;
  one_thread.threads = 1;
  CandidatePaths candidates = *CandidatePaths::Compute(topology, {}, one_thread);
  MinMluOptions options;
  options.leave_out_unroutable = true;
  const auto policy = NeuralPolicy::Create("").value();
  std::vector<double> norm_mlu;
  for (LinkId link = 0; link < topology.num_links(); ++link) {
    if (topology.link(link).source > topology.link(link).destination) continue;
    const Topology failed = *topology.Apply(CableDown(topology, link));
    ASSERT_TRUE(candidates.Update(failed).ok());
    MinMluSolver optimum = MinMluSolver::OverAllPaths(failed, options);
    for (int t = 0; t < series.size(); ++t) {
      const TrafficMatrix& demands = series.demands(t);
      Observation observation{failed, {}, {}, candidates.paths(), std::nullopt};
      observation.past_demands.push_back(std::make_shared<const TrafficMatrix>(demands));
      const auto decision = policy->Decide(observation);
      ASSERT_TRUE(decision.ok()) << decision.status();
      testing::ExpectRoutesEveryConnectedPair(failed, decision->plan);
      norm_mlu.push_back(
          MaxLinkUtilization(failed, ComputeLinkLoads(failed, decision->plan, demands).load_bps) /
          *optimum.SolveMlu(demands));
    }
  }
  std::sort(norm_mlu.begin(), norm_mlu.end());
  EXPECT_GE(norm_mlu.front(), 1 - 1e-4);
  EXPECT_LE(norm_mlu[norm_mlu.size() / 2], 1.01);
  EXPECT_LE(norm_mlu[norm_mlu.size() * 95 / 100], 1.05);
}

INSTANTIATE_TEST_SUITE_P(Shipped, SingleFailureTest, ::testing::Values("esnet6-backbone", "geant"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace rhumb::neural

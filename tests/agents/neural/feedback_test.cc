#include "agents/neural/feedback.h"

#include <gtest/gtest.h>

#include <cmath>

#include "agents/baselines/single_path_plan.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/inference.h"
#include "tests/agents/observations.h"

namespace rhumb::neural {
namespace {

using testing::Observe;
using testing::RandomConnected;

TrafficMatrix EvenDemands(const Topology& topology) {
  TrafficMatrix demands(topology.num_nodes());
  for (NodeId s = 0; s < topology.num_nodes(); ++s) {
    for (NodeId d = 0; d < topology.num_nodes(); ++d) {
      if (s != d) demands.set_rate_bps(s, d, 1e8);
    }
  }
  return demands;
}

std::vector<float> LatestOf(const PathGraph& graph, const TrafficMatrix& demands) {
  std::vector<float> latest;
  for (const NodePair& pair : graph.pairs) {
    latest.push_back(static_cast<float>(demands.rate_bps(pair.source, pair.destination) /
                                        graph.mean_capacity_bps));
  }
  return latest;
}

TEST(FeedbackTest, NothingIsKnownBeforeTheFirstInterval) {
  const Topology topology = RandomConnected(3, 6);
  const Observation observation = Observe(topology, {EvenDemands(topology)});
  const PathGraph graph = BuildPathGraph(topology, *observation.candidate_paths);
  Feedback feedback;
  FillFeedback(graph, observation, LatestOf(graph, *observation.past_demands[0]), &feedback);
  EXPECT_EQ(feedback.links, std::vector<float>(graph.num_links() * kNumLinkFeedback, 0.0F));
  EXPECT_EQ(feedback.paths, std::vector<float>(graph.num_paths() * kNumPathFeedback, 0.0F));
}

TEST(FeedbackTest, TellsWhatWasMeasuredAndWhatNobodyExpected) {
  const Topology topology = RandomConnected(3, 6);
  Observation observation = Observe(topology, {EvenDemands(topology)});
  const PathGraph graph = BuildPathGraph(topology, *observation.candidate_paths);
  // A plan over paths of its own.
  observation.plan_in_force = ShortestPathPlan(topology, LinkMetric::kIgp);
  const LinkLoads loads =
      ComputeLinkLoads(topology, *observation.plan_in_force, *observation.past_demands[0]);
  Measurements measured;
  measured.links.resize(topology.num_links());
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    measured.links[l].utilization = loads.load_bps[l] / topology.link(l).capacity_bps;
  }
  measured.links[0].utilization += 0.2;
  measured.links[0].queueing_delay_s = 0.010;
  measured.links[0].loss_ratio = 0.01;
  observation.past_measurements = {std::make_shared<const Measurements>(measured)};

  Feedback feedback;
  FillFeedback(graph, observation, LatestOf(graph, *observation.past_demands[0]), &feedback);
  for (int l = 0; l < graph.num_links(); ++l) {
    const float* row = feedback.links.data() + l * kNumLinkFeedback;
    EXPECT_EQ(row[kKnown], 1);
    EXPECT_NEAR(row[kUnexpected], l == 0 ? 0.2 : 0.0, 1e-5) << "link " << l;
    EXPECT_NEAR(row[kQueue], l == 0 ? 0.5 : 0.0, 1e-6);
    EXPECT_NEAR(row[kLost], l == 0 ? 0.5 : 0.0, 1e-6);
  }
  for (int d = 0; d < graph.num_pairs(); ++d) {
    float sum = 0;
    for (int p = graph.path_begin[d]; p < graph.path_begin[d + 1]; ++p) {
      sum += feedback.paths[p * kNumPathFeedback + kInForce];
    }
    // The shortest path need not be among the candidates.
    EXPECT_TRUE(sum == 0 || sum == 1) << sum;
  }
}

TEST(FeedbackTest, WeightsOfZeroDecideAsWithoutIt) {
  const Topology topology = RandomConnected(4, 7);
  Observation observation = Observe(topology, {EvenDemands(topology)});
  const auto graph =
      std::make_shared<const PathGraph>(BuildPathGraph(topology, *observation.candidate_paths));
  const Checkpoint plan = FindCheckpoint("plan").value();
  std::vector<float> with = plan.weights;
  with.resize(with.size() + NumFeedbackWeights(), 0.0F);
  InferenceOptions options;
  options.iterations = 8;
  Inference blind(plan.weights, ForPlans(options)), seeing(with, ForPlans(options));
  blind.SetGraph(graph);
  seeing.SetGraph(graph);
  const std::vector<float> latest = LatestOf(*graph, *observation.past_demands[0]);
  std::vector<float> history;
  for (float rate : latest) history.insert(history.end(), kHistory, rate);
  Feedback feedback{std::vector<float>(graph->num_links() * kNumLinkFeedback, 0.7F),
                    std::vector<float>(graph->num_paths() * kNumPathFeedback, 0.7F)};
  blind.Run(history);
  seeing.Run(history, &feedback);
  EXPECT_EQ(std::vector<float>(blind.ratios().begin(), blind.ratios().end()),
            std::vector<float>(seeing.ratios().begin(), seeing.ratios().end()));
  EXPECT_FALSE(blind.sees_feedback());
  EXPECT_TRUE(seeing.sees_feedback());
}

}  // namespace
}  // namespace rhumb::neural

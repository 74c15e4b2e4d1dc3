#include "agents/neural/inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "agents/neural/demand_forecast.h"
#include "agents/neural/torch_network.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

using testing::RandomConnected;
using torch::Tensor;

std::shared_ptr<const PathGraph> GraphOf(const Topology& topology) {
  const auto paths = CandidatePaths::Compute(topology, {}, {});
  return std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths->paths()));
}

std::vector<float> RandomHistory(int pairs, uint64_t seed) {
  torch::manual_seed(seed);
  const Tensor history = torch::rand({pairs, kHistory}, torch::kFloat);
  return {history.data_ptr<float>(), history.data_ptr<float>() + history.numel()};
}

// Weights with all blocks at work, the near-zero last layers of fresh ones included.
std::vector<float> BusyWeights(uint64_t seed) {
  torch::manual_seed(seed);
  const Tensor weights = InitialWeights(seed) + 0.1 * torch::randn({NumWeights()}, torch::kFloat);
  return {weights.data_ptr<float>(), weights.data_ptr<float>() + weights.numel()};
}

std::vector<float> Decide(const std::vector<float>& weights,
                          const std::shared_ptr<const PathGraph>& graph,
                          const std::vector<float>& history, InferenceOptions options = {}) {
  Inference inference(weights, options);
  inference.SetGraph(graph);
  inference.Run(history);
  return {inference.ratios().begin(), inference.ratios().end()};
}

class InferenceAgreementTest : public ::testing::TestWithParam<int> {};

TEST_P(InferenceAgreementTest, EqualsTheReferenceNetworkOnEveryKernel) {
  const int seed = GetParam();
  const auto graph = GraphOf(RandomConnected(seed, 5 + 3 * seed));
  const std::vector<float> weights = BusyWeights(seed);
  const std::vector<float> history = RandomHistory(graph->num_pairs(), seed);

  NetworkInput input;
  input.graph = graph;
  input.history = torch::tensor(history).view({-1, kHistory});
  input.next = input.history.narrow(1, 0, 1).contiguous();
  torch::NoGradGuard no_gradient;
  const Tensor expected = Forward(torch::tensor(weights), input, 6).ratios;

  for (const Kernel* kernel : Kernels()) {
    InferenceOptions options;
    options.iterations = 6;
    options.keep_best = false;
    options.kernel = kernel;
    const std::vector<float> ratios = Decide(weights, graph, history, options);
    for (int p = 0; p < graph->num_paths(); ++p) {
      ASSERT_NEAR(ratios[p], expected[p].item<float>(), 1e-5)
          << "path " << p << " " << kernel->name;
    }
  }
}

// Plans for packets look at utilizations as they are.
TEST_P(InferenceAgreementTest, EqualsTheReferenceNetworkThatDecidesWholePlans) {
  const int seed = GetParam();
  const auto graph = GraphOf(RandomConnected(seed, 5 + 3 * seed));
  const std::vector<float> weights = BusyWeights(seed);
  std::vector<float> history = RandomHistory(graph->num_pairs(), seed);
  for (float& rate : history) rate *= 0.3F;

  NetworkInput input;
  input.graph = graph;
  input.history = torch::tensor(history).view({-1, kHistory});
  input.next = input.history.narrow(1, 0, 1).contiguous();
  input.scale = LoadScale::kOverCapacity;
  torch::NoGradGuard no_gradient;
  const Tensor expected = Forward(torch::tensor(weights), input, 8).ratios;

  for (const Kernel* kernel : Kernels()) {
    InferenceOptions options;
    options.iterations = 8;
    options.kernel = kernel;
    const std::vector<float> ratios = Decide(weights, graph, history, ForPlans(options));
    for (int p = 0; p < graph->num_paths(); ++p) {
      ASSERT_NEAR(ratios[p], expected[p].item<float>(), 1e-5)
          << "path " << p << " " << kernel->name;
    }
  }
}

// On whole large networks demands are expected without a path graph, by the same weights.
TEST_P(InferenceAgreementTest, TheForecastOfAnyDemandIsWhatInferenceExpects) {
  const int seed = GetParam();
  const auto graph = GraphOf(RandomConnected(seed, 8));
  const std::vector<float> weights = BusyWeights(seed);
  std::vector<float> history = RandomHistory(graph->num_pairs(), seed);
  std::fill_n(history.begin(), kHistory, 0.7F);             // constant
  std::fill_n(history.begin() + kHistory, kHistory, 0.0F);  // silent
  Inference inference(weights, {});
  inference.SetGraph(graph);
  inference.Run(history);
  const DemandForecast forecast(weights);
  for (int d = 0; d < graph->num_pairs(); ++d) {
    ASSERT_NEAR(forecast.Mean(history.data() + static_cast<size_t>(d) * kHistory),
                inference.expected_demand(d), 1e-5)
        << "pair " << d;
  }
}

std::vector<float> RandomFloats(int count, uint64_t seed) {
  torch::manual_seed(seed);
  const Tensor values = torch::rand({count}, torch::kFloat);
  return {values.data_ptr<float>(), values.data_ptr<float>() + count};
}

// What a running network measured, the weights for it behind the others.
TEST_P(InferenceAgreementTest, EqualsTheReferenceNetworkThatSeesFeedback) {
  const int seed = GetParam();
  const auto graph = GraphOf(RandomConnected(seed, 5 + 3 * seed));
  std::vector<float> weights = BusyWeights(seed);
  for (const float weight : RandomFloats(NumFeedbackWeights(), 3 * seed)) {
    weights.push_back(0.4F * (2 * weight - 1));  // as large as those of the network
  }
  std::vector<float> history = RandomHistory(graph->num_pairs(), seed);
  for (float& rate : history) rate *= 0.3F;
  const Feedback feedback{RandomFloats(graph->num_links() * kNumLinkFeedback, seed),
                          RandomFloats(graph->num_paths() * kNumPathFeedback, seed + 1)};

  NetworkInput input;
  input.graph = graph;
  input.history = torch::tensor(history).view({-1, kHistory});
  input.next = input.history.narrow(1, 0, 1).contiguous();
  input.scale = LoadScale::kOverCapacity;
  input.link_feedback = torch::tensor(feedback.links).view({-1, kNumLinkFeedback});
  input.path_feedback = torch::tensor(feedback.paths).view({-1, kNumPathFeedback});
  torch::NoGradGuard no_gradient;
  const Tensor expected = Forward(torch::tensor(weights), input, 8).ratios;

  for (const Kernel* kernel : Kernels()) {
    InferenceOptions options;
    options.iterations = 8;
    options.kernel = kernel;
    Inference inference(weights, ForPlans(options));
    inference.SetGraph(graph);
    inference.Run(history, &feedback);
    for (int p = 0; p < graph->num_paths(); ++p) {
      ASSERT_NEAR(inference.ratios()[p], expected[p].item<float>(), 1e-5)
          << "path " << p << " " << kernel->name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, InferenceAgreementTest, ::testing::Range(1, 7));

TEST(InferenceTest, RatiosOfEveryPairSumToOne) {
  const auto graph = GraphOf(RandomConnected(4, 12));
  const std::vector<float> ratios =
      Decide(BusyWeights(1), graph, RandomHistory(graph->num_pairs(), 2));
  for (int d = 0; d < graph->num_pairs(); ++d) {
    EXPECT_NEAR(std::accumulate(ratios.begin() + graph->path_begin[d],
                                ratios.begin() + graph->path_begin[d + 1], 0.0),
                1.0, 1e-5);
  }
}

Topology WithCapacitiesTimes(const Topology& topology, double factor) {
  TopologyDelta delta;
  for (LinkId link = 0; link < topology.num_links(); ++link) {
    LinkChange change;
    change.link = link;
    change.capacity_bps = factor * topology.link(link).capacity_bps;
    delta.push_back(change);
  }
  return *topology.Apply(delta);
}

// A power of two changes no digit, so every step of refinement is the same, too. Other factors
// round differently, and refinement follows the last digit: there the network alone is compared.
TEST(InferenceTest, UnitsOfTrafficAndCapacityDoNotMatter) {
  const Topology topology = RandomConnected(5, 10);
  const auto graph = GraphOf(topology);
  const std::vector<float> weights = BusyWeights(3);
  const std::vector<float> history = RandomHistory(graph->num_pairs(), 3);
  InferenceOptions unrefined;
  unrefined.refinements = 0;
  for (const float factor : {8.0F, 10.0F}) {
    const bool exact = factor == 8.0F;
    const InferenceOptions options = exact ? InferenceOptions{} : unrefined;
    const float tolerance = exact ? 0.0F : 1e-4F;
    const auto large = GraphOf(WithCapacitiesTimes(topology, factor));
    const std::vector<float> ratios = Decide(weights, graph, history, options);
    std::vector<float> more = history;
    for (float& rate : more) rate *= factor;
    EXPECT_THAT(Decide(weights, graph, more, options),
                ::testing::Pointwise(::testing::FloatNear(tolerance), ratios))
        << factor;
    EXPECT_THAT(Decide(weights, large, more, options),
                ::testing::Pointwise(::testing::FloatNear(tolerance), ratios))
        << factor;
  }
}

TEST(InferenceTest, RelabellingNodesRelabelsThePlan) {
  const Topology topology = RandomConnected(6, 9);
  const int n = topology.num_nodes();
  // Node v becomes (v * 2 + 3) mod 9, and links are listed backwards.
  const auto moved = [n](NodeId v) { return (v * 2 + 3) % n; };
  std::vector<Node> nodes(n);
  for (NodeId v = 0; v < n; ++v) nodes[moved(v)] = topology.node(v);
  std::vector<Link> links;
  for (LinkId l = topology.num_links() - 1; l >= 0; --l) {
    Link link = topology.link(l);
    link.source = moved(link.source);
    link.destination = moved(link.destination);
    links.push_back(link);
  }
  const Topology relabelled = *Topology::Create("relabelled", nodes, links);

  // The same paths, listed for the pairs in reverse order.
  const auto original = *CandidatePaths::Compute(topology, {}, {})->paths();
  PathSet::Builder builder;
  for (int pair = original.num_pairs() - 1; pair >= 0; --pair) {
    builder.AddPair(moved(original.pair(pair).source), moved(original.pair(pair).destination));
    for (int p = original.paths_of(pair).begin; p < original.paths_of(pair).end; ++p) {
      Path path;
      for (LinkId link : original.links(p)) path.push_back(topology.num_links() - 1 - link);
      builder.AddPath(path);
    }
  }
  const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, original));
  const auto other = std::make_shared<const PathGraph>(BuildPathGraph(relabelled, builder.Build()));
  const std::vector<float> weights = BusyWeights(4);
  const std::vector<float> history = RandomHistory(graph->num_pairs(), 4);
  std::vector<float> reversed;
  for (int d = graph->num_pairs() - 1; d >= 0; --d) {
    reversed.insert(reversed.end(), history.begin() + d * kHistory,
                    history.begin() + (d + 1) * kHistory);
  }

  const std::vector<float> ratios = Decide(weights, graph, history);
  const std::vector<float> others = Decide(weights, other, reversed);

  const int pairs = graph->num_pairs();
  for (int d = 0; d < pairs; ++d) {
    const int there = other->path_begin[pairs - 1 - d];
    for (int p = graph->path_begin[d]; p < graph->path_begin[d + 1]; ++p) {
      EXPECT_NEAR(ratios[p], others[there + p - graph->path_begin[d]], 1e-4);
    }
  }
}

TEST(InferenceTest, LeavesOutPathsOverDeadAndDrainedLinks) {
  Topology topology = RandomConnected(7, 10);
  const auto paths = CandidatePaths::Compute(topology, {}, {})->paths();
  LinkChange down, drained;
  down.link = 3;
  down.operational_state = OperationalState::kDown;
  drained.link = 8;
  drained.administrative_state = AdministrativeState::kDrained;
  topology = *topology.Apply({down, drained});
  const PathGraph graph = BuildPathGraph(topology, *paths);
  EXPECT_LT(graph.num_paths(), paths->num_paths());
  for (int p : graph.path_of_set) EXPECT_TRUE(IsUsable(topology, paths->links(p)));
}

// The score is a soft maximum of sharpness 400 for constant traffic, which exceeds the logarithm of
// the MLU by at most log(links) / 400: the best score allows an MLU larger by no more than that.
TEST(InferenceTest, BestIterateIsNoWorseThanTheFirstByMoreThanTheSoftMaximumIsSoft) {
  const auto graph = GraphOf(RandomConnected(8, 10));
  std::vector<float> history(graph->num_pairs() * kHistory, 1.0F);
  const std::vector<float> weights = BusyWeights(5);
  InferenceOptions options;
  options.iterations = 0;
  options.delay_weight = 0;  // else a larger MLU may be paid for with a shorter delay
  Inference first(weights, options);
  first.SetGraph(graph);
  first.Run(history);
  options.iterations = 9;
  Inference best(weights, options);
  best.SetGraph(graph);
  best.Run(history);
  const double softness = std::exp(std::log(graph->num_links()) / 400.0);
  EXPECT_LE(best.latest_mlu(), first.latest_mlu() * softness * (1 + 1e-6));
}

}  // namespace
}  // namespace rhumb::neural

// How far two computers agree on a decision: the agent's portable kernel and the best one of this
// processor, which round differently, on random networks.
//
//   kernel_agreement [NETWORKS]
//
// Prints the largest difference of a split ratio, network by network as quantiles, of what the
// network says, of what refinement makes of it, and of the split under prices on both.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_format.h"
#include "agents/neural/checkpoint.h"
#include "agents/neural/inference.h"
#include "agents/neural/priced_split.h"
#include "tests/benchmark/measuring.h"
#include "tests/networks.h"
#include "topologies/paths/candidate_paths.h"

namespace rhumb::neural {
namespace {

// About the mean of what the shipped head sets.
constexpr Prices kUsual = {1.2F, 1.8F, 0.0F, -0.13F, 0.85F, 0.25F};

struct Answer {
  std::vector<float> plan, priced;
};

Answer Decide(const Checkpoint& checkpoint, const std::shared_ptr<const PathGraph>& graph,
              const std::vector<float>& history, const InferenceOptions& options) {
  Inference inference(checkpoint.weights, options);
  inference.SetGraph(graph);
  inference.Run(history);
  std::vector<float> demands;
  for (int d = 0; d < graph->num_pairs(); ++d) demands.push_back(inference.expected_demand(d));
  PricedSplit split;
  split.SetGraph(graph);
  split.Run(inference.ratios(), demands, kUsual);
  return {{inference.ratios().begin(), inference.ratios().end()},
          {split.ratios().begin(), split.ratios().end()}};
}

double LargestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max<double>(largest, std::abs(a[i] - b[i]));
  return largest;
}

// Half of the pairs are silent, the others move by a few percent.
std::vector<float> RandomHistory(int pairs, std::mt19937* random) {
  const auto draw = [&] { return static_cast<float>((*random)() / 4294967296.0); };
  std::vector<float> history;
  for (int d = 0; d < pairs; ++d) {
    const float rate = draw() < 0.5F ? 0.0F : 0.1F * draw();
    for (int h = 0; h < kHistory; ++h) history.push_back(rate * (1 + 0.05F * draw()));
  }
  return history;
}

void Print(const char* what, const std::vector<double>& differences) {
  int near = 0;
  for (const double difference : differences) near += difference < 1e-5;
  std::printf("%-34s median %.1e  90 %% %.1e  all %.1e  below 1e-5: %d of %d\n", what,
              Quantile(differences, 0.5), Quantile(differences, 0.9), Quantile(differences, 1.0),
              near, static_cast<int>(differences.size()));
}

void Compare(const Checkpoint& checkpoint, int networks, bool refine) {
  std::vector<double> plans, priced;
  for (int seed = 1; seed <= networks; ++seed) {
    std::mt19937 random(seed);
    const Topology topology = testing::RandomConnected(seed, 5 + static_cast<int>(random() % 16));
    const auto paths = CandidatePaths::Compute(topology, {}, {}).value().paths();
    const auto graph = std::make_shared<const PathGraph>(BuildPathGraph(topology, *paths));
    const std::vector<float> history = RandomHistory(graph->num_pairs(), &random);
    InferenceOptions options;
    if (!refine) options.refinements = 0;
    const Answer best = Decide(checkpoint, graph, history, options);
    options.kernel = Kernels().front();
    const Answer portable = Decide(checkpoint, graph, history, options);
    plans.push_back(LargestDifference(best.plan, portable.plan));
    priced.push_back(LargestDifference(best.priced, portable.priced));
  }
  Print(refine ? "refined" : "the network", plans);
  Print(refine ? "refined, under prices" : "the network, under prices", priced);
}

}  // namespace
}  // namespace rhumb::neural

int main(int argc, char** argv) {
  const int networks = argc > 1 ? std::atoi(argv[1]) : 100;
  const auto checkpoint = rhumb::OrExit(rhumb::neural::FindCheckpoint("packet"));
  std::printf("%s against %s\n", rhumb::neural::BestKernel().name,
              rhumb::neural::Kernels().front()->name);
  for (const bool refine : {false, true}) rhumb::neural::Compare(checkpoint, networks, refine);
  return 0;
}

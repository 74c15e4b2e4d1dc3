#include "agents/training/validation_set.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/neural/inference.h"

namespace rhumb::training {
namespace {

double Mlu(const neural::PathGraph& graph, absl::Span<const float> ratios,
           absl::Span<const float> demands) {
  std::vector<double> load(graph.num_links(), 0.0);
  for (int p = 0; p < graph.num_paths(); ++p) {
    const double flow = static_cast<double>(ratios[p]) * demands[graph.pair_of_path[p]];
    for (int i = graph.link_begin[p]; i < graph.link_begin[p + 1]; ++i)
      load[graph.links[i]] += flow;
  }
  double mlu = 0;
  for (int l = 0; l < graph.num_links(); ++l) mlu = std::max(mlu, load[l] / graph.capacity[l]);
  return mlu;
}

double DelayRatio(const neural::PathGraph& graph, absl::Span<const float> ratios,
                  absl::Span<const float> demands) {
  double taken = 0, fastest = 0;
  for (int d = 0; d < graph.num_pairs(); ++d) {
    const int begin = graph.path_begin[d], end = graph.path_begin[d + 1];
    fastest += static_cast<double>(demands[d]) *
               *std::min_element(graph.delay.begin() + begin, graph.delay.begin() + end);
    for (int p = begin; p < end; ++p)
      taken += static_cast<double>(demands[d]) * ratios[p] * graph.delay[p];
  }
  return fastest > 0 ? taken / fastest : 1.0;
}

double Mean(const std::vector<double>& values) {
  return values.empty() ? 1.0
                        : std::accumulate(values.begin(), values.end(), 0.0) /
                              static_cast<double>(values.size());
}

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 1.0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1) + 0.5)];
}

}  // namespace

absl::StatusOr<ValidationSet> ValidationSet::Create(PoolOptions options, int count, uint64_t seed) {
  options.count = count;
  absl::StatusOr<SamplePool> pool = SamplePool::Create(options, seed);
  if (!pool.ok()) return pool.status();
  ValidationSet set;
  Random random(seed + 1);
  for (int i = 0; i < count; ++i) {
    const PooledNetwork& network = pool->network(i);
    Case c;
    c.graph = std::make_shared<const neural::PathGraph>(network.graph);
    c.constant = i % 2 == 0;
    TrafficDraw draw = options.traffic;
    draw.constant_share = c.constant ? 1 : 0;
    c.demands = DrawDemands(network.topology, network.graph.pairs, draw, random);
    TrafficMatrix matrix(network.topology.num_nodes());
    for (int d = 0; d < network.graph.num_pairs(); ++d) {
      matrix.set_rate_bps(network.graph.pairs[d].source, network.graph.pairs[d].destination,
                          network.graph.mean_capacity_bps * c.demands.next[d]);
    }
    const auto optimum =
        MinMluSolver::OverPaths(network.topology, network.paths, {}).SolveMlu(matrix);
    if (!optimum.ok()) return optimum.status();
    c.optimum = *optimum;
    if (c.optimum > 0) set.cases_.push_back(std::move(c));
  }
  return set;
}

ValidationScores ValidationSet::Evaluate(absl::Span<const float> weights, int iterations) const {
  neural::InferenceOptions options;
  options.iterations = iterations;
  options.refinements = 0;
  neural::Inference inference(weights, options);
  std::vector<double> constant, lookback, delay;
  for (const Case& c : cases_) {
    inference.SetGraph(c.graph);
    inference.Run(c.demands.history);
    (c.constant ? constant : lookback)
        .push_back(Mlu(*c.graph, inference.ratios(), c.demands.next) / c.optimum);
    delay.push_back(DelayRatio(*c.graph, inference.ratios(), c.demands.next));
  }
  ValidationScores scores;
  scores.constant_mean = Mean(constant);
  scores.constant_worst = Quantile(constant, 1);
  scores.lookback_mean = Mean(lookback);
  scores.lookback_p95 = Quantile(lookback, 0.95);
  scores.delay_mean = Mean(delay);
  return scores;
}

}  // namespace rhumb::training

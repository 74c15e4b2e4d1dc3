#include "agents/training/flow_objective.h"

#include <algorithm>
#include <cmath>

namespace rhumb::training {

using neural::NetworkInput;
using neural::NetworkOutput;
using torch::Tensor;

namespace {

// log MLU per graph, soft and hard, of utilizations [links, 1].
struct LogMlu {
  Tensor soft;  // scalar sum over graphs, differentiable
  double hard;  // sum over graphs
};

LogMlu SumOfLogMlu(const neural::SharedGraph& graph, const Tensor& utilization, double sharpness) {
  LogMlu result{torch::zeros({}, utilization.options()), 0};
  for (int g = 0; g < graph->num_graphs(); ++g) {
    const int begin = graph->graph_link_begin[g];
    const Tensor u =
        utilization.narrow(0, begin, graph->graph_link_begin[g + 1] - begin).view({-1});
    // The norm of order `sharpness`: its log is the soft maximum of the logs.
    result.soft =
        result.soft + torch::logsumexp(sharpness * u.clamp_min(1e-30).log(), 0) / sharpness;
    result.hard += std::log(std::max(u.detach().max().item<double>(), 1e-30));
  }
  return result;
}

// [pairs] of `graph`, for index_add.
Tensor GraphOfPair(const neural::PathGraph& graph) {
  return torch::tensor(graph.graph_of_pair, torch::kInt32).to(torch::kLong);
}

}  // namespace

NetworkInput ToInput(const Batch& batch, torch::ScalarType type) {
  NetworkInput input;
  input.graph = batch.graph;
  input.history = torch::tensor(batch.history, torch::kFloat).view({-1, neural::kHistory}).to(type);
  input.next = torch::tensor(batch.next, torch::kFloat).view({-1, 1}).to(type);
  return input;
}

Tensor DelayRatio(const NetworkInput& input, const Tensor& ratios) {
  const neural::SharedGraph& graph = input.graph;
  const Tensor delay = torch::tensor(graph->delay, torch::kFloat).to(ratios.scalar_type());
  const Tensor next = input.next.view({-1}).to(ratios.scalar_type());
  const auto of_graphs = [&](const Tensor& of_pairs) {
    return torch::zeros({graph->num_graphs()}, of_pairs.options())
        .index_add(0, GraphOfPair(*graph), of_pairs);
  };
  const Tensor taken =
      neural::SumOverPaths(graph, (ratios.view({-1}) * delay).view({-1, 1})).view({-1});
  const Tensor fastest = of_graphs(next * neural::MinOfPairs(graph, delay));
  return torch::where(fastest > 0, of_graphs(next * taken) / fastest.clamp_min(1e-30),
                      torch::ones_like(fastest));
}

ObjectiveValue AnalyticObjective(const Tensor& weights, const NetworkInput& input,
                                 const ObjectiveOptions& options) {
  const NetworkOutput output = neural::Forward(
      weights, input, options.without_gradient + options.iterations, options.without_gradient);
  const int graphs = input.graph->num_graphs();
  ObjectiveValue value;
  double weight_sum = 0;
  for (int k = 1; k <= options.iterations; ++k) {
    const double share = options.iterations > 1 ? (k - 1.0) / (options.iterations - 1) : 1.0;
    const double weight = options.first_iterate_weight + (1 - options.first_iterate_weight) * share;
    const LogMlu mlu = SumOfLogMlu(input.graph, output.next_loads[options.without_gradient + k],
                                   options.sharpness);
    Tensor loss = mlu.soft;
    if (options.delay_weight > 0) {
      const Tensor ratios =
          neural::SoftmaxOfPairs(input.graph, output.logits[options.without_gradient + k]);
      loss = loss + options.delay_weight * (DelayRatio(input, ratios) - 1).sum();
    }
    value.loss = k == 1 ? weight * loss : value.loss + weight * loss;
    value.log_mlu = mlu.hard / graphs;
    weight_sum += weight;
  }
  value.loss = value.loss / (weight_sum * graphs);
  return value;
}

Reward FlowReward(const NetworkInput& input, double delay_weight) {
  return [input, delay_weight](const Tensor& logits) {
    torch::NoGradGuard no_gradient;
    const Tensor log_mlu = neural::MaxOfGraphs(input.graph, neural::Utilization(input, logits))
                               .view({-1})
                               .clamp_min(1e-30)
                               .log();
    const Tensor ratios = neural::SoftmaxOfPairs(input.graph, logits);
    return -(log_mlu + delay_weight * (DelayRatio(input, ratios) - 1));
  };
}

Tensor LeaveOneOutAdvantages(const Tensor& rewards) {
  const double n = static_cast<double>(rewards.size(0));
  const Tensor others = (rewards.sum(0, true) - rewards) / (n - 1);
  return (rewards - others) / (rewards.std(0, /*unbiased=*/true, /*keepdim=*/true) + 1e-8);
}

ObjectiveValue ScoreFunctionObjective(const Tensor& weights, const NetworkInput& input,
                                      const Reward& reward, const ObjectiveOptions& options,
                                      const ScoreFunctionOptions& score, Random& random) {
  const NetworkOutput output = neural::Forward(weights, input, options.iterations);
  const Tensor mean = output.logits.back();
  const int64_t paths = mean.size(0);
  std::vector<Tensor> actions, rewards;
  for (int n = 0; n < score.samples; ++n) {
    std::vector<float> noise(paths);
    for (float& x : noise) x = static_cast<float>(score.sigma * random.Normal());
    actions.push_back(mean.detach() + torch::tensor(noise).to(mean.scalar_type()));
    rewards.push_back(reward(actions.back()));
  }
  const Tensor advantages = LeaveOneOutAdvantages(torch::stack(rewards));  // [samples, graphs]
  std::vector<int> graph_of_path;
  for (int pair : input.graph->pair_of_path)
    graph_of_path.push_back(input.graph->graph_of_pair[pair]);
  const Tensor index = torch::tensor(graph_of_path, torch::kInt32);

  ObjectiveValue value;
  value.loss = torch::zeros({}, mean.options());
  for (int n = 0; n < score.samples; ++n) {
    const Tensor distance = actions[n] - mean;
    const Tensor log_probability = distance * distance * (-0.5 / (score.sigma * score.sigma));
    const Tensor advantage = neural::Rows(advantages[n].view({-1, 1}), index).view({-1});
    value.loss = value.loss - (advantage * log_probability).sum();
  }
  value.loss = value.loss / (score.samples * static_cast<double>(input.graph->num_pairs()));
  value.log_mlu = -reward(mean.detach()).mean().item<double>();
  return value;
}

}  // namespace rhumb::training

#include "agents/training/cost_model.h"

#include <algorithm>
#include <cmath>

#include "agents/training/random.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr int kInputs = 6;
constexpr int kHidden = 16;
// First layer, its bias, second layer, its bias; then what a delay and a path cost, and the slope
// of the reward in the logarithm of the cost, all as logarithms.
constexpr int kSecond = kHidden * kInputs + kHidden;
constexpr int kScalars = kSecond + kHidden + 1;
constexpr float kMostUtilization = 4;

Tensor FromFloats(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat).view({-1, 1});
}

}  // namespace

int NumCostWeights() { return kScalars + 3; }

std::vector<float> InitialCostWeights(uint64_t seed) {
  std::vector<float> weights(NumCostWeights(), 0.0F);
  Random random(seed);
  for (int i = 0; i < kSecond + kHidden; ++i) {
    const double bound = 1 / std::sqrt(i < kSecond ? kInputs : kHidden);
    weights[i] = static_cast<float>(bound * random.Uniform(-1, 1));
  }
  return weights;
}

Tensor PredictedRewards(const Tensor& weights, const neural::SharedGraph& graph,
                        const Tensor& ratios, const Tensor& demands) {
  const int64_t plans = ratios.size(1);
  const Tensor flows = ratios * neural::SpreadToPaths(graph, demands);  // [paths, plans]
  const Tensor u = (neural::SumOnLinks(graph, flows) / FromFloats(graph->capacity))
                       .clamp_max(kMostUtilization);  // [links, plans]
  const Tensor capacity = FromFloats(graph->log_capacity).expand_as(u);
  const Tensor in = torch::stack({u / (1 + u), torch::relu(u - 0.5), torch::relu(u - 0.8),
                                  torch::relu(u - 1.0), torch::relu(u - 1.3), capacity},
                                 2)
                        .view({-1, kInputs});
  const Tensor first = weights.narrow(0, 0, kHidden * kInputs).view({kHidden, kInputs});
  const Tensor bias = weights.narrow(0, kHidden * kInputs, kHidden);
  const Tensor second = weights.narrow(0, kSecond, kHidden).view({1, kHidden});
  const Tensor hidden = torch::softplus(torch::addmm(bias, in, first.t()));
  const Tensor of_links =
      torch::softplus(torch::mm(hidden, second.t()) + weights.narrow(0, kSecond + kHidden, 1) - 2)
          .view({-1, plans});

  // Delays over the mean of the pairs' fastest, as PathGraph::detour has them.
  const Tensor delay = FromFloats(graph->delay);
  const Tensor fastest = neural::MinOfPairs(graph, delay.view({-1})).view({-1, 1});
  const Tensor of_pair = torch::tensor(graph->graph_of_pair, torch::kInt32).to(torch::kLong);
  const auto of_graphs = [&](const Tensor& x) {
    return torch::zeros({graph->num_graphs(), x.size(1)}, x.options()).index_add(0, of_pair, x);
  };
  const Tensor mean = of_graphs(fastest) / of_graphs(torch::ones_like(fastest));
  const Tensor relative =
      delay / neural::SpreadToPaths(graph, torch::index_select(mean, 0, of_pair));

  const Tensor scalars = torch::exp(weights.narrow(0, kScalars, 3));
  const Tensor of_paths =
      scalars[0] * relative + scalars[1] + neural::SumAlongPaths(graph, of_links);
  const Tensor cost = of_graphs(neural::SumOverPaths(graph, flows * of_paths)) /
                      of_graphs(demands).clamp_min(1e-12);
  return -scalars[2] * torch::log(cost.clamp_min(1e-12));
}

}  // namespace rhumb::training

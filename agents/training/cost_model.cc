#include "agents/training/cost_model.h"

#include <algorithm>
#include <cmath>

#include "agents/neural/feedback.h"
#include "agents/training/random.h"

namespace rhumb::training {
namespace {

using torch::Tensor;

constexpr int kPlainInputs = 6;
constexpr int kHidden = 16;
constexpr float kMostUtilization = 4;
constexpr float kFirstMoveCost = 1.5;  // as a logarithm; it is learned

// First layer, its bias, second layer, its bias; then what a delay and a path cost, and the slope
// of the reward in the logarithm of the cost, all as logarithms; in a running network also what
// moving all traffic costs.
struct Layout {
  explicit Layout(bool running)
      : inputs(kPlainInputs + (running ? int{neural::kNumLinkFeedback} : 0)),
        second(kHidden * inputs + kHidden),
        scalars(second + kHidden + 1),
        size(scalars + 3 + (running ? 1 : 0)) {}
  int inputs, second, scalars, size;
};

Tensor FromFloats(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat).view({-1, 1});
}

}  // namespace

int NumCostWeights(bool running) { return Layout(running).size; }

std::vector<float> InitialCostWeights(uint64_t seed, bool running) {
  const Layout layout(running);
  std::vector<float> weights(layout.size, 0.0F);
  Random random(seed);
  for (int i = 0; i < layout.second + kHidden; ++i) {
    const double bound = 1 / std::sqrt(i < layout.second ? layout.inputs : kHidden);
    weights[i] = static_cast<float>(bound * random.Uniform(-1, 1));
  }
  if (running) weights.back() = kFirstMoveCost;
  return weights;
}

namespace {

// `running` is null for a network that is judged as a whole.
Tensor Predict(const Tensor& weights, const neural::SharedGraph& graph, const Tensor& ratios,
               const Tensor& demands, const RunningNetwork* running) {
  const Layout layout(running != nullptr);
  const int64_t plans = ratios.size(1);
  const Tensor flows = ratios * neural::SpreadToPaths(graph, demands);  // [paths, plans]
  const Tensor u = (neural::SumOnLinks(graph, flows) / FromFloats(graph->capacity))
                       .clamp_max(kMostUtilization);  // [links, plans]
  const Tensor capacity = FromFloats(graph->log_capacity).expand_as(u);
  Tensor in = torch::stack({u / (1 + u), torch::relu(u - 0.5), torch::relu(u - 0.8),
                            torch::relu(u - 1.0), torch::relu(u - 1.3), capacity},
                           2);
  if (running != nullptr) in = torch::cat({in, running->links}, 2);
  in = in.view({-1, layout.inputs});
  const Tensor first = weights.narrow(0, 0, kHidden * layout.inputs).view({kHidden, -1});
  const Tensor bias = weights.narrow(0, kHidden * layout.inputs, kHidden);
  const Tensor second = weights.narrow(0, layout.second, kHidden).view({1, kHidden});
  const Tensor hidden = torch::softplus(torch::addmm(bias, in, first.t()));
  const Tensor of_links = torch::softplus(torch::mm(hidden, second.t()) +
                                          weights.narrow(0, layout.second + kHidden, 1) - 2)
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

  const Tensor scalars =
      torch::exp(weights.narrow(0, layout.scalars, layout.size - layout.scalars));
  const Tensor of_paths =
      scalars[0] * relative + scalars[1] + neural::SumAlongPaths(graph, of_links);
  const Tensor all = of_graphs(demands).clamp_min(1e-12);
  const Tensor cost = of_graphs(neural::SumOverPaths(graph, flows * of_paths)) / all;
  const Tensor reward = -scalars[2] * torch::log(cost.clamp_min(1e-12));
  if (running == nullptr) return reward;
  const Tensor changes = (ratios - running->in_force).abs() * neural::SpreadToPaths(graph, demands);
  return reward - 0.5 * scalars[3] * of_graphs(neural::SumOverPaths(graph, changes)) / all;
}

}  // namespace

Tensor PredictedRewards(const Tensor& weights, const neural::SharedGraph& graph,
                        const Tensor& ratios, const Tensor& demands) {
  return Predict(weights, graph, ratios, demands, nullptr);
}

Tensor PredictedAdvantages(const Tensor& weights, const neural::SharedGraph& graph,
                           const Tensor& ratios, const Tensor& demands,
                           const RunningNetwork& running) {
  return Predict(weights, graph, ratios, demands, &running);
}

}  // namespace rhumb::training

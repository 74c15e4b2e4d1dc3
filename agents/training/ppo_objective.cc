#include "agents/training/ppo_objective.h"

#include <cmath>

#include "agents/neural/network_shape.h"
#include "agents/training/random.h"

namespace rhumb::training {

using neural::NetworkInput;
using neural::NetworkOutput;
using neural::SharedGraph;
using torch::Tensor;

namespace {

constexpr int kCriticHidden = 16;
// Mean and largest link state, and the number of links.
constexpr int kCriticInput = 2 * neural::kLinkState + 1;
constexpr double kLargestLogRatio = 10;  // keeps a stray ratio finite; far outside of any clip

Tensor Column(const std::vector<float>& values) {
  return torch::tensor(values, torch::kFloat).view({-1, 1});
}

Tensor GraphsOfPairs(const SharedGraph& graph) {
  return torch::tensor(graph->graph_of_pair, torch::kInt32);
}

// Mean over the pairs of every graph, then over graphs, of [pairs, 1].
Tensor MeanOverPairsThenGraphs(const SharedGraph& graph, const Tensor& of_pairs) {
  std::vector<float> weight(graph->num_graphs(), 0.0F);
  for (int g : graph->graph_of_pair) weight[g] += 1;
  for (float& w : weight) w = 1 / (w * static_cast<float>(graph->num_graphs()));
  return (of_pairs * neural::Rows(Column(weight), GraphsOfPairs(graph))).sum();
}

Tensor LogSigma(const Tensor& parameters) { return parameters.narrow(0, NumParameters() - 1, 1); }

}  // namespace

int NumCriticWeights() { return kCriticHidden * (kCriticInput + 1) + kCriticHidden + 1; }

int NumParameters() { return neural::NumWeights() + NumCriticWeights() + 1; }

std::vector<float> InitialParameters(absl::Span<const float> weights, double sigma, uint64_t seed) {
  std::vector<float> parameters(weights.begin(), weights.end());
  Random random(seed);
  const double bound = 1 / std::sqrt(static_cast<double>(kCriticInput));
  for (int i = 0; i < kCriticHidden * (kCriticInput + 1); ++i) {
    parameters.push_back(static_cast<float>(random.Uniform(-bound, bound)));
  }
  // The first values are 0, which is what shortest path is worth.
  parameters.resize(parameters.size() + kCriticHidden + 1, 0.0F);
  parameters.push_back(static_cast<float>(std::log(sigma)));
  return parameters;
}

PpoBatch ToBatch(absl::Span<const Sample> samples) {
  PpoBatch batch;
  std::vector<const neural::PathGraph*> graphs;
  std::vector<float> history, logits, means, sigma, advantage, target;
  std::vector<float> trade_off, trade_off_mean, trade_off_sigma;
  for (const Sample& sample : samples) {
    const Transition& t = *sample.transition;
    graphs.push_back(t.graph.get());
    history.insert(history.end(), t.history.begin(), t.history.end());
    logits.insert(logits.end(), t.logits.begin(), t.logits.end());
    means.insert(means.end(), t.means.begin(), t.means.end());
    sigma.insert(sigma.end(), t.means.size(), static_cast<float>(t.sigma));
    trade_off.push_back(static_cast<float>(t.trade_off));
    trade_off_mean.push_back(static_cast<float>(t.trade_off_mean));
    trade_off_sigma.push_back(static_cast<float>(t.trade_off_sigma));
    advantage.push_back(static_cast<float>(sample.advantage));
    target.push_back(static_cast<float>(sample.value_target));
  }
  batch.input.graph = std::make_shared<const neural::PathGraph>(neural::Concatenate(graphs));
  batch.input.history = torch::tensor(history, torch::kFloat).view({-1, neural::kHistory});
  // What comes next is never an input; the network asks for it to score itself.
  batch.input.next = batch.input.history.narrow(1, 0, 1).contiguous();
  batch.input.sees_load = true;
  batch.input.trade_off = Column(trade_off);
  batch.trade_off_mean = Column(trade_off_mean);
  batch.trade_off_sigma = Column(trade_off_sigma);
  batch.logits = torch::tensor(logits, torch::kFloat);
  batch.means = torch::tensor(means, torch::kFloat);
  batch.sigma = torch::tensor(sigma, torch::kFloat);
  batch.advantage = Column(advantage);
  batch.value_target = Column(target);
  return batch;
}

Tensor ClippedSurrogate(const Tensor& log_ratio, const Tensor& advantage, double clip) {
  const Tensor ratio = log_ratio.clamp(-kLargestLogRatio, kLargestLogRatio).exp();
  return -torch::min(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage);
}

Tensor LogDensityOfPairs(const SharedGraph& graph, const Tensor& logits, const Tensor& mean,
                         const Tensor& sigma) {
  constexpr double kLogRootOfTwoPi = 0.91893853320467274178;
  const Tensor distance = (logits - mean) / sigma;
  return neural::SumOverPaths(
      graph, (-0.5 * distance * distance - sigma.log() - kLogRootOfTwoPi).view({-1, 1}));
}

Tensor DivergenceOfPairs(const SharedGraph& graph, const Tensor& old_mean, const Tensor& old_sigma,
                         const Tensor& new_mean, const Tensor& new_sigma) {
  const Tensor shift = (old_mean - new_mean) / new_sigma, spread = old_sigma / new_sigma;
  return neural::SumOverPaths(
      graph, (0.5 * (spread * spread + shift * shift - 1) - spread.log()).view({-1, 1}));
}

Tensor Values(const Tensor& parameters, const NetworkInput& input, const NetworkOutput& output) {
  std::vector<Tensor> rows;
  for (int g = 0; g < input.graph->num_graphs(); ++g) {
    const int begin = input.graph->graph_link_begin[g];
    const int links = input.graph->graph_link_begin[g + 1] - begin;
    const Tensor state = output.link_state.narrow(0, begin, links);  // [links, kLinkState]
    rows.push_back(torch::cat({state.mean(0), std::get<0>(state.max(0)),
                               torch::full({1}, 0.2 * std::log(links), state.options())}));
  }
  int64_t at = neural::NumWeights();
  const auto take = [&](int64_t rows_of, int64_t columns) {
    const Tensor block = parameters.narrow(0, at, rows_of * columns).view({rows_of, columns});
    at += rows_of * columns;
    return block;
  };
  const Tensor hidden_weight = take(kCriticHidden, kCriticInput);
  const Tensor hidden_bias = take(1, kCriticHidden);
  const Tensor out_weight = take(1, kCriticHidden);
  const Tensor out_bias = take(1, 1);
  const Tensor hidden = torch::tanh(torch::mm(torch::stack(rows), hidden_weight.t()) + hidden_bias);
  return torch::mm(hidden, out_weight.t()) + out_bias;
}

std::vector<double> ValuesOf(absl::Span<const float> parameters, const PpoBatch& batch,
                             int iterations) {
  torch::NoGradGuard no_gradient;
  const Tensor flat = torch::tensor(std::vector<float>(parameters.begin(), parameters.end()));
  const Tensor values =
      Values(flat, batch.input,
             neural::Forward(flat.narrow(0, 0, neural::NumWeights()), batch.input, iterations));
  const Tensor wide = values.to(torch::kDouble).contiguous();
  return {wide.data_ptr<double>(), wide.data_ptr<double>() + wide.numel()};
}

PpoLoss PpoObjective(const Tensor& parameters, const PpoBatch& batch, const PpoOptions& options) {
  const SharedGraph& graph = batch.input.graph;
  const NetworkOutput output = neural::Forward(parameters.narrow(0, 0, neural::NumWeights()),
                                               batch.input, options.iterations);
  const Tensor mean = output.logits.back();
  const Tensor log_sigma = LogSigma(parameters);
  const Tensor sigma = log_sigma.exp().expand_as(mean);
  const Tensor log_ratio = LogDensityOfPairs(graph, batch.logits, mean, sigma) -
                           LogDensityOfPairs(graph, batch.logits, batch.means, batch.sigma);
  const Tensor advantage = neural::Rows(batch.advantage, GraphsOfPairs(graph));

  PpoLoss result;
  result.loss =
      MeanOverPairsThenGraphs(graph, ClippedSurrogate(log_ratio, advantage, options.clip));
  // Where the trade-off was not explored both distances are divided by infinity.
  const Tensor spread = torch::where(batch.trade_off_sigma > 0, batch.trade_off_sigma,
                                     torch::full_like(batch.trade_off_sigma, HUGE_VALF));
  const Tensor now = (batch.input.trade_off - output.trade_off) / spread;
  const Tensor then = (batch.input.trade_off - batch.trade_off_mean) / spread;
  result.loss =
      result.loss +
      ClippedSurrogate(0.5 * (then * then - now * now), batch.advantage, options.clip).mean();
  if (options.entropy > 0) result.loss = result.loss - options.entropy * log_sigma.sum();
  if (options.value > 0) {
    const Tensor error = Values(parameters, batch.input, output) - batch.value_target;
    const Tensor squared = (error * error).mean();
    result.loss = result.loss + options.value * squared;
    result.value_error = squared.item<double>();
  }
  torch::NoGradGuard no_gradient;
  result.kl = MeanOverPairsThenGraphs(
                  graph, DivergenceOfPairs(graph, batch.means, batch.sigma, mean, sigma))
                  .item<double>();
  const Tensor outside = ((log_ratio.exp() - 1).abs() > options.clip).to(mean.scalar_type());
  result.clipped_share = MeanOverPairsThenGraphs(graph, outside).item<double>();
  constexpr double kEntropyOfUnitNormal = 1.41893853320467274178;
  result.entropy = log_sigma.item<double>() + kEntropyOfUnitNormal;
  return result;
}

}  // namespace rhumb::training

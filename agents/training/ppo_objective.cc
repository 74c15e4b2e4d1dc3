#include "agents/training/ppo_objective.h"

#include <cmath>
#include <vector>

namespace rhumb::training {
namespace {

using neural::kLinkFeatures;
using neural::kNetworkFeatures;
using neural::kNumPrices;
using neural::PriceBlockId;
using torch::Tensor;

constexpr double kPi = 3.14159265358979323846;

Tensor Apply(const Tensor& weights, PriceBlockId id, const Tensor& x) {
  const neural::WeightBlock& block = neural::PriceWeightTable()[id];
  const Tensor weight =
      weights.narrow(0, block.offset, block.rows * block.columns).view({block.rows, block.columns});
  return torch::addmm(weights.narrow(0, block.bias_offset(), block.rows), x, weight.t());
}

template <typename Row>
void Append(const Row& row, std::vector<float>* to) {
  to->insert(to->end(), row.begin(), row.end());
}

}  // namespace

PpoBatch ToBatch(absl::Span<const Sample> samples, torch::ScalarType type) {
  std::vector<float> links, even, load, network, action, mean, sigma;
  std::vector<double> advantage, target;
  std::vector<int64_t> decision;
  for (const Sample& sample : samples) {
    const Transition& t = *sample.transition;
    const size_t count = t.features.load.size();
    Append(t.features.links, &links);
    Append(t.features.load, &load);
    even.insert(even.end(), count, 1.0F / static_cast<float>(count));
    decision.insert(decision.end(), count, static_cast<int64_t>(advantage.size()));
    Append(t.features.network, &network);
    Append(t.action, &action);
    Append(t.answer.mean, &mean);
    Append(t.answer.sigma, &sigma);
    advantage.push_back(sample.advantage);
    target.push_back(sample.value_target);
  }
  const auto tensor = [type](const auto& values, int64_t columns) {
    return torch::tensor(values).to(type).view({-1, columns});
  };
  PpoBatch batch;
  batch.links = tensor(links, kLinkFeatures);
  batch.decision = torch::tensor(decision, torch::kInt64);
  batch.even = tensor(even, 1);
  batch.load = tensor(load, 1);
  batch.network = tensor(network, kNetworkFeatures);
  batch.action = tensor(action, kNumPrices);
  batch.acting_mean = tensor(mean, kNumPrices);
  batch.acting_sigma = tensor(sigma, kNumPrices);
  batch.advantage = tensor(advantage, 1).view({-1});
  batch.value_target = tensor(target, 1).view({-1});
  return batch;
}

HeadOutput PriceHeadForward(const Tensor& weights, const PpoBatch& batch) {
  const Tensor encoded = torch::relu(Apply(weights, neural::kLinkEncoder, batch.links));
  const Tensor pooled =
      torch::zeros({batch.network.size(0), 2 * neural::kLinkEncoding}, encoded.options())
          .index_add(0, batch.decision,
                     torch::cat({encoded * batch.even, encoded * batch.load}, 1));
  const Tensor in = torch::cat({pooled, batch.network}, 1);
  HeadOutput output;
  output.mean =
      Apply(weights, neural::kActorOut, torch::tanh(Apply(weights, neural::kActorHidden, in)));
  output.value =
      Apply(weights, neural::kCriticOut, torch::tanh(Apply(weights, neural::kCriticHidden, in)))
          .view({-1});
  output.log_sigma =
      weights.narrow(0, neural::PriceWeightTable()[neural::kLogSigma].offset, kNumPrices);
  return output;
}

Tensor GaussianLogDensity(const Tensor& x, const Tensor& mean, const Tensor& sigma) {
  const Tensor z = (x - mean) / sigma;
  return (-0.5 * z * z - torch::log(sigma) - 0.5 * std::log(2 * kPi)).sum(1);
}

Tensor GaussianKl(const Tensor& mean, const Tensor& sigma, const Tensor& other_mean,
                  const Tensor& other_sigma) {
  const Tensor shift = mean - other_mean;
  return (torch::log(other_sigma / sigma) +
          (sigma * sigma + shift * shift) / (2 * other_sigma * other_sigma) - 0.5)
      .sum(1);
}

Tensor ClippedSurrogate(const Tensor& log_ratio, const Tensor& advantage, double clip) {
  const Tensor ratio = torch::exp(log_ratio);
  return -torch::minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage);
}

PpoLoss PpoObjective(const Tensor& weights, const PpoBatch& batch, const PpoOptions& options) {
  const HeadOutput head = PriceHeadForward(weights, batch);
  const Tensor sigma = torch::exp(head.log_sigma).expand_as(head.mean);
  const Tensor log_ratio = GaussianLogDensity(batch.action, head.mean, sigma) -
                           GaussianLogDensity(batch.action, batch.acting_mean, batch.acting_sigma);
  const Tensor surrogate = ClippedSurrogate(log_ratio, batch.advantage, options.clip).mean();
  const Tensor entropy = (head.log_sigma + 0.5 * std::log(2 * kPi * std::exp(1.0))).sum();
  const Tensor error = (head.value - batch.value_target).square().mean();
  PpoLoss loss;
  loss.loss = surrogate - options.entropy * entropy + options.value * error;
  const Tensor away = torch::exp(log_ratio.detach()) - 1;
  loss.clipped_share = (away.abs() > options.clip).to(torch::kDouble).mean().item<double>();
  loss.value_error = error.item<double>();
  loss.entropy = entropy.item<double>();
  return loss;
}

double KlFromActing(const Tensor& weights, const PpoBatch& batch) {
  const torch::NoGradGuard no_gradient;
  const HeadOutput head = PriceHeadForward(weights, batch);
  const Tensor sigma = torch::exp(head.log_sigma).expand_as(head.mean);
  return GaussianKl(batch.acting_mean, batch.acting_sigma, head.mean, sigma).mean().item<double>();
}

}  // namespace rhumb::training

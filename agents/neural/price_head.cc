#include "agents/neural/price_head.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace rhumb::neural {
namespace {

std::array<WeightBlock, kNumPriceBlocks> MakeTable() {
  std::array<WeightBlock, kNumPriceBlocks> table;
  table[kLinkEncoder] = {"link_encoder", kLinkEncoding, kLinkFeatures, true};
  table[kActorHidden] = {"actor_hidden", kPriceHidden, kPriceInput, true};
  table[kActorOut] = {"actor_out", kNumPrices, kPriceHidden, true};
  table[kCriticHidden] = {"critic_hidden", kPriceHidden, kPriceInput, true};
  table[kCriticOut] = {"critic_out", 1, kPriceHidden, true};
  table[kLogSigma] = {"log_sigma", 1, kNumPrices, false};
  int offset = 0;
  for (WeightBlock& block : table) {
    block.offset = offset;
    offset += block.size();
  }
  return table;
}

// weights * in + bias.
void Apply(absl::Span<const float> weights, PriceBlockId id, const float* in, float* out) {
  const WeightBlock& block = PriceWeightTable()[id];
  const float* w = weights.data() + block.offset;
  const float* bias = weights.data() + block.bias_offset();
  for (int row = 0; row < block.rows; ++row, w += block.columns) {
    float sum = bias[row];
    for (int column = 0; column < block.columns; ++column) sum += w[column] * in[column];
    out[row] = sum;
  }
}

}  // namespace

const std::array<WeightBlock, kNumPriceBlocks>& PriceWeightTable() {
  static const auto* table = new std::array<WeightBlock, kNumPriceBlocks>(MakeTable());
  return *table;
}

int NumPriceWeights() {
  const WeightBlock& last = PriceWeightTable().back();
  return last.offset + last.size();
}

std::vector<float> InitialPriceHead(double sigma, uint64_t seed, const Prices& mean) {
  constexpr float kSmall = 0.01F;
  std::vector<float> weights(NumPriceWeights(), 0.0F);
  std::mt19937_64 random(seed);
  // Uniform in [-1, 1) from the raw generator: the same numbers on every platform.
  const auto draw = [&] { return static_cast<float>((random() >> 11) * 0x1p-52 - 1.0); };
  for (const WeightBlock& block : PriceWeightTable()) {
    const bool last = block.offset == PriceWeightTable()[kActorOut].offset ||
                      block.offset == PriceWeightTable()[kCriticOut].offset;
    const float bound = (last ? kSmall : 1.0F) / std::sqrt(static_cast<float>(block.columns));
    for (int i = 0; i < block.rows * block.columns; ++i) weights[block.offset + i] = bound * draw();
  }
  std::copy(mean.begin(), mean.end(),
            weights.begin() + PriceWeightTable()[kActorOut].bias_offset());
  std::fill_n(weights.begin() + PriceWeightTable()[kLogSigma].offset, kNumPrices,
              static_cast<float>(std::log(sigma)));
  return weights;
}

PriceAnswer AskPriceHead(absl::Span<const float> weights, const PriceFeatures& features) {
  std::array<float, kPriceInput> in{};
  const size_t links = features.load.size();
  for (size_t l = 0; l < links; ++l) {
    std::array<float, kLinkEncoding> encoding;
    Apply(weights, kLinkEncoder, features.links.data() + l * kLinkFeatures, encoding.data());
    for (int i = 0; i < kLinkEncoding; ++i) {
      const float bent = std::max(encoding[i], 0.0F);
      in[i] += bent / static_cast<float>(links);
      in[kLinkEncoding + i] += bent * features.load[l];
    }
  }
  std::copy(features.network.begin(), features.network.end(), in.begin() + 2 * kLinkEncoding);

  PriceAnswer answer;
  std::array<float, kPriceHidden> hidden;
  Apply(weights, kActorHidden, in.data(), hidden.data());
  for (float& h : hidden) h = std::tanh(h);
  Apply(weights, kActorOut, hidden.data(), answer.mean.data());
  Apply(weights, kCriticHidden, in.data(), hidden.data());
  for (float& h : hidden) h = std::tanh(h);
  Apply(weights, kCriticOut, hidden.data(), &answer.value);
  const float* log_sigma = weights.data() + PriceWeightTable()[kLogSigma].offset;
  for (int k = 0; k < kNumPrices; ++k) answer.sigma[k] = std::exp(log_sigma[k]);
  return answer;
}

}  // namespace rhumb::neural

#include "agents/training/weight_noise.h"

#include "agents/training/random.h"

namespace rhumb::training {
namespace {

constexpr uint64_t kStream = 0x5eed2001;

}  // namespace

std::array<float, kNumMovedWeights> DrawWeightNoise(uint64_t seed, int repeat) {
  Random random(Random(seed ^ kStream).Bits() + static_cast<uint64_t>(repeat / 2));
  std::array<float, kNumMovedWeights> noise;
  for (float& x : noise)
    x = static_cast<float>(repeat % 2 == 1 ? -random.Normal() : random.Normal());
  return noise;
}

int FirstMovedWeight() { return neural::FeedbackTable()[neural::kFirstShift].offset; }

std::vector<float> WithWeightNoise(std::vector<float> weights, double sigma, uint64_t seed,
                                   int repeat) {
  const std::array<float, kNumMovedWeights> noise = DrawWeightNoise(seed, repeat);
  for (int i = 0; i < kNumMovedWeights; ++i) {
    weights[FirstMovedWeight() + i] += static_cast<float>(sigma) * noise[i];
  }
  return weights;
}

}  // namespace rhumb::training

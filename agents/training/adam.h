// The Adam optimiser (Kingma and Ba 2015) on one flat array, with its state in the open so that it
// can be saved.
#ifndef RHUMB_AGENTS_TRAINING_ADAM_H_
#define RHUMB_AGENTS_TRAINING_ADAM_H_

#include <cmath>
#include <vector>

#include "absl/types/span.h"

namespace rhumb::training {

struct Adam {
  std::vector<float> mean, square;  // moving averages of the gradient and of its square
  int64_t steps = 0;

  explicit Adam(size_t size) : mean(size, 0.0F), square(size, 0.0F) {}

  // Scales the gradient down to `clip_norm` when it is longer, then changes the weights. A gradient
  // that is not finite is skipped: false.
  bool Step(absl::Span<const float> gradient, double rate, double clip_norm, float* weights) {
    constexpr double kMeanDecay = 0.9, kSquareDecay = 0.999, kTiny = 1e-8;
    double norm = 0;
    for (float g : gradient) norm += static_cast<double>(g) * g;
    norm = std::sqrt(norm);
    if (!std::isfinite(norm)) return false;
    const double scale = norm > clip_norm ? clip_norm / norm : 1.0;
    ++steps;
    const double mean_bias = 1 - std::pow(kMeanDecay, static_cast<double>(steps));
    const double square_bias = 1 - std::pow(kSquareDecay, static_cast<double>(steps));
    for (size_t i = 0; i < gradient.size(); ++i) {
      const double g = gradient[i] * scale;
      mean[i] = static_cast<float>(kMeanDecay * mean[i] + (1 - kMeanDecay) * g);
      square[i] = static_cast<float>(kSquareDecay * square[i] + (1 - kSquareDecay) * g * g);
      weights[i] -= static_cast<float>(rate * (mean[i] / mean_bias) /
                                       (std::sqrt(square[i] / square_bias) + kTiny));
    }
    return true;
  }
};

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ADAM_H_

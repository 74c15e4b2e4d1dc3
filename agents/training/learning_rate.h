// How the learning rate goes over a run, the same for both stages.
#ifndef RHUMB_AGENTS_TRAINING_LEARNING_RATE_H_
#define RHUMB_AGENTS_TRAINING_LEARNING_RATE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace rhumb::training {

// Of a configuration with updates, warm_up (updates), learning_rate and final_rate_share: rises in
// a straight line while warming up and falls along half a cosine to its last share (Loshchilov and
// Hutter, SGDR, 2017, without restarts).
template <typename Config>
double LearningRate(const Config& config, int64_t update) {
  constexpr double kPi = 3.14159265358979323846;
  const double done = std::min(1.0, static_cast<double>(update) / config.updates);
  const double cosine = 0.5 * (1 + std::cos(kPi * done));
  const double warm = std::min(1.0, (update + 1.0) / config.warm_up);
  return config.learning_rate * warm *
         (config.final_rate_share + (1 - config.final_rate_share) * cosine);
}

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_LEARNING_RATE_H_

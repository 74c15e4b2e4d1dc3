#include "agents/training/estimators.h"

#include <cmath>

namespace rhumb::training {

std::vector<double> ReturnsToGo(absl::Span<const double> rewards, double discount) {
  std::vector<double> returns(rewards.begin(), rewards.end());
  for (size_t t = returns.size(); t-- > 1;) returns[t - 1] += discount * returns[t];
  return returns;
}

std::vector<double> GeneralizedAdvantages(absl::Span<const double> rewards,
                                          absl::Span<const double> values, double discount,
                                          double decay) {
  std::vector<double> advantages(rewards.size());
  double next_value = 0, next_advantage = 0;
  for (size_t t = rewards.size(); t-- > 0;) {
    const double surprise = rewards[t] + discount * next_value - values[t];
    next_advantage = surprise + discount * decay * next_advantage;
    advantages[t] = next_advantage;
    next_value = values[t];
  }
  return advantages;
}

std::vector<std::vector<double>> LeaveOneOutAdvantages(
    const std::vector<std::vector<double>>& returns) {
  std::vector<std::vector<double>> advantages = returns;
  const size_t repeats = returns.size();
  if (repeats < 2) return advantages;
  for (size_t t = 0; t < returns[0].size(); ++t) {
    double sum = 0;
    for (const std::vector<double>& one : returns) sum += one[t];
    for (size_t r = 0; r < repeats; ++r) {
      advantages[r][t] -= (sum - returns[r][t]) / static_cast<double>(repeats - 1);
    }
  }
  return advantages;
}

Moments MomentsOf(absl::Span<const double> values) {
  Moments moments;
  double count = 0, squares = 0;  // Welford 1962
  for (double value : values) {
    const double before = value - moments.mean;
    moments.mean += before / ++count;
    squares += before * (value - moments.mean);
  }
  if (count > 1) moments.deviation = std::sqrt(squares / (count - 1));
  return moments;
}

void Normalize(std::vector<double>* values) {
  const Moments moments = MomentsOf(*values);
  const double scale = moments.deviation > 0 ? moments.deviation : 1.0;
  for (double& value : *values) value = (value - moments.mean) / scale;
}

double ExplainedVariance(absl::Span<const double> values, absl::Span<const double> targets) {
  std::vector<double> errors(targets.begin(), targets.end());
  for (size_t i = 0; i < errors.size(); ++i) errors[i] -= values[i];
  const double all = MomentsOf(targets).deviation, left = MomentsOf(errors).deviation;
  return all > 0 ? 1 - left * left / (all * all) : 0;
}

Estimate MeanWithInterval(absl::Span<const double> values) {
  constexpr double kNormalQuantile = 1.959964;
  const Moments moments = MomentsOf(values);
  const double half = values.empty() ? 0
                                     : kNormalQuantile * moments.deviation /
                                           std::sqrt(static_cast<double>(values.size()));
  return {moments.mean, moments.mean - half, moments.mean + half};
}

}  // namespace rhumb::training

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

void Normalize(std::vector<double>* values) {
  RunningScale spread;
  for (double value : *values) spread.Add(value);
  const double scale = spread.scale();
  for (double& value : *values) value = (value - spread.mean) / scale;
}

void RunningScale::Add(double value) {
  ++count;
  const double before = value - mean;
  mean += before / static_cast<double>(count);
  squares += before * (value - mean);
}

double RunningScale::scale() const {
  if (count < 2 || squares <= 0) return 1;
  return std::sqrt(squares / static_cast<double>(count - 1));
}

}  // namespace rhumb::training

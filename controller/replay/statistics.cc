#include "controller/replay/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace rhumb {
namespace {

constexpr int kResamples = 10000;
constexpr uint64_t kBootstrapSeed = 20240229;

double PercentileOfSorted(absl::Span<const double> sorted, double p) {
  if (sorted.empty()) return 0;
  const double position = p * (sorted.size() - 1);
  const size_t below = static_cast<size_t>(position);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
}

}  // namespace

double Mean(absl::Span<const double> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (double value : values) sum += value;
  return sum / values.size();
}

double Percentile(absl::Span<const double> values, double p) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return PercentileOfSorted(sorted, p);
}

Summary Summarize(absl::Span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return {Mean(values), PercentileOfSorted(sorted, 0.50), PercentileOfSorted(sorted, 0.95),
          PercentileOfSorted(sorted, 0.99), PercentileOfSorted(sorted, 1.0)};
}

Estimate BootstrapMean(absl::Span<const double> values) {
  const double mean = Mean(values);
  const size_t n = values.size();
  if (n < 2) return {mean, mean, mean};
  std::mt19937_64 random(kBootstrapSeed);
  std::vector<double> means(kResamples);
  for (double& resampled : means) {
    double sum = 0;
    // std::uniform_int_distribution differs between standard libraries; the bias of a remainder is
    // below 1e-15.
    for (size_t i = 0; i < n; ++i) sum += values[random() % n];
    resampled = sum / n;
  }
  std::sort(means.begin(), means.end());
  return {mean, PercentileOfSorted(means, 0.025), PercentileOfSorted(means, 0.975)};
}

}  // namespace rhumb

// The arithmetic of policy-gradient learning on plain numbers: returns, advantages and their
// normalisation. What differentiates is in ppo_objective.h.
#ifndef RHUMB_AGENTS_TRAINING_ESTIMATORS_H_
#define RHUMB_AGENTS_TRAINING_ESTIMATORS_H_

#include <vector>

#include "absl/types/span.h"

namespace rhumb::training {

// g_t = r_t + discount * g_(t+1), 0 after the last step. [steps]
std::vector<double> ReturnsToGo(absl::Span<const double> rewards, double discount);

// Generalised advantage estimates (Schulman et al. 2016) of an episode that ends after the last
// step: a_t = sum over k of (discount * decay)^k * (r_(t+k) + discount * v_(t+k+1) - v_(t+k)),
// where the value after the end is 0. `rewards` and `values` are [steps].
std::vector<double> GeneralizedAdvantages(absl::Span<const double> rewards,
                                          absl::Span<const double> values, double discount,
                                          double decay);

// Of the same scenario played several times, [repeats][steps] of returns: each minus the mean of
// the others' at the same step. Unbiased, since the others do not depend on the actions of the one
// (Kool, van Hoof, Welling 2019). One repeat alone has no baseline: its advantages are its returns.
std::vector<std::vector<double>> LeaveOneOutAdvantages(
    const std::vector<std::vector<double>>& returns);

struct Moments {
  double mean = 0;
  double deviation = 0;  // of a sample: over n - 1; 0 for fewer than two values
};
Moments MomentsOf(absl::Span<const double> values);

// Mean 0 and standard deviation 1; unchanged but for the mean when all are equal.
void Normalize(std::vector<double>* values);

// 1 - variance of (targets - values) / variance of targets: 1 for a critic that knows everything, 0
// for one that knows the mean. 0 when all targets are equal.
double ExplainedVariance(absl::Span<const double> values, absl::Span<const double> targets);

// Mean with its 95 % interval by the normal approximation; the mean alone of fewer than two values.
struct Estimate {
  double mean = 0, low = 0, high = 0;
};
Estimate MeanWithInterval(absl::Span<const double> values);

}  // namespace rhumb::training

#endif  // RHUMB_AGENTS_TRAINING_ESTIMATORS_H_

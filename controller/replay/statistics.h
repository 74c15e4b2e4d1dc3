// The few statistics that results are reported with, with their definitions.
#ifndef RHUMB_CONTROLLER_REPLAY_STATISTICS_H_
#define RHUMB_CONTROLLER_REPLAY_STATISTICS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace rhumb {

// 0 for no values.
double Mean(absl::Span<const double> values);

// Linear interpolation between the two nearest order statistics: the value at position p (n - 1),
// counted from 0, of the sorted values (type 7 of Hyndman and Fan 1996; the default of NumPy and
// R). `p` in [0, 1]; 0 for no values.
double Percentile(absl::Span<const double> values, double p);

struct Summary {
  double mean = 0, p50 = 0, p95 = 0, p99 = 0, max = 0;
};
Summary Summarize(absl::Span<const double> values);

// A mean with the range it would vary in, had other seeds been drawn.
struct Estimate {
  double mean = 0, low = 0, high = 0;
};

// 95 % percentile bootstrap (Efron 1979) of the mean: `values` are drawn with replacement 10,000
// times, and low and high are the 2.5 % and 97.5 % percentiles of the means of the draws. One value
// has no spread: low = high = mean. The draws are the same in every run. For a paired comparison,
// give the difference of each pair.
Estimate BootstrapMean(absl::Span<const double> values);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_STATISTICS_H_

// Samples and what is printed of them.
#ifndef RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_REPORT_H_
#define RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_REPORT_H_

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"

namespace rhumb::benchmark {

// The sample that a share of all samples does not exceed (nearest rank).
inline double Percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return 0;
  const size_t rank = static_cast<size_t>(std::ceil(share * samples.size()));
  const size_t index = std::clamp<size_t>(rank, 1, samples.size()) - 1;
  std::nth_element(samples.begin(), samples.begin() + index, samples.end());
  return samples[index];
}

inline std::string Milliseconds(const std::vector<double>& seconds) {
  return absl::StrFormat("p50 %8.2f ms   p99 %8.2f ms   max %8.2f ms   (%d samples)",
                         1e3 * Percentile(seconds, 0.5), 1e3 * Percentile(seconds, 0.99),
                         1e3 * Percentile(seconds, 1), seconds.size());
}

}  // namespace rhumb::benchmark

#endif  // RHUMB_TESTS_BENCHMARK_CONTROLLER_LOAD_LOAD_REPORT_H_

// How the durations of flows and packets are spread, which means and percentiles of single
// intervals do not tell: those of several intervals and seeds can be added up.
#ifndef RHUMB_SIMULATOR_DISTRIBUTIONS_H_
#define RHUMB_SIMULATOR_DISTRIBUTIONS_H_

#include <cstdint>
#include <optional>

#include "simulator/traffic_model/duration_histogram.h"

namespace rhumb {

// Of one interval or, merged, of several; in any order they give the same.
struct Distributions {
  uint64_t flows = 0;  // that arrived in the measured window, as FlowCompletion::started
  uint64_t mice = 0;   // of these, below 200 kB
  // Of those that completed; the others have no completion time and are missing to the counts.
  DurationHistogram mice_times, elephant_times;
  DurationHistogram packet_delays;  // one way, of data that arrived in the window

  void Merge(const Distributions& other) {
    flows += other.flows;
    mice += other.mice;
    mice_times.Merge(other.mice_times);
    elephant_times.Merge(other.elephant_times);
    packet_delays.Merge(other.packet_delays);
  }
  DurationHistogram AllTimes() const {
    DurationHistogram all = mice_times;
    all.Merge(elephant_times);
    return all;
  }
};

// Time within which the share `q` of `started` flows completed; absent when fewer have.
inline std::optional<double> CompletionQuantile(const DurationHistogram& times, uint64_t started,
                                                double q) {
  const double rank = q * static_cast<double>(started);
  if (started == 0 || rank > static_cast<double>(times.count())) return std::nullopt;
  return times.AtRank(rank);
}

}  // namespace rhumb

#endif  // RHUMB_SIMULATOR_DISTRIBUTIONS_H_

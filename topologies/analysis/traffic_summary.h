// What a network researcher asks first about recorded traffic, in numbers.
#ifndef RHUMB_TOPOLOGIES_ANALYSIS_TRAFFIC_SUMMARY_H_
#define RHUMB_TOPOLOGIES_ANALYSIS_TRAFFIC_SUMMARY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "topologies/analysis/topology_summary.h"
#include "topologies/traffic_stream.h"

namespace rhumb {

struct TrafficGap {
  int after = 0;          // index of the last matrix before the gap
  int missing_slots = 0;  // intervals without a matrix
};

struct MeanDemand {
  int source = 0;  // indices of TrafficSeries::node_names()
  int destination = 0;
  double mean_bps = 0;
  double max_bps = 0;
};

struct TrafficSummary {
  int matrices = 0;
  int nodes = 0;
  int silent_nodes = 0;  // neither send nor receive in any matrix
  int pairs = 0;         // ordered pairs with traffic in at least one matrix
  absl::Duration interval;
  std::optional<absl::Time> first, last;  // starts of the first and last interval
  std::vector<TrafficGap> gaps;
  int missing_slots = 0;
  std::vector<int> empty;  // indices of matrices without any traffic

  std::vector<double> totals_bps;  // [matrices]
  Spread total_bps;
  int min_index = 0, max_index = 0;
  std::vector<MeanDemand> largest;  // demands by mean rate, largest first, at most as many as asked
  double top_tenth_share = 0;  // share of all traffic that the largest tenth of `pairs` carries
  // Median over intervals of sum |d(t) - d(t-1)| / sum d(t-1): how much the next matrix differs
  // from this one.
  double median_change = 0;
};

// O(matrices * nodes^2); reads every matrix once and holds two at a time. Errors of the source.
absl::StatusOr<TrafficSummary> Summarize(
    const TrafficStream& stream, int largest = 10,
    const std::function<void(int done, int total)>& on_progress = {});

}  // namespace rhumb

#endif  // RHUMB_TOPOLOGIES_ANALYSIS_TRAFFIC_SUMMARY_H_

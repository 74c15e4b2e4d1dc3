#include "topologies/analysis/traffic_summary.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace rhumb {
namespace {

void FindGaps(const TrafficStream& stream, TrafficSummary* summary) {
  if (stream.size() == 0) return;
  summary->first = stream.time(0);
  summary->last = stream.time(stream.size() - 1);
  for (int i = 1; i < stream.size(); ++i) {
    if (!stream.time(i) || !stream.time(i - 1)) continue;
    const absl::Duration step = *stream.time(i) - *stream.time(i - 1);
    const int missing =
        static_cast<int>(std::llround(absl::FDivDuration(step, stream.interval()))) - 1;
    if (missing <= 0) continue;
    summary->gaps.push_back({i - 1, missing});
    summary->missing_slots += missing;
  }
}

void MeasureTotals(const TrafficStream& stream, TrafficSummary* summary) {
  for (int i = 0; i < stream.size(); ++i) {
    const double total = stream.total_bps(i);
    summary->totals_bps.push_back(total);
    if (total == 0) summary->empty.push_back(i);
    if (total < summary->totals_bps[summary->min_index]) summary->min_index = i;
    if (total > summary->totals_bps[summary->max_index]) summary->max_index = i;
  }
  summary->total_bps = SpreadOf(summary->totals_bps);
}

// Mean and maximum of every pair, [nodes * nodes], and the changes from matrix to matrix: one
// reading of all matrices.
absl::StatusOr<std::vector<MeanDemand>> ReadDemands(
    const TrafficStream& stream, const std::function<void(int, int)>& on_progress,
    TrafficSummary* summary) {
  std::vector<MeanDemand> demands(static_cast<size_t>(summary->nodes) * summary->nodes);
  std::vector<double> changes;
  std::shared_ptr<const TrafficMatrix> last;
  for (int i = 0; i < stream.size(); ++i) {
    const auto read = stream.Read(i);
    if (!read.ok()) return read.status();
    const auto rates = (*read)->rates_bps();
    for (size_t pair = 0; pair < rates.size(); ++pair) {
      demands[pair].mean_bps += rates[pair] / stream.size();
      demands[pair].max_bps = std::max(demands[pair].max_bps, rates[pair]);
    }
    if (i > 0 && summary->totals_bps[i - 1] > 0) {
      const auto before = last->rates_bps();
      double difference = 0;
      for (size_t pair = 0; pair < rates.size(); ++pair) {
        difference += std::abs(rates[pair] - before[pair]);
      }
      changes.push_back(difference / summary->totals_bps[i - 1]);
    }
    last = *read;
    if (on_progress) on_progress(i + 1, stream.size());
  }
  summary->median_change = SpreadOf(std::move(changes)).median;
  return demands;
}

void RankDemands(std::vector<MeanDemand> demands, int largest, TrafficSummary* summary) {
  const int n = summary->nodes;
  std::vector<bool> speaks(n, false);
  double all = 0;
  for (int s = 0; s < n; ++s) {
    for (int d = 0; d < n; ++d) {
      MeanDemand& demand = demands[static_cast<size_t>(s) * n + d];
      demand.source = s;
      demand.destination = d;
      all += demand.mean_bps;
      if (demand.max_bps > 0) speaks[s] = speaks[d] = true;
    }
  }
  summary->silent_nodes = static_cast<int>(std::count(speaks.begin(), speaks.end(), false));
  demands.erase(std::remove_if(demands.begin(), demands.end(),
                               [](const MeanDemand& demand) { return demand.max_bps == 0; }),
                demands.end());
  std::stable_sort(demands.begin(), demands.end(), [](const MeanDemand& x, const MeanDemand& y) {
    return x.mean_bps > y.mean_bps;
  });
  summary->pairs = static_cast<int>(demands.size());
  const size_t tenth = (demands.size() + 9) / 10;
  double top = 0;
  for (size_t i = 0; i < tenth; ++i) top += demands[i].mean_bps;
  if (all > 0) summary->top_tenth_share = top / all;
  demands.resize(std::min(demands.size(), static_cast<size_t>(std::max(0, largest))));
  summary->largest = std::move(demands);
}

}  // namespace

absl::StatusOr<TrafficSummary> Summarize(const TrafficStream& stream, int largest,
                                         const std::function<void(int, int)>& on_progress) {
  TrafficSummary summary;
  summary.matrices = stream.size();
  summary.nodes = static_cast<int>(stream.node_names().size());
  summary.interval = stream.interval();
  FindGaps(stream, &summary);
  MeasureTotals(stream, &summary);
  auto demands = ReadDemands(stream, on_progress, &summary);
  if (!demands.ok()) return demands.status();
  RankDemands(*std::move(demands), largest, &summary);
  return summary;
}

}  // namespace rhumb

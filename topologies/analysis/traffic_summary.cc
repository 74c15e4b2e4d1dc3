#include "topologies/analysis/traffic_summary.h"

#include <algorithm>
#include <cmath>

namespace rhumb {
namespace {

void FindGaps(const TrafficSeries& series, TrafficSummary* summary) {
  if (series.size() == 0) return;
  summary->first = series[0].time;
  summary->last = series[series.size() - 1].time;
  for (int i = 1; i < series.size(); ++i) {
    if (!series[i].time || !series[i - 1].time) continue;
    const absl::Duration step = *series[i].time - *series[i - 1].time;
    const int missing =
        static_cast<int>(std::llround(absl::FDivDuration(step, series.interval()))) - 1;
    if (missing <= 0) continue;
    summary->gaps.push_back({i - 1, missing});
    summary->missing_slots += missing;
  }
}

void MeasureTotals(const TrafficSeries& series, TrafficSummary* summary) {
  std::vector<double> changes;
  for (int i = 0; i < series.size(); ++i) {
    const double total = series.demands(i).total_bps();
    summary->totals_bps.push_back(total);
    if (total == 0) summary->empty.push_back(i);
    if (total < summary->totals_bps[summary->min_index]) summary->min_index = i;
    if (total > summary->totals_bps[summary->max_index]) summary->max_index = i;
    if (i == 0 || summary->totals_bps[i - 1] == 0) continue;
    const auto now = series.demands(i).rates_bps(), before = series.demands(i - 1).rates_bps();
    double difference = 0;
    for (size_t pair = 0; pair < now.size(); ++pair)
      difference += std::abs(now[pair] - before[pair]);
    changes.push_back(difference / summary->totals_bps[i - 1]);
  }
  summary->median_change = SpreadOf(std::move(changes)).median;
  summary->total_bps = SpreadOf(summary->totals_bps);
}

void RankDemands(const TrafficSeries& series, int largest, TrafficSummary* summary) {
  const int n = summary->nodes;
  std::vector<MeanDemand> demands(static_cast<size_t>(n) * n);
  for (const TimedMatrix& matrix : series.matrices()) {
    const auto rates = matrix.demands.rates_bps();
    for (size_t pair = 0; pair < rates.size(); ++pair) {
      demands[pair].mean_bps += rates[pair] / series.size();
      demands[pair].max_bps = std::max(demands[pair].max_bps, rates[pair]);
    }
  }
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

TrafficSummary Summarize(const TrafficSeries& series, int largest) {
  TrafficSummary summary;
  summary.matrices = series.size();
  summary.nodes = static_cast<int>(series.node_names().size());
  summary.interval = series.interval();
  FindGaps(series, &summary);
  MeasureTotals(series, &summary);
  RankDemands(series, largest, &summary);
  return summary;
}

}  // namespace rhumb

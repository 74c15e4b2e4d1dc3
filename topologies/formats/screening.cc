#include "topologies/formats/screening.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "topologies/formats/traffic_draft.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

constexpr double kLowestShare = 0.4;
constexpr double kHighestShare = 2.5;
constexpr absl::Duration kDay = absl::Hours(24);
constexpr size_t kFewestNeighbours = 8;
constexpr size_t kMaxTimesShown = 20;

void NoteGaps(const TrafficSeries& series, LoadReport* report) {
  int64_t missing = 0;
  int gaps = 0;
  std::string first;
  for (int i = 1; i < series.size(); ++i) {
    if (!series[i].time || !series[i - 1].time) return;
    const absl::Duration step = *series[i].time - *series[i - 1].time;
    const int64_t slots = std::llround(absl::FDivDuration(step, series.interval()));
    if (slots <= 1) continue;
    missing += slots - 1;
    if (++gaps == 1) first = FormatUtc(*series[i - 1].time);
  }
  if (gaps > 0) {
    report->notes.push_back(absl::StrFormat(
        "time slots without a matrix: %d in %d gaps (first: after %s)", missing, gaps, first));
  }
}

}  // namespace

std::vector<int> SuspectMatrices(const TrafficSeries& series) {
  std::vector<double> totals;
  for (const TimedMatrix& matrix : series.matrices()) totals.push_back(matrix.demands.total_bps());
  std::vector<int> suspects;
  for (const TimedMatrix& matrix : series.matrices()) {
    if (!matrix.time) return suspects;
  }
  if (series.size() == 0) return suspects;
  const absl::Time first = *series[0].time, last = *series[series.size() - 1].time;
  std::vector<double> window;
  int begin = 0, end = 0;
  for (int i = 0; i < series.size(); ++i) {
    // 12 hours to either side; near an end of the series the first or last whole day.
    const absl::Time opens = std::max(first, std::min(*series[i].time - kDay / 2, last - kDay));
    while (*series[begin].time < opens) ++begin;
    while (end < series.size() && *series[end].time <= opens + kDay) ++end;
    window.assign(totals.begin() + begin, totals.begin() + end);
    if (window.size() < kFewestNeighbours) continue;
    const auto middle = window.begin() + window.size() / 2;
    std::nth_element(window.begin(), middle, window.end());
    if (totals[i] < kLowestShare * *middle || totals[i] > kHighestShare * *middle) {
      suspects.push_back(i);
    }
  }
  return suspects;
}

absl::StatusOr<TrafficSeries> Screen(TrafficSeries series, const LoadOptions& options,
                                     LoadReport* report) {
  NoteGaps(series, report);
  const std::vector<int> suspects = SuspectMatrices(series);
  if (suspects.empty()) return series;
  std::string note = absl::StrFormat(
      "matrices whose total is outside 0.4 to 2.5 times the median of the day around them, %s: %d "
      "(",
      options.drop_suspect ? "left out" : "kept (--drop-suspect leaves them out)", suspects.size());
  for (size_t i = 0; i < suspects.size() && i < kMaxTimesShown; ++i) {
    const TimedMatrix& matrix = series[suspects[i]];
    absl::StrAppend(&note, i == 0 ? "" : ", ", FormatUtc(*matrix.time), " ",
                    FormatRate(matrix.demands.total_bps()));
  }
  absl::StrAppend(&note, suspects.size() > kMaxTimesShown ? ", ...)" : ")");
  report->notes.push_back(std::move(note));
  if (!options.drop_suspect) return series;
  std::vector<TimedMatrix> kept;
  for (int i = 0; i < series.size(); ++i) {
    if (!std::binary_search(suspects.begin(), suspects.end(), i)) kept.push_back(series[i]);
  }
  return TrafficSeries::Create(series.name(), series.node_names(), series.interval(),
                               std::move(kept), series.origin());
}

}  // namespace rhumb

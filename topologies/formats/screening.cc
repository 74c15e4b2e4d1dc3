#include "topologies/formats/screening.h"

#include <algorithm>
#include <cmath>
#include <optional>
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

std::optional<absl::Time> TimeOf(const TrafficSeries& series, int i) { return series[i].time; }
std::optional<absl::Time> TimeOf(const TrafficStream& stream, int i) { return stream.time(i); }
double TotalOf(const TrafficSeries& series, int i) { return series.demands(i).total_bps(); }
double TotalOf(const TrafficStream& stream, int i) { return stream.total_bps(i); }

template <typename Series>
void NoteGaps(const Series& series, LoadReport* report) {
  int64_t missing = 0;
  int gaps = 0;
  std::string first;
  for (int i = 1; i < series.size(); ++i) {
    const auto time = TimeOf(series, i), before = TimeOf(series, i - 1);
    if (!time || !before) return;
    const int64_t slots = std::llround(absl::FDivDuration(*time - *before, series.interval()));
    if (slots <= 1) continue;
    missing += slots - 1;
    if (++gaps == 1) first = FormatUtc(*before);
  }
  if (gaps > 0) {
    report->notes.push_back(absl::StrFormat(
        "time slots without a matrix: %d in %d gaps (first: after %s)", missing, gaps, first));
  }
}

template <typename Series>
std::vector<int> SuspectsOf(const Series& series) {
  std::vector<int> suspects;
  std::vector<absl::Time> times;
  std::vector<double> totals;
  for (int i = 0; i < series.size(); ++i) {
    const auto time = TimeOf(series, i);
    if (!time) return suspects;
    times.push_back(*time);
    totals.push_back(TotalOf(series, i));
  }
  std::vector<double> window;
  int begin = 0, end = 0;
  for (int i = 0; i < series.size(); ++i) {
    // 12 hours to either side; near an end of the series the first or last whole day.
    const absl::Time opens =
        std::max(times.front(), std::min(times[i] - kDay / 2, times.back() - kDay));
    while (times[begin] < opens) ++begin;
    while (end < series.size() && times[end] <= opens + kDay) ++end;
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

// Notes gaps and suspects, and returns the latter.
template <typename Series>
std::vector<int> Note(const Series& series, bool dropped, LoadReport* report) {
  NoteGaps(series, report);
  const std::vector<int> suspects = SuspectsOf(series);
  if (suspects.empty()) return suspects;
  std::string note = absl::StrFormat(
      "matrices whose total is outside 0.4 to 2.5 times the median of the day around them, %s: %d "
      "(",
      dropped ? "left out" : "kept (--drop-suspect leaves them out)", suspects.size());
  for (size_t i = 0; i < suspects.size() && i < kMaxTimesShown; ++i) {
    absl::StrAppend(&note, i == 0 ? "" : ", ", FormatUtc(*TimeOf(series, suspects[i])), " ",
                    FormatRate(TotalOf(series, suspects[i])));
  }
  absl::StrAppend(&note, suspects.size() > kMaxTimesShown ? ", ...)" : ")");
  report->notes.push_back(std::move(note));
  return suspects;
}

// Indices below `size` that are not among `left_out`, which grow.
std::vector<int> Others(int size, const std::vector<int>& left_out) {
  std::vector<int> others;
  for (int i = 0; i < size; ++i) {
    if (!std::binary_search(left_out.begin(), left_out.end(), i)) others.push_back(i);
  }
  return others;
}

}  // namespace

std::vector<int> SuspectMatrices(const TrafficStream& stream) { return SuspectsOf(stream); }

absl::StatusOr<TrafficSeries> Screen(TrafficSeries series, const LoadOptions& options,
                                     LoadReport* report) {
  const std::vector<int> suspects = Note(series, options.drop_suspect, report);
  if (suspects.empty() || !options.drop_suspect) return series;
  std::vector<TimedMatrix> kept;
  for (const int i : Others(series.size(), suspects)) kept.push_back(series[i]);
  return TrafficSeries::Create(series.name(), series.node_names(), series.interval(),
                               std::move(kept), series.origin());
}

TrafficStream Screen(TrafficStream stream, const LoadOptions& options, LoadReport* report) {
  const std::vector<int> suspects = Note(stream, options.drop_suspect, report);
  if (suspects.empty() || !options.drop_suspect) return stream;
  return stream.Keep(Others(stream.size(), suspects));
}

}  // namespace rhumb

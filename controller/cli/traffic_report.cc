#include "controller/cli/traffic_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/cli/frame/text_report.h"
#include "topologies/formats/units.h"

namespace rhumb {
namespace {

using nlohmann::ordered_json;

constexpr int kItemsShown = 6;

std::string FormatInstant(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// "matrix 12" or "matrix 12 (2004-03-01T01:00:00Z)".
std::string MatrixName(const TrafficStream& series, int index) {
  if (!series.time(index)) return absl::StrCat("matrix ", index);
  return absl::StrFormat("matrix %d (%s)", index, FormatInstant(*series.time(index)));
}

std::vector<std::string> MatrixNames(const TrafficStream& series, const std::vector<int>& indices) {
  std::vector<std::string> names;
  for (const int index : indices) names.push_back(MatrixName(series, index));
  return names;
}

std::string Counted(const std::vector<std::string>& items) {
  if (items.empty()) return "none";
  return absl::StrCat(items.size(), ": ", ShortList(items, kItemsShown));
}

std::string GapText(const TrafficStream& series, const TrafficSummary& summary) {
  std::vector<std::string> gaps;
  for (const TrafficGap& gap : summary.gaps) {
    gaps.push_back(
        absl::StrFormat("%d missing after %s", gap.missing_slots, MatrixName(series, gap.after)));
  }
  if (gaps.empty()) return "none";
  return absl::StrFormat("%d intervals in %d gaps: %s", summary.missing_slots, gaps.size(),
                         ShortList(gaps, kItemsShown));
}

// One corrupt matrix would flatten all others.
std::vector<double> PlausibleTotals(const TrafficSummary& summary,
                                    const std::vector<int>& suspect) {
  std::vector<double> totals;
  for (int i = 0; i < summary.matrices; ++i) {
    if (!std::binary_search(suspect.begin(), suspect.end(), i)) {
      totals.push_back(summary.totals_bps[i]);
    }
  }
  return totals;
}

std::string LargestDemands(const TrafficStream& series, const TrafficSummary& summary) {
  TextTable table({"demand", "mean", "of all", "max", ""});
  const double all = summary.total_bps.mean;
  for (const MeanDemand& demand : summary.largest) {
    const double share = all > 0 ? demand.mean_bps / all : 0;
    const double of_largest =
        summary.largest[0].mean_bps > 0 ? demand.mean_bps / summary.largest[0].mean_bps : 0;
    table.AddRow({absl::StrCat(series.node_names()[demand.source], ">",
                               series.node_names()[demand.destination]),
                  FormatRate(demand.mean_bps), absl::StrFormat("%.1f %%", 100 * share),
                  FormatRate(demand.max_bps), Bar(of_largest, 20)});
  }
  return table.Text(18);
}

}  // namespace

std::string DescribeTraffic(const Loaded<TrafficStream>& loaded, const TrafficSummary& summary,
                            const std::vector<int>& suspect, int sparkline_width) {
  const TrafficStream& series = loaded.value;
  std::string text = absl::StrFormat("%s (%s)\n", series.name(), loaded.report.format);
  auto line = [&](absl::string_view label, absl::string_view value) {
    text += LabelledLine(label, value);
  };
  if (!series.origin().empty()) line("origin", series.origin());
  line("matrices",
       absl::StrFormat("%d, %s each", summary.matrices, absl::FormatDuration(summary.interval)));
  if (summary.first && summary.last) {
    line("time", absl::StrFormat("%s to %s", FormatInstant(*summary.first),
                                 FormatInstant(*summary.last + summary.interval)));
  }
  line("gaps", GapText(series, summary));
  line("nodes", absl::StrFormat("%d, %d without traffic; %d pairs with traffic", summary.nodes,
                                summary.silent_nodes, summary.pairs));
  if (summary.matrices == 0) return text;
  line("total",
       absl::StrFormat("mean %s, median %s\nmin %s, %s\nmax %s, %s",
                       FormatRate(summary.total_bps.mean), FormatRate(summary.total_bps.median),
                       FormatRate(summary.total_bps.min), MatrixName(series, summary.min_index),
                       FormatRate(summary.total_bps.max), MatrixName(series, summary.max_index)));
  if (sparkline_width > 0 && summary.matrices > 1) {
    line("", Sparkline(PlausibleTotals(summary, suspect), sparkline_width));
  }
  line("change", absl::StrFormat("%.1f %% of the traffic from one matrix to the next, median",
                                 100 * summary.median_change));
  line("concentration", absl::StrFormat("the largest 10 %% of the pairs carry %.1f %%",
                                        100 * summary.top_tenth_share));
  line("suspect", absl::StrCat(Counted(MatrixNames(series, suspect)),
                               suspect.empty() ? "" : "; --drop-suspect leaves them out"));
  line("empty", Counted(MatrixNames(series, summary.empty)));
  if (!summary.largest.empty()) {
    line("largest", "demands by their mean");
    text += LargestDemands(series, summary);
  }
  return text;
}

ordered_json TrafficJson(const Loaded<TrafficStream>& loaded, const TrafficSummary& summary,
                         const std::vector<int>& suspect) {
  const TrafficStream& series = loaded.value;
  ordered_json gaps = ordered_json::array();
  for (const TrafficGap& gap : summary.gaps) {
    gaps.push_back({{"after", gap.after}, {"missing", gap.missing_slots}});
  }
  ordered_json largest = ordered_json::array();
  for (const MeanDemand& demand : summary.largest) {
    largest.push_back({{"source", series.node_names()[demand.source]},
                       {"destination", series.node_names()[demand.destination]},
                       {"mean_bps", demand.mean_bps},
                       {"max_bps", demand.max_bps}});
  }
  auto instant = [](const std::optional<absl::Time>& time) -> ordered_json {
    if (!time) return nullptr;
    return FormatInstant(*time);
  };
  return {{"traffic", series.name()},
          {"format", loaded.report.format},
          {"origin", series.origin()},
          {"notes", loaded.report.notes},
          {"nodes", summary.nodes},
          {"silent_nodes", summary.silent_nodes},
          {"pairs", summary.pairs},
          {"matrices", summary.matrices},
          {"interval_s", absl::ToDoubleSeconds(summary.interval)},
          {"first", instant(summary.first)},
          {"last", instant(summary.last)},
          {"missing", summary.missing_slots},
          {"gaps", gaps},
          {"empty", summary.empty},
          {"suspect", suspect},
          {"total_bps",
           {{"min", summary.total_bps.min},
            {"median", summary.total_bps.median},
            {"mean", summary.total_bps.mean},
            {"max", summary.total_bps.max}}},
          {"median_change", summary.median_change},
          {"top_tenth_share", summary.top_tenth_share},
          {"largest", largest}};
}

}  // namespace rhumb

#include "controller/live_network/live_result.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "controller/replay/number_text.h"

namespace rhumb {
namespace {

using nlohmann::json;

constexpr char kBold[] = "\033[1m", kWarn[] = "\033[31m", kReset[] = "\033[0m";
// Below this, a difference from shortest path is rounding.
constexpr double kSame = 1e-9;

bool AboveShortestPath(const LiveInterval& i) {
  return i.observed_mlu > i.shortest_path_mlu * (1 + kSame);
}

std::string Words(const std::string& enum_name, absl::string_view prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripPrefix(enum_name, prefix)),
                             {{"_", " "}});
}

std::string Outcome(const rhumb::v1::GuardReport& guard) {
  return Words(rhumb::v1::GuardOutcome_Name(guard.outcome()), "GUARD_OUTCOME_");
}

std::string Reason(const rhumb::v1::PlanHeader& plan) {
  return Words(rhumb::v1::PlanReason_Name(plan.reason()), "PLAN_REASON_");
}

std::string TimeText(const LiveInterval& interval) {
  return interval.time ? absl::FormatTime("%Y-%m-%d %H:%M", *interval.time, absl::UTCTimeZone())
                       : std::string();
}

bool Remarkable(const LiveInterval& i) {
  return i.late || AboveShortestPath(i) ||
         i.plan.guard().outcome() >= rhumb::v1::GUARD_OUTCOME_REPLACED_BY_LAST_SAFE;
}

}  // namespace

LiveSummary Summarize(const LiveResult& result, size_t first) {
  LiveSummary summary;
  double observed = 0, shortest = 0, optimum = 0;
  bool all_optima = true;
  for (size_t i = first; i < result.intervals.size(); ++i) {
    const LiveInterval& interval = result.intervals[i];
    ++summary.intervals;
    observed += interval.observed_mlu;
    shortest += interval.shortest_path_mlu;
    optimum += interval.optimum_mlu.value_or(0);
    all_optima &= interval.optimum_mlu.has_value();
    summary.above_shortest_path += AboveShortestPath(interval) ? 1 : 0;
    summary.late += interval.late ? 1 : 0;
  }
  const int n = std::max(1, summary.intervals);
  summary.observed_mlu = observed / n;
  summary.shortest_path_mlu = shortest / n;
  if (all_optima && summary.intervals > 0) summary.optimum_mlu = optimum / n;
  return summary;
}

std::string TableHeading(const LiveResult& result) {
  std::string text =
      absl::StrFormat("%s (%d nodes, %d links), traffic %s, simulator %s, telemetry %s, policy %s",
                      result.topology, result.nodes, result.links, result.traffic, result.simulator,
                      result.telemetry, result.policy);
  if (result.load) absl::StrAppendFormat(&text, ", load %g", *result.load);
  return text +
         "\n\n"
         "Busiest link (MLU) as observed under the live plan, under shortest path, and at best\n"
         "  interval  time                  live     SPA  versus SPA  optimum  plan     guard\n";
}

std::string TableLine(const LiveInterval& i, bool colour) {
  const std::string versus =
      i.shortest_path_mlu > 0
          ? absl::StrFormat("%+.1f %%", 100 * (i.observed_mlu / i.shortest_path_mlu - 1))
          : "-";
  const std::string optimum = i.optimum_mlu ? absl::StrFormat("%.3f", *i.optimum_mlu) : "-";
  const char* style = !colour ? "" : Remarkable(i) ? kWarn : !i.events.empty() ? kBold : "";
  std::string text = absl::StrFormat("%s%s %8d  %-16s  %8.3f%8.3f%12s%9s  %-7d  %s", style,
                                     Remarkable(i) ? "!" : " ", i.number, TimeText(i),
                                     i.observed_mlu, i.shortest_path_mlu, versus, optimum,
                                     i.plan.plan_version(), Outcome(i.plan.guard()));
  if (i.late) absl::StrAppend(&text, ", decision late");
  for (const std::string& event : i.events) absl::StrAppend(&text, "; ", event);
  return absl::StrCat(text, *style ? kReset : "", "\n");
}

std::string TableSummary(const LiveResult& result) {
  const LiveSummary summary = Summarize(result);
  std::string text = absl::StrFormat(
      "\nOver %d intervals after the first: live %.4f, shortest path %.4f (versus SPA %+.1f %%)",
      summary.intervals, summary.observed_mlu, summary.shortest_path_mlu,
      summary.shortest_path_mlu > 0 ? 100 * (summary.observed_mlu / summary.shortest_path_mlu - 1)
                                    : 0);
  if (summary.optimum_mlu && *summary.optimum_mlu > 0) {
    absl::StrAppendFormat(&text, ", optimum %.4f (live over optimum %.3f)", *summary.optimum_mlu,
                          summary.observed_mlu / *summary.optimum_mlu);
  }
  absl::StrAppendFormat(
      &text,
      ".\nAbove shortest path in %d intervals, late decisions in %d. Plan updates %d (whole plans "
      "%d, refused %d) over %d connection%s, %.1f s.\n",
      summary.above_shortest_path, summary.late, result.updates, result.resets, result.nacks,
      result.connections, result.connections == 1 ? "" : "s", result.wall_s);
  return text;
}

std::string ToJson(const LiveResult& result) {
  json intervals = json::array();
  for (const LiveInterval& i : result.intervals) {
    json row = {{"interval", i.number},
                {"observed_mlu", i.observed_mlu},
                {"shortest_path_mlu", i.shortest_path_mlu},
                {"optimum_mlu", i.optimum_mlu ? json(*i.optimum_mlu) : json()},
                {"offered_bps", i.offered_bps},
                {"goodput_bps", i.goodput_bps},
                {"unrouted_bps", i.unrouted_bps},
                {"loss_ratio", i.loss_ratio},
                {"delay_ms", 1e3 * i.delay_s},
                {"plan_version", i.plan.plan_version()},
                {"topology_version", i.plan.topology_version()},
                {"reason", Reason(i.plan)},
                {"guard", Outcome(i.plan.guard())},
                {"guard_explanation", i.plan.guard().explanation()},
                {"late", i.late},
                {"events", i.events}};
    row["time"] =
        i.time ? json(absl::FormatTime(absl::RFC3339_sec, *i.time, absl::UTCTimeZone())) : json();
    intervals.push_back(std::move(row));
  }
  const LiveSummary summary = Summarize(result);
  const json out = {{"topology", result.topology},
                    {"nodes", result.nodes},
                    {"links", result.links},
                    {"traffic", result.traffic},
                    {"simulator", result.simulator},
                    {"telemetry", result.telemetry},
                    {"policy", result.policy},
                    {"load", result.load ? json(*result.load) : json()},
                    {"intervals", std::move(intervals)},
                    {"summary",
                     {{"intervals", summary.intervals},
                      {"observed_mlu", summary.observed_mlu},
                      {"shortest_path_mlu", summary.shortest_path_mlu},
                      {"optimum_mlu", summary.optimum_mlu ? json(*summary.optimum_mlu) : json()},
                      {"above_shortest_path", summary.above_shortest_path},
                      {"late", summary.late}}},
                    {"plan_stream",
                     {{"updates", result.updates},
                      {"whole_plans", result.resets},
                      {"refused", result.nacks},
                      {"connections", result.connections}}},
                    {"wall_s", result.wall_s}};
  return out.dump(2) + "\n";
}

std::string ToCsv(const LiveResult& result) {
  std::string csv =
      "interval,time,observed_mlu,shortest_path_mlu,optimum_mlu,plan_version,topology_version,"
      "guard,late,loss_ratio,unrouted_bps,events\n";
  for (const LiveInterval& i : result.intervals) {
    const std::string time =
        i.time ? absl::FormatTime(absl::RFC3339_sec, *i.time, absl::UTCTimeZone()) : "";
    absl::StrAppend(&csv, i.number, ",", time, ",", ShortestNumber(i.observed_mlu), ",",
                    ShortestNumber(i.shortest_path_mlu), ",",
                    i.optimum_mlu ? ShortestNumber(*i.optimum_mlu) : "", ",", i.plan.plan_version(),
                    ",", i.plan.topology_version(), ",", Outcome(i.plan.guard()), ",",
                    i.late ? 1 : 0, ",", ShortestNumber(i.loss_ratio), ",",
                    ShortestNumber(i.unrouted_bps), ",\"",
                    absl::StrReplaceAll(absl::StrJoin(i.events, "; "), {{"\"", "\"\""}}), "\"\n");
  }
  return csv;
}

}  // namespace rhumb

// What a simulated live network saw, interval by interval, and how it is shown.
#ifndef RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_RESULT_H_
#define RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "rhumb/v1/live_plan.pb.h"

namespace rhumb {

struct LiveInterval {
  int number = 0;  // in the series
  std::optional<absl::Time> time;
  double observed_mlu = 0;       // measured, under the plans that were in force
  double shortest_path_mlu = 0;  // measured on the same links and traffic, routed by shortest path
  std::optional<double> optimum_mlu;
  double offered_bps = 0, goodput_bps = 0, unrouted_bps = 0;
  double loss_ratio = 0, delay_s = 0;
  // The plan in force at the end, and the guard's latest verdict.
  rhumb::v1::PlanHeader plan;
  bool late = false;  // a decision did not come in time
  std::vector<std::string> events;
};

struct LiveResult {
  std::string topology, traffic, simulator, telemetry, policy;
  int nodes = 0, links = 0;
  std::optional<double> load;
  std::vector<LiveInterval> intervals;
  // Of the plan stream.
  int updates = 0, resets = 0, nacks = 0, connections = 0;
  double wall_s = 0;
};

// Means over the intervals from `first` on; ratios of means.
struct LiveSummary {
  int intervals = 0;
  double observed_mlu = 0, shortest_path_mlu = 0;
  std::optional<double> optimum_mlu;
  int above_shortest_path = 0;  // intervals in which the live plan was worse
  int late = 0;
};
LiveSummary Summarize(const LiveResult& result, size_t first = 1);

// The table: a heading, then a line an interval as it is over, then what it comes to. Lines that
// deserve a look (worse than shortest path, late, replaced by the guard) are marked "!".
std::string TableHeading(const LiveResult& result);
std::string TableLine(const LiveInterval& interval, bool colour);
std::string TableSummary(const LiveResult& result);

std::string ToJson(const LiveResult& result);
// One line an interval, with a header.
std::string ToCsv(const LiveResult& result);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_LIVE_NETWORK_LIVE_RESULT_H_

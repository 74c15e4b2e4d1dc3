// What a replay reports: every policy over all its intervals and seeds.
#ifndef RHUMB_CONTROLLER_REPLAY_REPLAY_RESULT_H_
#define RHUMB_CONTROLLER_REPLAY_REPLAY_RESULT_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "controller/replay/provenance.h"
#include "controller/replay/replay_engine.h"
#include "controller/replay/replay_input.h"
#include "controller/replay/statistics.h"

namespace rhumb {

// Measured by the simulator. First one value a seed: over its intervals, rates are averaged, delays
// are weighted by what was delivered, losses by what was offered, flow completion times by the
// flows that started (also their 99th percentiles, which cannot be pooled), and shares are sums
// over sums. Then mean and 95 % interval over the seeds.
template <typename Value>
struct PacketMetrics {
  Value goodput_bps{}, delay_s{}, delay_p99_s{}, loss_ratio{};
  // Of finite flows; 0 when there were none.
  Value fct_s{}, fct_p99_s{}, completed_share{}, on_time_share{};
};

// Decisions for which a policy had no answer of its own.
struct Fallbacks {
  int count = 0;
  int of = 0;                  // decisions in all
  std::vector<int> intervals;  // numbers in the series, in order, each once
  std::string reason;          // in the first of these intervals
  std::string to;              // the policy whose answer was taken, such as "ecmp:inverse-capacity"
  // Decisions for which it had none for some demands alone. They are not in `count`.
  struct Partial {
    int count = 0;
    std::vector<int> intervals;
    std::string reason;
    int most_demands = 0;  // of one decision
  };
  Partial partial = {};
};

// Where ns-3 would have measured, as a corrected simulator says: the ranges of single episodes,
// averaged. The truth of a mean over episodes lies nearer to its middle.
struct PredictionSummary {
  int episodes = 0;
  int far = 0;  // of these, from what the correction was learned from
  double coverage = 0;
  double mean_distance = 0, max_distance = 0;  // 1: as far as it is used
  std::array<PredictedRange, kPredictedQuantities> ranges;
};

struct PolicyResult {
  std::string name;
  bool omniscient = false;
  Summary mlu;  // as the simulator measured it
  std::optional<Summary>
      norm_mlu;  // of the plan over the exact optimum; absent when that was not computed
  double decision_p50_s = 0, decision_p99_s = 0;
  double moved_share = 0;  // mean
  // See PlanSize: mean of the first, extremes of the others.
  PlanSize size;
  PacketMetrics<Estimate> measured;
  // Against shortest-path, seed by seed: (policy - shortest-path) / shortest-path, shares as
  // differences. Absent when shortest-path was not played.
  std::optional<PacketMetrics<Estimate>> versus;
  bool has_flows = false;
  Distributions distributions;                  // over all seeds; empty at flow level
  std::optional<PredictionSummary> prediction;  // of a corrected simulator

  Fallbacks fallbacks;
  int retried = 0;  // episodes that were played again
  int lost = 0;     // cells without measurements, left out of every mean
};

struct ReplayResult {
  std::string topology;
  int nodes = 0;
  int links = 0;
  std::string traffic;
  std::string simulator;
  std::optional<double> load;
  int intervals = 0;  // counted
  int seeds = 1;
  std::vector<PolicyResult> policies;
  double scale = 1;
  std::optional<double> hop_packets_per_s;  // packet level only
  double wall_s = 0;
  Provenance provenance;
  std::vector<std::string> unfinished;  // policies of a replay that was stopped or failed
};

// The policy that others are compared with.
constexpr char kReferencePolicy[] = "shortest-path";

// `optimum` has one entry a counted interval, or is empty when it was not computed. Intervals whose
// optimum is 0 have no NormMLU and are left out of it.
std::vector<PolicyResult> SummarizePolicies(const std::vector<PolicyCells>& cells,
                                            const std::vector<double>& optimum);

// Index of the best policy among those that do not see the future: lowest mean flow completion time
// where there are flows, else lowest mean NormMLU, else lowest mean MLU. -1 when there is no such
// policy, when two share the lowest, and when that is 0 (there was no traffic) or no number.
int Winner(const ReplayResult& result);

// The object of `--output json`, with a final newline.
std::string ToJson(const ReplayResult& result);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_REPLAY_REPLAY_RESULT_H_

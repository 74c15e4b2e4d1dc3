#include "controller/replay/optimum_series.h"

#include <memory>

#include "absl/strings/str_format.h"
#include "agents/baselines/lp/min_mlu_solver.h"
#include "agents/trees/whole_network.h"
#include "controller/replay/replay_engine.h"

namespace rhumb {
namespace {

constexpr int kMaxRun = 64;

// The exact optimum of 315 nodes with all demands takes a minute, and three times as many nodes
// take hours.
constexpr int kMostExactPairs = 100000;

struct Run {
  int begin;  // of input.moments
  int end;
};

// Consecutive intervals with the same network state.
std::vector<Run> SplitIntoRuns(const ReplayInput& input) {
  std::vector<Run> runs;
  uint64_t version = 0;
  for (int i = 1; i < static_cast<int>(input.moments.size()); ++i) {
    const uint64_t here = input.moments[i].topology.version();
    if (runs.empty() || here != version || i - runs.back().begin == kMaxRun) {
      runs.push_back({i, i});
    }
    runs.back().end = i + 1;
    version = here;
  }
  return runs;
}

absl::StatusOr<std::vector<double>> BoundSeries(const ReplayInput& input, int jobs,
                                                const std::atomic<bool>* stop,
                                                const std::function<void(int, int)>& on_progress) {
  std::vector<double> bound(input.num_counted(), 0.0);
  trees::TreePlannerOptions options;
  options.threads = jobs;
  options.later_rounds = options.first_rounds;
  trees::TreePlanner planner(options);
  const auto stopped = [stop] { return stop != nullptr && *stop; };
  for (int i = 1; i <= input.num_counted(); ++i) {
    const auto interval = input.interval(i);
    if (!interval.ok()) return interval.status();
    planner.SetTopology(input.moments[i].topology);
    trees::TreeDemands demands(input.topology.num_nodes());
    trees::FillDemands(*(*interval)->measured, planner.unit_per_bps(), &demands);
    bound[i - 1] = planner.Improve(demands, stopped).bound;
    if (stopped()) return absl::CancelledError("stopped");
    if (on_progress) on_progress(i, input.num_counted());
  }
  return bound;
}

}  // namespace

bool OptimumIsBound(const Topology& topology) {
  return static_cast<int64_t>(topology.num_nodes()) * (topology.num_nodes() - 1) > kMostExactPairs;
}

absl::StatusOr<std::vector<double>> OptimumSeries(
    const ReplayInput& input, int jobs, const std::atomic<bool>* stop,
    const std::function<void(int, int)>& on_progress) {
  if (OptimumIsBound(input.topology)) return BoundSeries(input, jobs, stop, on_progress);
  std::vector<double> optimum(input.num_counted(), 0.0);
  const std::vector<Run> runs = SplitIntoRuns(input);
  std::atomic<int> done{0};
  const absl::Status status =
      RunTasks(static_cast<int>(runs.size()), jobs, stop, [&](int task) -> absl::Status {
        MinMluOptions options;
        options.leave_out_unroutable = true;
        MinMluSolver solver =
            MinMluSolver::OverAllPaths(input.moments[runs[task].begin].topology, options);
        for (int i = runs[task].begin; i < runs[task].end; ++i) {
          if (stop != nullptr && *stop) return absl::CancelledError("stopped");
          const auto interval = input.interval(i);
          if (!interval.ok()) return interval.status();
          const absl::StatusOr<double> mlu = solver.SolveMlu(*(*interval)->measured);
          if (!mlu.ok()) {
            return absl::Status(mlu.status().code(),
                                absl::StrFormat("optimum of interval %d: %s; --no-optimum does "
                                                "without it",
                                                input.moments[i].number, mlu.status().message()));
          }
          optimum[i - 1] = *mlu;
          const int now = ++done;
          if (on_progress) on_progress(now, input.num_counted());
        }
        return absl::OkStatus();
      });
  if (!status.ok()) return status;
  return optimum;
}

}  // namespace rhumb

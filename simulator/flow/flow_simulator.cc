#include "simulator/flow/flow_simulator.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "simulator/episode_checks.h"
#include "simulator/flow/interval_average.h"

namespace rhumb {
namespace {

constexpr double kRatioTolerance = 1e-6;

class FlowSimulator : public NetworkSimulator {
 public:
  explicit FlowSimulator(const FlowSimulatorOptions& options) : solver_(options) {}

  absl::Status Reset(const Episode& episode) override {
    topology_ = episode.topology;
    checked_paths_ = nullptr;
    return absl::OkStatus();
  }

  absl::StatusOr<Measurements> Play(const RoutingPlan& plan, const Interval& interval) override {
    if (!topology_) return absl::FailedPreconditionError("Play was called before Reset");
    if (!(interval.duration > absl::ZeroDuration()) ||
        interval.duration == absl::InfiniteDuration()) {
      return absl::InvalidArgumentError("the interval lasts no time; give a positive duration");
    }
    if (absl::Status status = ApplyTopology(interval.changes_at_start); !status.ok()) return status;
    if (absl::Status status = CheckDemands(*topology_, interval.demands); !status.ok())
      return status;
    if (absl::Status status = CheckPlan(plan); !status.ok()) return status;

    average_.Start(plan, *topology_);
    const RoutingPlan* current_plan = &plan;
    const TrafficMatrix* demands = &interval.demands;
    absl::Duration now = absl::ZeroDuration();
    for (const TimedChange& change : interval.changes) {
      const absl::Duration until = std::clamp(change.at, now, interval.duration);
      PlaySegment(*current_plan, *demands, until - now);
      now = until;
      if (const auto* delta = std::get_if<TopologyDelta>(&change.change)) {
        if (absl::Status status = ApplyTopology(*delta); !status.ok()) return status;
      } else if (const auto* matrix = std::get_if<TrafficMatrix>(&change.change)) {
        if (absl::Status status = CheckDemands(*topology_, *matrix); !status.ok()) return status;
        demands = matrix;
      } else {
        const RoutingPlan& next = std::get<RoutingPlan>(change.change);
        if (absl::Status status = CheckPlan(next); !status.ok()) return status;
        current_plan = &next;
      }
    }
    PlaySegment(*current_plan, *demands, interval.duration - now);
    return average_.Finish();
  }

 private:
  void PlaySegment(const RoutingPlan& plan, const TrafficMatrix& demands, absl::Duration length) {
    if (length <= absl::ZeroDuration()) return;
    average_.Add(plan, demands, solver_.Solve(*topology_, plan, demands),
                 absl::ToDoubleSeconds(length));
  }

  absl::Status ApplyTopology(const TopologyDelta& delta) {
    if (delta.empty()) return absl::OkStatus();
    absl::StatusOr<Topology> next = topology_->Apply(delta);
    if (!next.ok()) return next.status();
    topology_ = *std::move(next);
    return absl::OkStatus();
  }

  // Paths are checked once a path set; plans that share it cost only their ratios.
  absl::Status CheckPlan(const RoutingPlan& plan) {
    const PathSet& paths = plan.paths();
    if (plan.shared_paths() != checked_paths_) {
      if (absl::Status status = paths.Validate(*topology_); !status.ok()) return status;
      checked_paths_ = plan.shared_paths();
    }
    if (static_cast<int>(plan.ratios().size()) != paths.num_paths()) {
      return absl::InvalidArgumentError(absl::StrFormat("the plan has %d ratios for %d paths",
                                                        plan.ratios().size(), paths.num_paths()));
    }
    for (int i = 0; i < paths.num_pairs(); ++i) {
      const PathSet::Range range = paths.paths_of(i);
      double sum = 0;
      for (int p = range.begin; p < range.end; ++p) {
        if (!(plan.ratios()[p] >= 0)) sum = std::nan("");
        sum += plan.ratios()[p];
      }
      if (range.size() > 0 && !(std::abs(sum - 1) <= kRatioTolerance)) {
        return absl::InvalidArgumentError(
            absl::StrFormat("the split ratios of demand %s>%s are negative or do not sum to 1",
                            topology_->node(paths.pair(i).source).name,
                            topology_->node(paths.pair(i).destination).name));
      }
    }
    return absl::OkStatus();
  }

  FlowSolver solver_;
  IntervalAverage average_;
  std::optional<Topology> topology_;
  std::shared_ptr<const PathSet> checked_paths_;
};

}  // namespace

std::unique_ptr<NetworkSimulator> MakeFlowSimulator(FlowSimulatorOptions options) {
  return std::make_unique<FlowSimulator>(options);
}

}  // namespace rhumb

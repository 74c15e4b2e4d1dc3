#include "controller/report/moved_demands.h"

#include <algorithm>
#include <cmath>

#include "agents/baselines/single_path_plan.h"

namespace rhumb {
namespace {

constexpr size_t kKeptPlans = 4;
constexpr double kLeastMoved = 0.01;
constexpr double kLeastShare = 0.005;  // smaller ones round to nothing

struct Candidate {
  double moved_bps = 0;
  int pair = -1;  // of the plan
  double left = 0;
};

// The path of a pair under shortest-path; empty when there is none.
absl::Span<const LinkId> ShortestOf(const RoutingPlan& shortest, NodePair pair) {
  const auto found = shortest.paths().Find(pair.source, pair.destination);
  if (!found || shortest.paths().paths_of(*found).size() == 0) return {};
  return shortest.paths().links(shortest.paths().paths_of(*found).begin);
}

}  // namespace

std::shared_ptr<const RoutingPlan> ShortestPlans::Of(const Topology& topology) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (const auto& [version, plan] : plans_) {
    if (version == topology.version()) return plan;
  }
  if (plans_.size() == kKeptPlans) plans_.erase(plans_.begin());
  plans_.emplace_back(topology.version(), std::make_shared<const RoutingPlan>(
                                              ShortestPathPlan(topology, LinkMetric::kIgp)));
  return plans_.back().second;
}

std::vector<MovedDemand> MostMovedDemands(const RoutingPlan& plan, const RoutingPlan& shortest,
                                          const TrafficMatrix& demands, size_t most,
                                          PathTable* table) {
  const PathSet& paths = plan.paths();
  std::vector<Candidate> candidates;
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    const double rate = demands.rate_bps(pair.source, pair.destination);
    if (!(rate > 0) || paths.paths_of(i).size() == 0) continue;
    const absl::Span<const LinkId> best = ShortestOf(shortest, pair);
    if (best.empty()) continue;
    double left = 0;
    for (int p = paths.paths_of(i).begin; p < paths.paths_of(i).end; ++p) {
      if (plan.ratios()[p] > 0 && paths.links(p) == best) left += plan.ratios()[p];
    }
    if (1 - left >= kLeastMoved) candidates.push_back({rate * (1 - left), i, left});
  }
  const size_t count = std::min(most, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(count),
                    candidates.end(), [](const Candidate& a, const Candidate& b) {
                      return std::make_pair(-a.moved_bps, a.pair) <
                             std::make_pair(-b.moved_bps, b.pair);
                    });
  std::vector<MovedDemand> moved;
  for (size_t k = 0; k < count; ++k) {
    const NodePair pair = paths.pair(candidates[k].pair);
    const absl::Span<const LinkId> best = ShortestOf(shortest, pair);
    MovedDemand demand{
        pair.source, pair.destination,    demands.rate_bps(pair.source, pair.destination),
        {},          table->Number(best), static_cast<int>(std::lround(candidates[k].left * 1000))};
    const PathSet::Range range = paths.paths_of(candidates[k].pair);
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] < kLeastShare) continue;
      demand.shares.emplace_back(table->Number(paths.links(p)),
                                 static_cast<int>(std::lround(plan.ratios()[p] * 1000)));
    }
    std::sort(demand.shares.begin(), demand.shares.end(),
              [](const auto& a, const auto& b) { return a.second > b.second; });
    moved.push_back(std::move(demand));
  }
  return moved;
}

}  // namespace rhumb

#include "controller/steering/decision/plan_economy.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

#include "controller/steering/guard/plan_rules.h"

namespace rhumb {
namespace {

// Shares of a demand that may stay are told apart from those that must go by more than rounding.
constexpr double kNothing = 1e-12;

// The MLU that each matrix may have. Asked about a dozen plans a decision, all of them over usable
// links only, so loads are added up without looking at the state of links.
class MluBound {
 public:
  MluBound(const Topology& topology, const RoutingPlan& plan,
           const std::vector<std::shared_ptr<const TrafficMatrix>>& demands, double tolerance)
      : demands_(demands) {
    for (const Link& link : topology.links()) per_bps_.push_back(1 / link.capacity_bps);
    for (const auto& matrix : demands) {
      Clear();
      for (int i = 0; i < plan.paths().num_pairs(); ++i) Add(plan, i, *matrix);
      allowed_.push_back(Mlu() * (1 + tolerance));
    }
  }
  bool Allows(const RoutingPlan& plan) {
    return Allows(plan.paths().num_pairs(), [&](int i) { return std::make_pair(&plan, i); });
  }
  // Of a plan in parts: `part(i)` says from which plan, and which pair of it, demand i is taken.
  template <typename Part>
  bool Allows(int num_pairs, Part&& part) {
    for (size_t m = 0; m < demands_.size(); ++m) {
      Clear();
      for (int i = 0; i < num_pairs; ++i) {
        const auto [plan, pair] = part(i);
        Add(*plan, pair, *demands_[m]);
      }
      if (Mlu() > allowed_[m]) return false;
    }
    return true;
  }

 private:
  void Clear() { load_bps_.assign(per_bps_.size(), 0); }
  void Add(const RoutingPlan& plan, int i, const TrafficMatrix& matrix) {
    const PathSet& paths = plan.paths();
    const NodePair pair = paths.pair(i);
    const double rate = matrix.rate_bps(pair.source, pair.destination);
    if (rate <= 0) return;
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      const double flow = rate * plan.ratios()[p];
      if (flow <= 0) continue;
      for (LinkId l : paths.links(p)) load_bps_[l] += flow;
    }
  }
  double Mlu() const {
    double mlu = 0;
    for (size_t l = 0; l < load_bps_.size(); ++l) mlu = std::max(mlu, load_bps_[l] * per_bps_[l]);
    return mlu;
  }

  const std::vector<std::shared_ptr<const TrafficMatrix>>& demands_;
  std::vector<double> per_bps_;   // [links] 1 / capacity
  std::vector<double> load_bps_;  // [links] scratch
  std::vector<double> allowed_;   // [matrices]
};

// The first of `count` steps that `allowed` allows, found by halving: going less far is never
// worse but for rounding. `count` when none is.
template <typename Allowed>
int FirstAllowed(int count, Allowed&& allowed) {
  int low = 0, high = count;
  while (low < high) {
    const int middle = (low + high) / 2;
    if (allowed(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

// [paths] The largest rate that each path carries on one of the matrices.
std::vector<double> FlowsBps(const RoutingPlan& plan,
                             const std::vector<std::shared_ptr<const TrafficMatrix>>& demands) {
  std::vector<double> flows(plan.ratios().size());
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    const NodePair pair = plan.paths().pair(i);
    double rate = 0;
    for (const auto& matrix : demands) {
      rate = std::max(rate, matrix->rate_bps(pair.source, pair.destination));
    }
    const PathSet::Range range = plan.paths().paths_of(i);
    for (int p = range.begin; p < range.end; ++p) flows[p] = rate * plan.ratios()[p];
  }
  return flows;
}

// Without shares that carry at most `most_bps`, but for the largest of each demand.
RoutingPlan DropFlows(const RoutingPlan& plan, const std::vector<double>& flows_bps,
                      double most_bps) {
  std::vector<double> ratios(plan.ratios().begin(), plan.ratios().end());
  for (int i = 0; i < plan.paths().num_pairs(); ++i) {
    const PathSet::Range range = plan.paths().paths_of(i);
    if (range.size() < 2) continue;
    const auto begin = ratios.begin() + range.begin, end = ratios.begin() + range.end;
    const auto largest = range.begin + (std::max_element(begin, end) - begin);
    double kept = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (p != largest && flows_bps[p] <= most_bps) ratios[p] = 0;
      kept += ratios[p];
    }
    if (kept <= 0) continue;
    for (int p = range.begin; p < range.end; ++p) ratios[p] /= kept;
  }
  return RoutingPlan(plan.shared_paths(), std::move(ratios), plan.topology_version());
}

// The flows that together carry one of these shares of the traffic go, the most that is allowed.
RoutingPlan WithoutSmallFlows(RoutingPlan plan, MluBound* bound,
                              const std::vector<std::shared_ptr<const TrafficMatrix>>& demands) {
  constexpr double kShares[] = {0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.0};
  const std::vector<double> flows = FlowsBps(plan, demands);
  std::vector<double> sorted;
  for (double flow : flows) {
    if (flow > 0) sorted.push_back(flow);
  }
  std::sort(sorted.begin(), sorted.end());
  const double total = std::accumulate(sorted.begin(), sorted.end(), 0.0);
  const auto without = [&](int step) {
    double sum = 0, most = 0;
    for (double flow : sorted) {
      if ((sum += flow) > kShares[step] * total) break;
      most = flow;
    }
    return DropFlows(plan, flows, most);
  };
  const int step =
      FirstAllowed(std::size(kShares), [&](int s) { return bound->Allows(without(s)); });
  return step < static_cast<int>(std::size(kShares)) ? without(step) : plan;
}

double MeanDelayS(const Topology& topology, const RoutingPlan& plan, PathSet::Range range) {
  double sum = 0;
  for (int p = range.begin; p < range.end; ++p) {
    if (plan.ratios()[p] <= 0) continue;
    sum +=
        plan.ratios()[p] * absl::ToDoubleSeconds(PropagationDelay(topology, plan.paths().links(p)));
  }
  return sum;
}

// Mixes two plans demand by demand.
class Keeper {
 public:
  Keeper(const Topology& topology, const RoutingPlan& proposal, const RoutingPlan& in_force,
         double max_delay_stretch)
      : topology_(topology), proposal_(proposal), in_force_(in_force) {
    const PathSet& paths = proposal.paths();
    old_.resize(paths.num_pairs());
    for (int i = 0; i < paths.num_pairs(); ++i) {
      const auto old = in_force.paths().Find(paths.pair(i).source, paths.pair(i).destination);
      if (!old || !MayStay(in_force.paths().paths_of(*old))) continue;
      const PathSet::Range range = paths.paths_of(i);
      if (range.size() == 0) continue;
      if (MeanDelayS(topology, in_force, in_force.paths().paths_of(*old)) >
          max_delay_stretch * MeanDelayS(topology, proposal, range)) {
        continue;
      }
      old_[i] = old;
    }
  }

  // [pairs] Rate that changes its path, of demands that may stay as they are; below 0: must change.
  std::vector<double> MovedBps(const TrafficMatrix& demands) const {
    const PathSet& paths = proposal_.paths();
    std::vector<double> moved(paths.num_pairs(), -1);
    for (int i = 0; i < paths.num_pairs(); ++i) {
      if (!old_[i]) continue;
      const PathSet::Range range = paths.paths_of(i), old = in_force_.paths().paths_of(*old_[i]);
      // What stays on its path; nearly every demand has one or two paths with a share.
      double stays = 0;
      for (int p = range.begin; p < range.end; ++p) {
        if (proposal_.ratios()[p] <= 0) continue;
        for (int q = old.begin; q < old.end; ++q) {
          if (in_force_.ratios()[q] <= 0 || paths.links(p) != in_force_.paths().links(q)) continue;
          stays += std::min(proposal_.ratios()[p], in_force_.ratios()[q]);
          break;
        }
      }
      const NodePair pair = paths.pair(i);
      moved[i] = demands.rate_bps(pair.source, pair.destination) * std::max(0.0, 1 - stays);
    }
    return moved;
  }

  // Whether the mix is within the bound, without making it.
  bool Allowed(const std::vector<char>& keep, MluBound* bound) const {
    return bound->Allows(static_cast<int>(keep.size()), [&](int i) {
      return keep[i] ? std::make_pair(&in_force_, *old_[i]) : std::make_pair(&proposal_, i);
    });
  }

  // Where `keep` is set, what is in force stays. [pairs]
  RoutingPlan Mix(const std::vector<char>& keep) const {
    PathSet::Builder builder;
    std::vector<double> ratios;
    for (int i = 0; i < proposal_.paths().num_pairs(); ++i) {
      const RoutingPlan& from = keep[i] ? in_force_ : proposal_;
      const int pair = keep[i] ? *old_[i] : i;
      builder.AddPair(proposal_.paths().pair(i).source, proposal_.paths().pair(i).destination);
      const PathSet::Range range = from.paths().paths_of(pair);
      for (int p = range.begin; p < range.end; ++p) {
        builder.AddPath(from.paths().links(p));
        ratios.push_back(from.ratios()[p]);
      }
    }
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                       proposal_.topology_version());
  }

 private:
  bool MayStay(PathSet::Range range) const {
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (in_force_.ratios()[p] <= 0) continue;
      if (!IsUsable(topology_, in_force_.paths().links(p))) return false;
      sum += in_force_.ratios()[p];
    }
    return std::abs(sum - 1) < 1e-6;
  }

  const Topology& topology_;
  const RoutingPlan& proposal_;
  const RoutingPlan& in_force_;
  std::vector<std::optional<int>> old_;  // [pairs] of those that may stay
};

// Without the shares that are a small part of their demand, as far as is allowed.
RoutingPlan WithoutSmallShares(const RoutingPlan& plan, double smallest_share, MluBound* bound) {
  for (double part : {1.0, 0.5, 0.25}) {
    RoutingPlan pruned = DropSmallShares(plan, part * smallest_share);
    if (bound->Allows(pruned)) return pruned;
  }
  return plan;
}

// With as many demands as are allowed split as in `in_force`.
RoutingPlan KeepWhatMayStay(const Topology& topology, const RoutingPlan& proposal,
                            const RoutingPlan& in_force, const TrafficMatrix& demands,
                            double max_delay_stretch, MluBound* bound) {
  const Keeper keeper(topology, proposal, in_force, max_delay_stretch);
  const std::vector<double> moved = keeper.MovedBps(demands);
  std::vector<double> sorted;
  for (double m : moved) {
    if (m > kNothing) sorted.push_back(m);
  }
  std::sort(sorted.begin(), sorted.end());
  constexpr double kShares[] = {31.0 / 32, 15.0 / 16, 7.0 / 8, 3.0 / 4, 1.0 / 2, 0.0};
  const auto keep = [&](int step) {
    const auto kept = static_cast<size_t>(kShares[step] * static_cast<double>(sorted.size()));
    const double most = kept == 0 ? kNothing : sorted[kept - 1];
    std::vector<char> result(moved.size());
    for (size_t i = 0; i < moved.size(); ++i) result[i] = moved[i] >= 0 && moved[i] <= most;
    return result;
  };
  const int step =
      FirstAllowed(std::size(kShares), [&](int s) { return keeper.Allowed(keep(s), bound); });
  return step < static_cast<int>(std::size(kShares)) ? keeper.Mix(keep(step)) : proposal;
}

}  // namespace

RoutingPlan Economical(const Topology& topology, RoutingPlan proposal,
                       const std::optional<RoutingPlan>& in_force,
                       const std::vector<std::shared_ptr<const TrafficMatrix>>& demands,
                       const EconomyOptions& options) {
  if (options.smallest_share <= 0 || !proposal.Validate(topology).ok()) return proposal;
  if (demands.empty()) return DropSmallShares(proposal, options.smallest_share);
  MluBound bound(topology, proposal, demands, options.mlu_tolerance);
  const RoutingPlan sparse = WithoutSmallShares(proposal, options.smallest_share, &bound);
  const RoutingPlan sparsest = WithoutSmallFlows(sparse, &bound, demands);
  if (!in_force) return sparsest;

  // Who moves a little of every demand at a time has small shares, and dropping these would move
  // the rest at once.
  const TrafficMatrix& latest = *demands.back();
  const double asked = MovedShare(*in_force, proposal, latest);
  RoutingPlan plan;
  for (const RoutingPlan* from : {&sparsest, &sparse, &std::as_const(proposal)}) {
    plan = KeepWhatMayStay(topology, *from, *in_force, latest, options.max_delay_stretch, &bound);
    if (MovedShare(*in_force, plan, latest) <= asked + kNothing) break;
  }
  return plan;
}

}  // namespace rhumb

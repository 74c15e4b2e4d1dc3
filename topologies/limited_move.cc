#include "topologies/limited_move.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "topologies/blended_plan.h"

namespace rhumb {
namespace {

// A link at nine tenths of the fullest one's utilization weighs e^-2 of it: few links decide, and
// those that would be next are not forgotten.
constexpr double kSharpness = 20;
// Links are weighed anew after so large a part of what may move.
constexpr int kSteps = 8;
// And then those only that came first at first, so many times what may move.
constexpr double kCandidates = 4;
// A demand that never fits goes on when it is given at least so much of what may move.
constexpr double kWorthAPart = 0.5;
constexpr double kRounding = 1e-9;

// One demand of a plan.
RoutingPlan Single(const RoutingPlan& plan, NodePair ends, PathSet::Range range) {
  PathSet::Builder builder;
  builder.AddPair(ends.source, ends.destination);
  for (int p = range.begin; p < range.end; ++p) builder.AddPath(plan.paths().links(p));
  const auto ratios = plan.ratios().subspan(range.begin, range.size());
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()),
                     {ratios.begin(), ratios.end()}, plan.topology_version());
}

class DemandMover {
 public:
  DemandMover(const Topology& topology, const RoutingPlan& from, const RoutingPlan& to,
              const TrafficMatrix& demands)
      : topology_(topology), from_(from), to_(to), demands_(demands) {
    const int pairs = to.paths().num_pairs();
    old_.assign(pairs, PathSet::Range{});
    moved_bps_.assign(pairs, 0);
    load_bps_.assign(topology.num_links(), 0);
    for (int i = 0; i < pairs; ++i) {
      const NodePair pair = to.paths().pair(i);
      const std::optional<int> at = i < from.paths().num_pairs() && from.paths().pair(i) == pair
                                        ? std::optional<int>(i)
                                        : from.paths().Find(pair.source, pair.destination);
      if (at) old_[i] = from.paths().paths_of(*at);
      const double stays = Staying(i);
      // What carries nothing, stays or has nowhere to stay is as in `to` from the beginning.
      if (Rate(i) > 0 && old_[i].size() > 0 && stays >= 0 && stays < 1 - kRounding) {
        moved_bps_[i] = Rate(i) * (1 - stays);
      }
      moved_bps_[i] > 0 ? Put(from, old_[i], Rate(i), 1) : Put(to, New(i), Rate(i), 1);
    }
  }

  double Mlu() const { return MaxLinkUtilization(topology_, load_bps_); }

  // Moves demands until `budget_bps` is spent, `kSteps` times a part of it.
  void Move(double budget_bps) {
    double left = budget_bps;
    std::vector<int> order;
    for (int i = 0; i < static_cast<int>(moved_bps_.size()); ++i) order.push_back(i);
    for (int step = kSteps - 1; step >= 0; --step) {
      const double keep = budget_bps * step / kSteps;
      order = Ordered(order);
      if (step == kSteps - 1) KeepFirst(budget_bps, &order);
      for (const int i : order) {
        if (left <= keep) break;
        if (moved_bps_[i] <= left) {
          left -= moved_bps_[i];
          Take(i, 1);
        } else if (moved_bps_[i] > budget_bps && left >= kWorthAPart * budget_bps) {
          Take(i, left / moved_bps_[i]);
          left = 0;
        }
      }
    }
  }

  RoutingPlan Plan() const {
    PathSet::Builder builder;
    std::vector<double> ratios;
    const int pairs = to_.paths().num_pairs();
    std::optional<RoutingPlan> blend;
    if (partly_ >= 0) {
      const NodePair ends = to_.paths().pair(partly_);
      blend = Blend(Single(from_, ends, old_[partly_]), Single(to_, ends, New(partly_)), part_);
    }
    for (int i = 0; i < pairs; ++i) {
      const NodePair pair = to_.paths().pair(i);
      builder.AddPair(pair.source, pair.destination);
      const RoutingPlan& plan = i == partly_ ? *blend : moved_bps_[i] > 0 ? from_ : to_;
      const PathSet::Range range = i == partly_        ? blend->paths().paths_of(0)
                                   : moved_bps_[i] > 0 ? old_[i]
                                                       : New(i);
      for (int p = range.begin; p < range.end; ++p) {
        builder.AddPath(plan.paths().links(p));
        ratios.push_back(plan.ratios()[p]);
      }
    }
    return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                       to_.topology_version());
  }

 private:
  PathSet::Range New(int i) const { return to_.paths().paths_of(i); }
  double Rate(int i) const {
    const NodePair pair = to_.paths().pair(i);
    return demands_.rate_bps(pair.source, pair.destination);
  }
  // Share of a demand that both plans have on the same paths; below 0 when one does not route it.
  double Staying(int i) const {
    double stays = 0, before = 0, after = 0;
    for (int q = old_[i].begin; q < old_[i].end; ++q) before += from_.ratios()[q];
    for (int p = New(i).begin; p < New(i).end; ++p) {
      after += to_.ratios()[p];
      for (int q = old_[i].begin; q < old_[i].end && to_.ratios()[p] > 0; ++q) {
        if (to_.paths().links(p) != from_.paths().links(q)) continue;
        stays += std::min(to_.ratios()[p], from_.ratios()[q]);
        break;
      }
    }
    return before > 0 && after > 0 ? stays : -1;
  }
  void Put(const RoutingPlan& plan, PathSet::Range range, double rate_bps, double times) {
    for (int p = range.begin; p < range.end; ++p) {
      const double flow = rate_bps * plan.ratios()[p] * times;
      if (flow == 0) continue;
      for (const LinkId l : plan.paths().links(p)) load_bps_[l] += flow;
    }
  }
  void Take(int i, double part) {
    Put(from_, old_[i], Rate(i), -part);
    Put(to_, New(i), Rate(i), part);
    if (part < 1) {
      partly_ = i;
      part_ = part;
    }
    moved_bps_[i] = 0;
  }
  double Price(const RoutingPlan& plan, PathSet::Range range) const {
    double price = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] <= 0) continue;
      for (const LinkId l : plan.paths().links(p)) price += plan.ratios()[p] * price_[l];
    }
    return price;
  }
  // So many of them that they would use the budget up several times.
  void KeepFirst(double budget_bps, std::vector<int>* demands) const {
    size_t count = 0;
    for (double sum = 0; count < demands->size() && sum < kCandidates * budget_bps; ++count) {
      sum += std::min(budget_bps, moved_bps_[(*demands)[count]]);
    }
    demands->resize(count);
  }
  // Those that have not moved, first those that relieve full links most for what they move.
  std::vector<int> Ordered(const std::vector<int>& demands) {
    const double mlu = std::max(Mlu(), kRounding);
    price_.resize(load_bps_.size());
    for (size_t l = 0; l < price_.size(); ++l) {
      const double capacity = topology_.link(static_cast<LinkId>(l)).capacity_bps;
      price_[l] = std::exp(kSharpness * (load_bps_[l] / capacity / mlu - 1)) / capacity;
    }
    std::vector<std::pair<double, int>> gains;
    for (const int i : demands) {
      if (moved_bps_[i] <= 0) continue;
      const double gain = Rate(i) * (Price(from_, old_[i]) - Price(to_, New(i)));
      gains.emplace_back(-gain / moved_bps_[i], i);
    }
    std::sort(gains.begin(), gains.end());
    std::vector<int> order;
    for (const auto& [gain, i] : gains) order.push_back(i);
    return order;
  }

  const Topology& topology_;
  const RoutingPlan& from_;
  const RoutingPlan& to_;
  const TrafficMatrix& demands_;
  std::vector<PathSet::Range> old_;       // [pairs of to_] paths of from_
  std::vector<double> moved_bps_;         // [pairs] that would change its path; 0: is as in to_
  std::vector<double> load_bps_, price_;  // [links]
  int partly_ = -1;                       // the demand that goes part of the way
  double part_ = 0;
};

}  // namespace

std::optional<LimitedMove> LimitMoveOfAll(const RoutingPlan& from, const RoutingPlan& to,
                                          const TrafficMatrix& demands, double most) {
  const double wanted = MovedShare(from, to, demands);
  if (wanted <= most) return std::nullopt;
  return LimitedMove{Blend(from, to, most / wanted), wanted};
}

std::optional<LimitedMove> LimitMoveByDemand(const Topology& topology, const RoutingPlan& from,
                                             const RoutingPlan& to, const TrafficMatrix& demands,
                                             double most) {
  const double wanted = MovedShare(from, to, demands);
  if (wanted <= most) return std::nullopt;
  DemandMover mover(topology, from, to, demands);
  const double before = mover.Mlu();
  mover.Move(most * demands.total_bps());
  const double after =
      MaxLinkUtilization(topology, ComputeLinkLoads(topology, to, demands).load_bps);
  if (mover.Mlu() > std::max(before, after) * (1 + kRounding)) {
    return LimitMoveOfAll(from, to, demands, most);
  }
  return LimitedMove{mover.Plan(), wanted};
}

}  // namespace rhumb

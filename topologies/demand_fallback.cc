#include "topologies/demand_fallback.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rhumb {
namespace {

// How many of the demands over a link are looked at for each that moves, those that relieve it
// most.
constexpr size_t kMostLooked = 64;
// Of a limit: what sums in another order may differ by.
constexpr double kRounding = 1e-9;

class Mixture {
 public:
  Mixture(const Topology& topology, const RoutingPlan& plan, const RoutingPlan& reference,
          absl::Span<const UtilizationLimit> limits)
      : topology_(topology),
        plan_(plan),
        reference_(reference),
        limits_(limits),
        over_(topology.num_links()) {
    for (const UtilizationLimit& limit : limits_) {
      load_bps_.push_back(ComputeLinkLoads(topology, plan, limit.demands).load_bps);
    }
    share_.assign(topology.num_links(), 0.0);
    for (int pair = 0; pair < plan.paths().num_pairs(); ++pair) AddDemand(pair);
    has_moved_.assign(demands_.size(), 0);
  }

  // False when a limit cannot be kept.
  bool MoveUntilAllFits() {
    for (Worst worst = FindWorst(); worst.excess > 0; worst = FindWorst()) {
      const int demand = BestToMove(worst);
      if (demand < 0) return false;
      Move(demand, 1);
      moved_.push_back(demand);
      has_moved_[demand] = 1;
    }
    return true;
  }

  // Who moved early may be in nobody's way once others have moved too.
  void TakeBackWhatFits() {
    std::stable_sort(moved_.begin(), moved_.end(), [this](int a, int b) {
      return MostMoved(demands_[a]) > MostMoved(demands_[b]);
    });
    const auto fits_again = [this](int demand) {
      if (ExcessAfter(demands_[demand], -1) > 0) return false;
      Move(demand, -1);
      return true;
    };
    // Who goes back makes room elsewhere.
    size_t before;
    do {
      before = moved_.size();
      moved_.erase(std::remove_if(moved_.begin(), moved_.end(), fits_again), moved_.end());
    } while (moved_.size() < before);
  }

  bool all_moved() const { return moved_.size() == demands_.size(); }

  DemandFallback Result() const {
    std::vector<int> reference_of(plan_.paths().num_pairs(), -1);
    for (const int demand : moved_) {
      reference_of[demands_[demand].pair] = demands_[demand].reference_pair;
    }
    PathSet::Builder builder;
    std::vector<double> ratios;
    for (int pair = 0; pair < plan_.paths().num_pairs(); ++pair) {
      builder.AddPair(plan_.paths().pair(pair).source, plan_.paths().pair(pair).destination);
      AddPaths(pair, reference_of[pair], &builder, &ratios);
    }
    DemandFallback result;
    result.plan = RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                              topology_.version());
    result.demands = static_cast<int>(moved_.size());
    result.of = of_;
    for (const std::vector<double>& load_bps : load_bps_) {
      result.mlu.push_back(MaxLinkUtilization(topology_, load_bps));
    }
    return result;
  }

 private:
  // What a link carries more of a demand under the reference, as a share of it; below 0: less.
  struct Change {
    LinkId link;
    double share;
  };
  struct Demand {
    int pair, reference_pair;
    std::vector<Change> changes;
  };
  struct Worst {
    LinkId link = -1;
    size_t matrix = 0;
    double excess = 0;  // over the limit
  };

  void AddDemand(int pair) {
    const NodePair ends = plan_.paths().pair(pair);
    const bool carries =
        std::any_of(limits_.begin(), limits_.end(), [&](const UtilizationLimit& limit) {
          return limit.demands.rate_bps(ends.source, ends.destination) > 0;
        });
    if (!carries) return;
    ++of_;
    const std::optional<int> other = reference_.paths().Find(ends.source, ends.destination);
    if (!other || reference_.paths().paths_of(*other).size() == 0) return;
    Demand demand{pair, *other, {}};
    std::vector<LinkId> touched;
    AddShares(plan_, pair, -1, &touched);
    AddShares(reference_, *other, 1, &touched);
    for (const LinkId link : touched) {
      // A link may have been touched twice.
      const double share = std::exchange(share_[link], 0.0);
      if (std::abs(share) > kRounding) demand.changes.push_back({link, share});
    }
    if (demand.changes.empty()) return;
    for (const Change& change : demand.changes) {
      if (change.share < 0) {
        over_[change.link].push_back({static_cast<int>(demands_.size()), -change.share});
      }
    }
    demands_.push_back(std::move(demand));
  }

  void AddShares(const RoutingPlan& plan, int pair, double sign, std::vector<LinkId>* touched) {
    const PathSet::Range range = plan.paths().paths_of(pair);
    for (int p = range.begin; p < range.end; ++p) {
      if (plan.ratios()[p] <= 0) continue;
      for (const LinkId link : plan.paths().links(p)) {
        share_[link] += sign * plan.ratios()[p];
        touched->push_back(link);
      }
    }
  }

  double RateBps(const Demand& demand, size_t matrix) const {
    const NodePair ends = plan_.paths().pair(demand.pair);
    return limits_[matrix].demands.rate_bps(ends.source, ends.destination);
  }

  double Excess(LinkId link, size_t matrix, double load_bps) const {
    const double most = limits_[matrix].mlu * topology_.link(link).capacity_bps;
    return load_bps > most * (1 + kRounding) ? (load_bps - most) / std::max(most, 1.0) : 0.0;
  }

  Worst FindWorst() const {
    Worst worst;
    for (size_t m = 0; m < limits_.size(); ++m) {
      for (LinkId link = 0; link < topology_.num_links(); ++link) {
        const double excess = Excess(link, m, load_bps_[m][link]);
        if (excess > worst.excess) worst = {link, m, excess};
      }
    }
    return worst;
  }

  // Of the links whose load changes when the demand moves that way: how far the worst one is above
  // its limit then.
  double ExcessAfter(const Demand& demand, double sign) const {
    double excess = 0;
    for (size_t m = 0; m < limits_.size(); ++m) {
      const double rate = sign * RateBps(demand, m);
      if (rate == 0) continue;
      for (const Change& change : demand.changes) {
        excess = std::max(excess,
                          Excess(change.link, m, load_bps_[m][change.link] + rate * change.share));
      }
    }
    return excess;
  }

  // Whoever leaves the links it touches least above their limits; of several that leave none
  // above, the one that moves least.
  int BestToMove(const Worst& worst) const {
    std::vector<std::pair<double, int>> relief;  // below 0, so that the largest sorts first
    for (const auto& [demand, share] : over_[worst.link]) {
      const double rate = RateBps(demands_[demand], worst.matrix);
      if (rate > 0 && has_moved_[demand] == 0) relief.push_back({-rate * share, demand});
    }
    const size_t looked = std::min(relief.size(), kMostLooked);
    std::partial_sort(relief.begin(), relief.begin() + static_cast<long>(looked), relief.end());
    int best = -1;
    double least = 0;
    for (size_t i = 0; i < looked; ++i) {
      const double excess = ExcessAfter(demands_[relief[i].second], 1);
      if (best >= 0 && excess > least) continue;
      best = relief[i].second;
      least = excess;
    }
    return best;
  }

  void Move(int demand, double sign) {
    for (size_t m = 0; m < limits_.size(); ++m) {
      const double rate = sign * RateBps(demands_[demand], m);
      for (const Change& change : demands_[demand].changes) {
        load_bps_[m][change.link] += rate * change.share;
      }
    }
  }

  double MostMoved(const Demand& demand) const {
    double most = 0;
    for (size_t m = 0; m < limits_.size(); ++m) most = std::max(most, RateBps(demand, m));
    return most;
  }

  void AddPaths(int pair, int reference_pair, PathSet::Builder* builder,
                std::vector<double>* ratios) const {
    const PathSet::Range own = plan_.paths().paths_of(pair);
    const size_t first = ratios->size();
    for (int p = own.begin; p < own.end; ++p) {
      builder->AddPath(plan_.paths().links(p));
      ratios->push_back(reference_pair < 0 ? plan_.ratios()[p] : 0.0);
    }
    if (reference_pair < 0) return;
    const PathSet::Range range = reference_.paths().paths_of(reference_pair);
    for (int p = range.begin; p < range.end; ++p) {
      if (reference_.ratios()[p] <= 0) continue;
      const absl::Span<const LinkId> links = reference_.paths().links(p);
      int same = own.begin;
      while (same < own.end && plan_.paths().links(same) != links) ++same;
      if (same < own.end) {
        (*ratios)[first + static_cast<size_t>(same - own.begin)] += reference_.ratios()[p];
        continue;
      }
      builder->AddPath(links);
      ratios->push_back(reference_.ratios()[p]);
    }
  }

  const Topology& topology_;
  const RoutingPlan& plan_;
  const RoutingPlan& reference_;
  const absl::Span<const UtilizationLimit> limits_;
  std::vector<std::vector<double>> load_bps_;              // [matrices][links]
  std::vector<Demand> demands_;                            // that the plans route differently
  std::vector<std::vector<std::pair<int, double>>> over_;  // [links] that leave it, and their share
  std::vector<double> share_;                              // [links] scratch, 0
  std::vector<int> moved_;
  std::vector<uint8_t> has_moved_;  // [demands] by MoveUntilAllFits
  int of_ = 0;
};

}  // namespace

std::optional<DemandFallback> FallBackByDemand(const Topology& topology, const RoutingPlan& plan,
                                               const RoutingPlan& reference,
                                               absl::Span<const UtilizationLimit> limits) {
  Mixture mixture(topology, plan, reference, limits);
  if (!mixture.MoveUntilAllFits()) return std::nullopt;
  mixture.TakeBackWhatFits();
  if (mixture.all_moved()) return std::nullopt;
  return mixture.Result();
}

}  // namespace rhumb

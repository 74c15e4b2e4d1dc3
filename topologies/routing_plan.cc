#include "topologies/routing_plan.h"

#include <algorithm>
#include <cmath>

#include "absl/container/btree_map.h"
#include "absl/strings/str_format.h"

namespace rhumb {
namespace {

constexpr double kRatioTolerance = 1e-6;

// Sum of |change of ratio| over the paths of one pair.
double AbsoluteChange(const RoutingPlan& from, PathSet::Range a, const RoutingPlan& to,
                      PathSet::Range b) {
  double change = 0;
  if (SamePaths(from.paths(), a, to.paths(), b)) {
    for (int i = 0; i < a.size(); ++i) {
      change += std::abs(to.ratios()[b.begin + i] - from.ratios()[a.begin + i]);
    }
    return change;
  }
  // Ordered, because a sum in the order of a hash table differs in its last bits from run to run.
  absl::btree_map<absl::Span<const LinkId>, double> ratio;
  for (int p = a.begin; p < a.end; ++p) ratio[from.paths().links(p)] -= from.ratios()[p];
  for (int p = b.begin; p < b.end; ++p) ratio[to.paths().links(p)] += to.ratios()[p];
  for (const auto& [links, difference] : ratio) change += std::abs(difference);
  return change;
}

}  // namespace

absl::Status RoutingPlan::Validate(const Topology& topology) const {
  if (absl::Status status = ValidateUsed(topology); !status.ok()) return status;
  return paths_->Validate(topology);
}

absl::Status RoutingPlan::ValidateUsed(const Topology& topology) const {
  if (static_cast<int>(ratios().size()) != paths_->num_paths()) {
    return absl::InvalidArgumentError(absl::StrFormat("the plan has %d ratios for %d paths",
                                                      ratios().size(), paths_->num_paths()));
  }
  if (absl::Status status = paths_->Validate(topology, ratios()); !status.ok()) return status;
  const std::vector<char> usable = UsableLinks(topology);
  const auto carries = [&](int p) {
    const absl::Span<const LinkId> links = paths_->links(p);
    return std::all_of(links.begin(), links.end(), [&](LinkId l) { return usable[l] != 0; });
  };
  for (int i = 0; i < paths_->num_pairs(); ++i) {
    const PathSet::Range range = paths_->paths_of(i);
    if (range.size() == 0) continue;
    const NodePair pair = paths_->pair(i);
    double sum = 0;
    for (int p = range.begin; p < range.end; ++p) {
      const double ratio = ratios()[p];
      if (!(ratio >= 0 && ratio <= 1 + kRatioTolerance)) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "demand %s>%s has split ratio %g; ratios are in [0, 1]",
            topology.node(pair.source).name, topology.node(pair.destination).name, ratio));
      }
      if (ratio > 0 && !carries(p)) {
        return absl::InvalidArgumentError(absl::StrFormat(
            "demand %s>%s puts %g of its traffic on %s, which has a dead or drained link",
            topology.node(pair.source).name, topology.node(pair.destination).name, ratio,
            DescribePath(topology, paths_->links(p))));
      }
      sum += ratio;
    }
    if (std::abs(sum - 1) > kRatioTolerance) {
      return absl::InvalidArgumentError(absl::StrFormat(
          "the split ratios of demand %s>%s sum to %.9g; they must sum to 1",
          topology.node(pair.source).name, topology.node(pair.destination).name, sum));
    }
  }
  return absl::OkStatus();
}

LinkLoads ComputeLinkLoads(const Topology& topology, const RoutingPlan& plan,
                           const TrafficMatrix& demands) {
  LinkLoads result;
  result.load_bps.assign(topology.num_links(), 0.0);
  const PathSet& paths = plan.paths();
  double offered = 0, routed = 0;
  for (double rate : demands.rates_bps()) offered += rate;
  const std::vector<char> usable = UsableLinks(topology);
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    const double rate = demands.rate_bps(pair.source, pair.destination);
    if (rate == 0) continue;
    const PathSet::Range range = paths.paths_of(i);
    for (int p = range.begin; p < range.end; ++p) {
      const double flow = rate * plan.ratios()[p];
      if (flow == 0) continue;
      const absl::Span<const LinkId> links = paths.links(p);
      if (!std::all_of(links.begin(), links.end(), [&](LinkId l) { return usable[l] != 0; })) {
        continue;
      }
      routed += flow;
      for (LinkId l : links) result.load_bps[l] += flow;
    }
  }
  // Sums in different orders differ by rounding; only a real remainder counts as unrouted.
  const double unrouted = offered - routed;
  result.unrouted_bps = unrouted > 1e-9 * offered ? unrouted : 0;
  return result;
}

double MaxLinkUtilization(const Topology& topology, absl::Span<const double> load_bps) {
  double mlu = 0;
  for (LinkId l = 0; l < topology.num_links(); ++l) {
    mlu = std::max(mlu, load_bps[l] / topology.link(l).capacity_bps);
  }
  return mlu;
}

double MovedShare(const RoutingPlan& from, const RoutingPlan& to, const TrafficMatrix& demands) {
  const double total = demands.total_bps();
  if (total == 0) return 0;
  double moved = 0;
  for (int i = 0; i < to.paths().num_pairs(); ++i) {
    const NodePair pair = to.paths().pair(i);
    const double rate = demands.rate_bps(pair.source, pair.destination);
    if (rate == 0) continue;
    // Most plans list the same pairs in the same order.
    const auto before = i < from.paths().num_pairs() && from.paths().pair(i) == pair
                            ? std::optional<int>(i)
                            : from.paths().Find(pair.source, pair.destination);
    if (!before) continue;
    moved +=
        rate / 2 * AbsoluteChange(from, from.paths().paths_of(*before), to, to.paths().paths_of(i));
  }
  return moved / total;
}

}  // namespace rhumb

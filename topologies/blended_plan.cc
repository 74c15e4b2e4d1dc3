#include "topologies/blended_plan.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace rhumb {
namespace {

// The path of `pair` in `range` over these links; -1 when there is none.
int FindPath(const PathSet& paths, PathSet::Range range, absl::Span<const LinkId> links) {
  for (int p = range.begin; p < range.end; ++p) {
    if (paths.links(p) == links) return p;
  }
  return -1;
}

bool Routes(const RoutingPlan& plan, PathSet::Range range) {
  const auto carries = [&](double ratio) { return ratio > 0; };
  return std::any_of(plan.ratios().begin() + range.begin, plan.ratios().begin() + range.end,
                     carries);
}

}  // namespace

RoutingPlan Blend(const RoutingPlan& from, const RoutingPlan& to, double share) {
  const double kept = 1 - share;
  if (from.shared_paths() == to.shared_paths()) {
    std::vector<double> ratios(to.ratios().begin(), to.ratios().end());
    for (int pair = 0; pair < to.paths().num_pairs(); ++pair) {
      const PathSet::Range range = to.paths().paths_of(pair);
      if (!Routes(from, range) || !Routes(to, range)) continue;
      for (int p = range.begin; p < range.end; ++p) {
        ratios[p] = kept * from.ratios()[p] + share * ratios[p];
      }
    }
    return RoutingPlan(to.shared_paths(), std::move(ratios), to.topology_version());
  }
  PathSet::Builder builder;
  std::vector<double> ratios;
  for (int pair = 0; pair < to.paths().num_pairs(); ++pair) {
    const NodePair ends = to.paths().pair(pair);
    builder.AddPair(ends.source, ends.destination);
    const PathSet::Range range = to.paths().paths_of(pair);
    // Most plans list the same pairs in the same order.
    const std::optional<int> at = pair < from.paths().num_pairs() && from.paths().pair(pair) == ends
                                      ? std::optional<int>(pair)
                                      : from.paths().Find(ends.source, ends.destination);
    const PathSet::Range before = at ? from.paths().paths_of(*at) : PathSet::Range{};
    const bool both = Routes(from, before) && Routes(to, range);
    for (int p = range.begin; p < range.end; ++p) {
      builder.AddPath(to.paths().links(p));
      ratios.push_back(both ? share * to.ratios()[p] : to.ratios()[p]);
    }
    if (!both) continue;
    const size_t first = ratios.size() - range.size();
    for (int p = before.begin; p < before.end; ++p) {
      if (from.ratios()[p] == 0) continue;
      const int same = FindPath(to.paths(), range, from.paths().links(p));
      if (same >= 0) {
        ratios[first + (same - range.begin)] += kept * from.ratios()[p];
      } else {
        builder.AddPath(from.paths().links(p));
        ratios.push_back(kept * from.ratios()[p]);
      }
    }
  }
  return RoutingPlan(std::make_shared<const PathSet>(builder.Build()), std::move(ratios),
                     to.topology_version());
}

}  // namespace rhumb

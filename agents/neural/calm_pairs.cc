#include "agents/neural/calm_pairs.h"

#include <algorithm>

namespace rhumb::neural {
namespace {

// A smaller share says nothing of where a pair is.
constexpr double kUsed = 0.02;

}  // namespace

std::vector<double> KeepCalmPairs(const Topology& topology, const RoutingPlan& in_force,
                                  const RoutingPlan& decided, const TrafficMatrix& latest,
                                  double calm) {
  const PathSet& paths = decided.paths();
  const LinkLoads loads = ComputeLinkLoads(topology, in_force, latest);
  std::vector<double> ratios(decided.ratios().begin(), decided.ratios().end());
  for (int pair = 0; pair < paths.num_pairs(); ++pair) {
    const PathSet::Range range = paths.paths_of(pair);
    double fullest = 0;
    for (int p = range.begin; p < range.end; ++p) {
      if (in_force.ratios()[p] < kUsed) continue;
      for (const LinkId link : paths.links(p)) {
        fullest = std::max(fullest, loads.load_bps[link] / topology.link(link).capacity_bps);
      }
    }
    if (fullest >= calm) continue;
    std::copy(in_force.ratios().begin() + range.begin, in_force.ratios().begin() + range.end,
              ratios.begin() + range.begin);
  }
  return ratios;
}

}  // namespace rhumb::neural

#include "topologies/plan_size.h"

#include <algorithm>
#include <vector>

namespace rhumb {

PlanSize SizeOfPlan(const Topology& topology, const RoutingPlan& plan,
                    const TrafficMatrix& demands) {
  PlanSize size;
  std::vector<int> entries(topology.num_nodes(), 0);
  int routed = 0, used = 0;
  const PathSet& paths = plan.paths();
  for (int i = 0; i < paths.num_pairs(); ++i) {
    const NodePair pair = paths.pair(i);
    const bool counts = demands.rate_bps(pair.source, pair.destination) > 0;
    int of_pair = 0;
    for (int p = paths.paths_of(i).begin; p < paths.paths_of(i).end; ++p) {
      if (plan.ratios()[p] <= 0) continue;
      ++of_pair;
      for (const LinkId link : paths.links(p)) ++entries[topology.link(link).source];
      if (counts) size.least_share = std::min(size.least_share, plan.ratios()[p]);
    }
    if (!counts || of_pair == 0) continue;
    ++routed;
    used += of_pair;
  }
  if (routed > 0) size.paths_per_demand = static_cast<double>(used) / routed;
  if (!entries.empty()) size.most_entries = *std::max_element(entries.begin(), entries.end());
  return size;
}

}  // namespace rhumb

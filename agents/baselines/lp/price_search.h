// Link prices that prove a lower bound on the minimum MLU, without any linear program: for programs
// so large that the simplex method may not end, and as a start for column generation.
#ifndef RHUMB_AGENTS_BASELINES_LP_PRICE_SEARCH_H_
#define RHUMB_AGENTS_BASELINES_LP_PRICE_SEARCH_H_

#include <vector>

#include "agents/baselines/lp/path_pricing.h"
#include "topologies/path_set.h"
#include "topologies/topology.h"

namespace rhumb {

// The demands of a search; the vectors are not owned.
struct PricedDemands {
  const std::vector<NodePair>& pairs;                 // [demands]
  const std::vector<double>& rates_bps;               // [demands]
  const std::vector<std::vector<int>>& demands_from;  // [nodes] numbers of demands by source
};

// When to stop: bound and MLU within `gap` of each other, or at a limit. A round costs one
// shortest-path search a source and a walk along every demand's path.
struct PriceSearchLimits {
  double gap;
  int rounds;
  double time_s;  // CPU time of the thread
};

struct PriceSearchResult {
  // [links] at least 0 on usable links, infinite on others.
  std::vector<double> prices;
  // The minimum MLU is at least this, which the prices prove (weak duality), ...
  double bound = 0;
  // ... and at most this, which a split that was found has.
  double mlu = 0;
};

// Flow deviation (Frank and Wolfe 1956; Fratta, Gerla and Kleinrock 1973) on the smooth maximum
// (1 / b) log(sum over links of exp(b * utilization)), with b growing as bound and MLU come closer.
// Every round prices links by the derivative, sends all demands over their cheapest paths, and
// moves the flow that way as far as it helps. Starts from `loads_bps` [links], those of any
// routing.
PriceSearchResult SearchPrices(const Topology& topology, const PricedDemands& demands,
                               std::vector<double> loads_bps, const PriceSearchLimits& limits,
                               PathPricing* pricing);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_PRICE_SEARCH_H_

// What the linear programs count as the cost of a link where the MLU leaves a choice.
#ifndef RHUMB_AGENTS_BASELINES_LP_LINK_COSTS_H_
#define RHUMB_AGENTS_BASELINES_LP_LINK_COSTS_H_

#include <vector>

#include "topologies/topology.h"

namespace rhumb {

// [links] propagation delay over the mean of all links, and a hundredth a hop, which is enough to
// prefer fewer hops where delays are equal or unknown; infinite for links that are not usable.
std::vector<double> LinkCosts(const Topology& topology);

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_LP_LINK_COSTS_H_

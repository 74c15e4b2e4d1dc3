// The paths of a plan, written out from trees: what a network can install.
#ifndef RHUMB_AGENTS_TREES_PLAN_PATHS_H_
#define RHUMB_AGENTS_TREES_PLAN_PATHS_H_

#include <memory>
#include <vector>

#include "agents/trees/tree_network.h"
#include "agents/trees/tree_split.h"
#include "topologies/path_set.h"

namespace rhumb::trees {

struct PlanPaths {
  std::shared_ptr<const PathSet> paths;
  std::vector<double> ratios;  // [paths], of every pair 1 in sum
};

// All pairs that have a path, by destination, then source. On `workers` threads, whose number
// changes nothing. O(path links).
PlanPaths PathsOf(const TreeNetwork& network, const TreeSplit& split, int workers);

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_PLAN_PATHS_H_

// What a failure crowds, and a matrix that differs from the last, is mostly paid for by demands
// towards a few of all nodes. Work on these alone, without a proof, takes a hundredth of a round.
#ifndef RHUMB_AGENTS_TREES_RELIEF_H_
#define RHUMB_AGENTS_TREES_RELIEF_H_

#include "agents/trees/tree_demands.h"
#include "agents/trees/tree_routing.h"

namespace rhumb::trees {

// Brings the MLU of what routing->prices carries nearer to `bound`, to within `gap` (MLU over it
// - 1) at best, where few destinations keep it above. False when nothing was moved. Loads are those
// of the prices afterwards.
bool Relieve(const TreeDemands& demands, double bound, double gap, const Stop& stop,
             TreeRouting* routing);

}  // namespace rhumb::trees

#endif  // RHUMB_AGENTS_TREES_RELIEF_H_

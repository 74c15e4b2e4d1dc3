// How much work a decision is worth on a network of a given size.
#ifndef RHUMB_AGENTS_NEURAL_EFFORT_H_
#define RHUMB_AGENTS_NEURAL_EFFORT_H_

#include "agents/neural/path_graph.h"

namespace rhumb::neural {

struct Effort {
  int iterations = 0;   // of the network
  int refinements = 0;  // gradient steps after them
};

// At most: a decision ends earlier where more would not pay. Spends about the same time on every
// network, as long as that allows 3 to 24 iterations and 2 to 40 refinements: small networks get
// all that helps, large ones fewer steps. Linear programs grow faster than linearly with size, and
// large networks have fewer demands that matter for each link, so few steps are enough there;
// README.md shows what each is worth.
Effort EffortFor(const PathGraph& graph);

}  // namespace rhumb::neural

#endif  // RHUMB_AGENTS_NEURAL_EFFORT_H_

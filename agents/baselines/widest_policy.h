// Widest-shortest path (Guerin, Orda and Williams 1997): of the paths with the fewest hops, the one
// with the most capacity left.
#ifndef RHUMB_AGENTS_BASELINES_WIDEST_POLICY_H_
#define RHUMB_AGENTS_BASELINES_WIDEST_POLICY_H_

#include <string>

#include "agents/routing_policy.h"

namespace rhumb {

// Places demands one at a time, the largest of the latest measured ones first; each takes its
// capacity off the links of its path. A demand never takes a longer path, even if none of the
// shortest has room. Pairs without demand come last. Without any history, capacities alone decide.
// Ties go to the smaller LinkId.
class WidestPolicy : public RoutingPolicy {
 public:
  std::string name() const override { return "widest"; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_WIDEST_POLICY_H_

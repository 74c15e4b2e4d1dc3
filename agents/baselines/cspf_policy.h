// Constrained shortest path first, as head ends of RSVP-TE tunnels and reservation systems such as
// OSCARS place demands: one at a time, the largest first, each on the shortest path by IGP metric
// on which it still fits.
#ifndef RHUMB_AGENTS_BASELINES_CSPF_POLICY_H_
#define RHUMB_AGENTS_BASELINES_CSPF_POLICY_H_

#include <string>

#include "agents/routing_policy.h"

namespace rhumb {

// Sizes are the latest measured demands. A demand that fits nowhere takes the path with the most
// residual capacity (among those the shortest), which is overbooked then; the note counts these.
// Pairs without demand reserve nothing and take the shortest path. Every decision starts from an
// empty network.
class CspfPolicy : public RoutingPolicy {
 public:
  std::string name() const override { return "cspf"; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_CSPF_POLICY_H_

// Every demand on its one shortest path: the baseline that everything is measured against (SPA).
#ifndef RHUMB_AGENTS_BASELINES_SHORTEST_PATH_POLICY_H_
#define RHUMB_AGENTS_BASELINES_SHORTEST_PATH_POLICY_H_

#include <string>

#include "agents/baselines/topology_cache.h"
#include "agents/routing_policy.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {

// Looks at the topology only. Ties are broken as ShortestPathTree says.
class ShortestPathPolicy : public RoutingPolicy {
 public:
  explicit ShortestPathPolicy(LinkMetric metric) : metric_(metric) {}

  std::string name() const override;
  absl::StatusOr<Decision> Decide(const Observation& observation) override;

 private:
  LinkMetric metric_;
  TopologyCache<RoutingPlan> cache_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_SHORTEST_PATH_POLICY_H_

// Policies that look at the topology and a link metric only: shortest path (SPA, the baseline that
// everything is measured against) and ECMP.
#ifndef RHUMB_AGENTS_BASELINES_METRIC_POLICY_H_
#define RHUMB_AGENTS_BASELINES_METRIC_POLICY_H_

#include <string>

#include "absl/strings/string_view.h"
#include "agents/baselines/topology_cache.h"
#include "agents/routing_policy.h"
#include "topologies/paths/shortest_paths.h"

namespace rhumb {

class MetricPolicy : public RoutingPolicy {
 public:
  // ShortestPathPlan or EcmpPlan; a function of its arguments alone.
  using PlanFunction = RoutingPlan (*)(const Topology& topology, LinkMetric metric);

  // `name` is that of the family: "ecmp".
  MetricPolicy(absl::string_view name, PlanFunction make_plan, LinkMetric metric);

  // The family alone for the IGP metric, which is the default.
  std::string name() const override { return name_; }
  absl::StatusOr<Decision> Decide(const Observation& observation) override;

 private:
  std::string name_;
  PlanFunction make_plan_;
  LinkMetric metric_;
  TopologyCache<RoutingPlan> cache_;
};

}  // namespace rhumb

#endif  // RHUMB_AGENTS_BASELINES_METRIC_POLICY_H_

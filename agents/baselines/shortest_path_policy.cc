#include "agents/baselines/shortest_path_policy.h"

#include "absl/strings/str_cat.h"
#include "agents/baselines/single_path_plan.h"

namespace rhumb {

std::string ShortestPathPolicy::name() const {
  if (metric_ == LinkMetric::kIgp) return "shortest-path";
  return absl::StrCat("shortest-path:", LinkMetricName(metric_));
}

absl::StatusOr<Decision> ShortestPathPolicy::Decide(const Observation& observation) {
  const RoutingPlan* plan = cache_.Find(observation.topology);
  if (plan == nullptr) {
    plan = cache_.Store(observation.topology, ShortestPathPlan(observation.topology, metric_));
  }
  Decision decision;
  decision.plan = *plan;
  return decision;
}

}  // namespace rhumb

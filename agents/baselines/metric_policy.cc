#include "agents/baselines/metric_policy.h"

#include "absl/strings/str_cat.h"

namespace rhumb {

MetricPolicy::MetricPolicy(absl::string_view name, PlanFunction make_plan, LinkMetric metric)
    : name_(name), make_plan_(make_plan), metric_(metric) {
  if (metric != LinkMetric::kIgp) absl::StrAppend(&name_, ":", LinkMetricName(metric));
}

absl::StatusOr<Decision> MetricPolicy::Decide(const Observation& observation) {
  const RoutingPlan* plan = cache_.Find(observation.topology);
  if (plan == nullptr) {
    plan = cache_.Store(observation.topology, make_plan_(observation.topology, metric_));
  }
  Decision decision;
  decision.plan = *plan;
  return decision;
}

}  // namespace rhumb

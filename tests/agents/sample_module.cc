// A policy module as agents/policy_module.h describes it, for the loader's tests. Refuses every
// option but "hops".
#include <cstdio>
#include <cstring>

#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"

extern "C" rhumb::RoutingPolicy* rhumb_make_sample_policy(const char* options, char* error,
                                                          size_t error_size) {
  if (std::strcmp(options, "hops") != 0) {
    std::snprintf(error, error_size, "no option \"%s\"; write hops", options);
    return nullptr;
  }
  return new rhumb::MetricPolicy("sample", &rhumb::ShortestPathPlan, rhumb::LinkMetric::kHops);
}

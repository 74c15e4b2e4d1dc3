// A policy module for the loader's tests. Refuses every option but "hops", and throws on "throw".
#include <stdexcept>

#include "absl/strings/str_format.h"
#include "agents/baselines/metric_policy.h"
#include "agents/baselines/single_path_plan.h"
#include "agents/policy_module_entry.h"

namespace {

absl::StatusOr<std::unique_ptr<rhumb::RoutingPolicy>> MakeSample(absl::string_view options) {
  if (options == "throw") throw std::runtime_error("thrown by the sample");
  if (options != "hops") {
    return absl::InvalidArgumentError(
        absl::StrFormat("no option \"%s\"; write hops", std::string(options)));
  }
  return std::make_unique<rhumb::MetricPolicy>("sample", &rhumb::ShortestPathPlan,
                                               rhumb::LinkMetric::kHops);
}

}  // namespace

RHUMB_POLICY_MODULE(sample, MakeSample)

// What would happen if: links failed or drained, demands grew, another policy decided.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_EVALUATE_PLAN_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_EVALUATE_PLAN_H_

#include "absl/status/statusor.h"
#include "controller/steering/questions/live_view.h"
#include "controller/steering/questions/policy_cache.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// FailedPrecondition before there is a topology with a plan; InvalidArgument or NotFound, naming
// the field. A pure function of request and view; costs a rerouting of the plan, or a decision of
// the policy that is named.
absl::StatusOr<rhumb::v1::EvaluatePlanResponse> EvaluatePlan(
    const rhumb::v1::EvaluatePlanRequest& request, const LiveView& view, PolicyCache* policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_EVALUATE_PLAN_H_

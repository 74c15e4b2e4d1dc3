// Why the plan is as it is: for each demand its paths with their bottlenecks, and what shortest
// path and ECMP would have done.
#ifndef RHUMB_CONTROLLER_STEERING_QUESTIONS_EXPLAIN_DECISION_H_
#define RHUMB_CONTROLLER_STEERING_QUESTIONS_EXPLAIN_DECISION_H_

#include "absl/status/statusor.h"
#include "controller/steering/questions/live_view.h"
#include "controller/steering/questions/policy_cache.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Of the demand that is named, or of the largest. FailedPrecondition before there is a topology
// with a plan; NotFound, naming the field, for an unknown node. A pure function of request and
// view.
absl::StatusOr<rhumb::v1::ExplainDecisionResponse> ExplainDecision(
    const rhumb::v1::ExplainDecisionRequest& request, const LiveView& view, PolicyCache* policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_QUESTIONS_EXPLAIN_DECISION_H_

// Answers to questions that change nothing: what a policy would do, what would happen if, and why
// the plan is as it is. Pure functions of a snapshot; they run on threads of their own.
#ifndef RHUMB_CONTROLLER_DECISION_QUESTIONS_H_
#define RHUMB_CONTROLLER_DECISION_QUESTIONS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "controller/decision/controller_core.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Policies that one thread keeps for answering.
class PolicyCache {
 public:
  explicit PolicyCache(PolicyFactory factory) : factory_(std::move(factory)) {}
  // The policy lives until the next call of Get.
  absl::StatusOr<RoutingPolicy*> Get(const std::string& spec);

 private:
  PolicyFactory factory_;
  std::map<std::string, std::unique_ptr<RoutingPolicy>> policies_;
};

// `default_policy` answers requests that name none.
absl::StatusOr<rhumb::v1::ComputeRoutesResponse> ComputeRoutes(
    const rhumb::v1::ComputeRoutesRequest& request, const TopologyLimits& limits,
    const std::string& default_policy, PolicyCache* policies);

absl::StatusOr<rhumb::v1::EvaluatePlanResponse> EvaluatePlan(
    const rhumb::v1::EvaluatePlanRequest& request, const LiveView& view, PolicyCache* policies);

absl::StatusOr<rhumb::v1::ExplainDecisionResponse> ExplainDecision(
    const rhumb::v1::ExplainDecisionRequest& request, const LiveView& view, PolicyCache* policies);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_DECISION_QUESTIONS_H_

// Answers to questions that change nothing: what a policy would do, what would happen if, and why
// the plan is as it is. Pure functions of a snapshot; they run on threads of their own.
#ifndef RHUMB_CONTROLLER_STEERING_DECISION_QUESTIONS_H_
#define RHUMB_CONTROLLER_STEERING_DECISION_QUESTIONS_H_

#include <list>
#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agents/routing_policy.h"
#include "controller/steering/decision/controller_core.h"
#include "controller/steering/store/store_writer.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// What one thread keeps between questions: policies, and the networks that were asked about last
// with their candidate paths. Finding those takes several times as long as a decision, and whoever
// asks about a network usually asks again.
class PolicyCache {
 public:
  explicit PolicyCache(PolicyFactory factory) : factory_(std::move(factory)) {}
  // The policy lives until the next call of Get.
  absl::StatusOr<RoutingPolicy*> Get(const std::string& spec);

  // The same snapshot for the same message. Errors are FromProto's.
  absl::StatusOr<Topology> TopologyOf(const rhumb::v1::Topology& message);
  // Paths of all pairs. Kept for snapshots that TopologyOf gave, unless there are very many.
  absl::StatusOr<std::shared_ptr<const PathSet>> PathsOf(const Topology& topology, int max_paths);

 private:
  struct Network {
    std::string message;
    Topology topology;
    std::map<int, std::shared_ptr<const PathSet>> paths;  // by max_paths
  };

  PolicyFactory factory_;
  std::map<std::string, std::unique_ptr<RoutingPolicy>> policies_;
  std::list<Network> networks_;  // the one asked about last first
};

// `default_policy` answers requests that name none.
absl::StatusOr<rhumb::v1::ComputeRoutesResponse> ComputeRoutes(
    const rhumb::v1::ComputeRoutesRequest& request, const TopologyLimits& limits,
    const std::string& default_policy, PolicyCache* policies);

absl::StatusOr<rhumb::v1::EvaluatePlanResponse> EvaluatePlan(
    const rhumb::v1::EvaluatePlanRequest& request, const LiveView& view, PolicyCache* policies);

absl::StatusOr<rhumb::v1::ExplainDecisionResponse> ExplainDecision(
    const rhumb::v1::ExplainDecisionRequest& request, const LiveView& view, PolicyCache* policies);

// Reads the disk.
absl::StatusOr<rhumb::v1::ListAuditResponse> ListAudit(const rhumb::v1::ListAuditRequest& request,
                                                       StoreWriter* store);

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_STEERING_DECISION_QUESTIONS_H_

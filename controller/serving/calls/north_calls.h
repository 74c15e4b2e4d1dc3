// What operators and programs ask and set, whichever way they came: gRPC and HTTP read a request,
// ask the gate, and hand it to the one implementation here.
#ifndef RHUMB_CONTROLLER_SERVING_CALLS_NORTH_CALLS_H_
#define RHUMB_CONTROLLER_SERVING_CALLS_NORTH_CALLS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "controller/serving/access/role.h"
#include "controller/serving/calls/control_slot.h"
#include "controller/serving/calls/standing.h"
#include "controller/steering/metrics/metrics.h"
#include "controller/steering/plan/live_plan.h"
#include "controller/steering/questions/compute_pool.h"
#include "rhumb/v1/north.pb.h"

namespace rhumb {

// Of a call, by its request: what answers it, who may make it, what it is counted as.
template <typename AnswerMessage, Role role, CallMethod method>
struct NorthCallFacts {
  using Response = AnswerMessage;
  static constexpr Role kRole = role;
  static constexpr CallMethod kMethod = method;
};

template <typename Request>
struct NorthCall;
template <>
struct NorthCall<rhumb::v1::ComputeRoutesRequest>
    : NorthCallFacts<rhumb::v1::ComputeRoutesResponse, Role::kViewer, CallMethod::kComputeRoutes> {
};
template <>
struct NorthCall<rhumb::v1::EvaluatePlanRequest>
    : NorthCallFacts<rhumb::v1::EvaluatePlanResponse, Role::kViewer, CallMethod::kEvaluatePlan> {};
template <>
struct NorthCall<rhumb::v1::ExplainDecisionRequest>
    : NorthCallFacts<rhumb::v1::ExplainDecisionResponse, Role::kViewer,
                     CallMethod::kExplainDecision> {};
template <>
struct NorthCall<rhumb::v1::DrainLinkRequest>
    : NorthCallFacts<rhumb::v1::SettingResponse, Role::kOperator, CallMethod::kDrainLink> {};
template <>
struct NorthCall<rhumb::v1::UndrainLinkRequest>
    : NorthCallFacts<rhumb::v1::SettingResponse, Role::kOperator, CallMethod::kUndrainLink> {};
template <>
struct NorthCall<rhumb::v1::SetPolicyRequest>
    : NorthCallFacts<rhumb::v1::SettingResponse, Role::kOperator, CallMethod::kSetPolicy> {};
template <>
struct NorthCall<rhumb::v1::PinDemandRequest>
    : NorthCallFacts<rhumb::v1::SettingResponse, Role::kOperator, CallMethod::kPinDemand> {};
template <>
struct NorthCall<rhumb::v1::RollbackPlanRequest>
    : NorthCallFacts<rhumb::v1::RollbackPlanResponse, Role::kOperator, CallMethod::kRollbackPlan> {
};
template <>
struct NorthCall<rhumb::v1::ConfirmRollbackRequest>
    : NorthCallFacts<rhumb::v1::SettingResponse, Role::kOperator, CallMethod::kConfirmRollback> {};
template <>
struct NorthCall<rhumb::v1::GetStatusRequest>
    : NorthCallFacts<rhumb::v1::ControllerStatus, Role::kViewer, CallMethod::kGetStatus> {};
template <>
struct NorthCall<rhumb::v1::GetPlanRequest>
    : NorthCallFacts<rhumb::v1::LivePlan, Role::kViewer, CallMethod::kGetPlan> {};
template <>
struct NorthCall<rhumb::v1::ListAuditRequest>
    : NorthCallFacts<rhumb::v1::ListAuditResponse, Role::kOperator, CallMethod::kListAudit> {};

// Safe to call from any thread. Every call returns at once and is answered once, through `done`, on
// another thread or this one; what each does is said in rhumb/v1/north.proto.
class NorthCalls {
 public:
  struct Parts {
    ControlSlot& control;
    ComputePool& compute;
    ComputePool& quick;  // for answers that cost little
    Metrics& metrics;
    TopologyLimits topology_limits;
    std::string version;                       // of the program
    std::function<LivePlanPtr()> latest_plan;  // null before the first
    const Standing* standing;                  // null: there is one controller
  };
  // Whom the gate let in, and whether there is still somebody who waits for the answer.
  struct Asker {
    std::string who;
    Role role = Role::kViewer;
    std::function<absl::Status()> wanted = [] { return absl::OkStatus(); };
  };
  template <typename Response>
  using Done = std::function<void(absl::StatusOr<Response>)>;
  template <typename Request>
  using Message = std::shared_ptr<const Request>;

  explicit NorthCalls(Parts parts) : parts_(std::move(parts)) {}

  void Answer(Message<rhumb::v1::ComputeRoutesRequest> request, const Asker& asker,
              Done<rhumb::v1::ComputeRoutesResponse> done);
  void Answer(Message<rhumb::v1::EvaluatePlanRequest> request, const Asker& asker,
              Done<rhumb::v1::EvaluatePlanResponse> done);
  void Answer(Message<rhumb::v1::ExplainDecisionRequest> request, const Asker& asker,
              Done<rhumb::v1::ExplainDecisionResponse> done);
  void Answer(Message<rhumb::v1::DrainLinkRequest> request, const Asker& asker,
              Done<rhumb::v1::SettingResponse> done);
  void Answer(Message<rhumb::v1::UndrainLinkRequest> request, const Asker& asker,
              Done<rhumb::v1::SettingResponse> done);
  void Answer(Message<rhumb::v1::SetPolicyRequest> request, const Asker& asker,
              Done<rhumb::v1::SettingResponse> done);
  void Answer(Message<rhumb::v1::PinDemandRequest> request, const Asker& asker,
              Done<rhumb::v1::SettingResponse> done);
  void Answer(Message<rhumb::v1::RollbackPlanRequest> request, const Asker& asker,
              Done<rhumb::v1::RollbackPlanResponse> done);
  void Answer(Message<rhumb::v1::ConfirmRollbackRequest> request, const Asker& asker,
              Done<rhumb::v1::SettingResponse> done);
  void Answer(Message<rhumb::v1::GetStatusRequest> request, const Asker& asker,
              Done<rhumb::v1::ControllerStatus> done);
  void Answer(Message<rhumb::v1::GetPlanRequest> request, const Asker& asker,
              Done<rhumb::v1::LivePlan> done);
  void Answer(Message<rhumb::v1::ListAuditRequest> request, const Asker& asker,
              Done<rhumb::v1::ListAuditResponse> done);

 private:
  // With what `work` says on the control thread, once its change is durable.
  template <typename Response, typename Work>
  void OnControlThread(const Asker& asker, Done<Response> done, Work work);
  // With what `work` says on a thread of `pool`.
  template <typename Response, typename Work>
  void OnPool(ComputePool& pool, const Asker& asker, Done<Response> done, Work work);
  // A snapshot from the control thread, then `ask` on a thread of the pool.
  template <typename Response, typename Ask>
  void AboutLive(const Asker& asker, Done<Response> done, Ask ask);

  Parts parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_CALLS_NORTH_CALLS_H_

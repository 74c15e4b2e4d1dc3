#include "controller/serving/server/north_service.h"

#include <map>

#include "absl/strings/str_format.h"
#include "controller/serving/server/plan_stream.h"
#include "controller/serving/server/unary_call.h"
#include "controller/serving/server/watch_stream.h"
#include "controller/steering/plan/request_error.h"
#include "controller/steering/questions/compute_routes.h"
#include "controller/steering/questions/evaluate_plan.h"
#include "controller/steering/questions/explain_decision.h"
#include "controller/steering/store/audit.h"

namespace rhumb {
namespace {

// Answers a question about the live network: a snapshot from the control thread, then `ask` on a
// thread of the pool.
template <typename Response, typename Ask>
void AskAboutLive(ServiceParts& parts, UnaryCall<Response> call, Ask ask) {
  parts.control.Call<LiveView>(
      [](ControllerCore& core) -> absl::StatusOr<LiveView> { return core.north().View(); },
      [call, ask](absl::StatusOr<LiveView> view) {
        if (!view.ok()) return call.Finish(view.status());
        call.OnPool(
            [ask, view = *std::move(view)](PolicyCache* policies) { return ask(view, policies); });
      });
}

}  // namespace

NorthService::Reactor* NorthService::ComputeRoutes(Context* context, const grpc::ByteBuffer* bytes,
                                                   grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::ComputeRoutesResponse> call(parts_, CallMethod::kComputeRoutes, context,
                                                   response);
  if (!call.Admit(Role::kViewer)) return call.reactor();
  const auto request = call.Read<rhumb::v1::ComputeRoutesRequest>(*bytes);
  if (request == nullptr) return call.reactor();
  auto answer = [call, request, limits = parts_.topology_limits](const std::string& policy) {
    call.OnPool([request, limits, policy](PolicyCache* policies) {
      return rhumb::ComputeRoutes(*request, limits, policy, policies);
    });
  };
  if (!request->policy().empty()) {
    answer(request->policy());
    return call.reactor();
  }
  parts_.control.Call<std::string>(
      [](ControllerCore& core) -> absl::StatusOr<std::string> { return core.policy(); },
      [call, answer](absl::StatusOr<std::string> policy) {
        if (!policy.ok()) return call.Finish(policy.status());
        answer(*policy);
      });
  return call.reactor();
}

NorthService::Reactor* NorthService::EvaluatePlan(Context* context, const grpc::ByteBuffer* bytes,
                                                  grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::EvaluatePlanResponse> call(parts_, CallMethod::kEvaluatePlan, context,
                                                  response);
  const auto request =
      call.Admit(Role::kViewer) ? call.Read<rhumb::v1::EvaluatePlanRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    AskAboutLive(parts_, call, [request](const LiveView& view, PolicyCache* policies) {
      return rhumb::EvaluatePlan(*request, view, policies);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::ExplainDecision(Context* context,
                                                     const grpc::ByteBuffer* bytes,
                                                     grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::ExplainDecisionResponse> call(parts_, CallMethod::kExplainDecision, context,
                                                     response);
  const auto request =
      call.Admit(Role::kViewer) ? call.Read<rhumb::v1::ExplainDecisionRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    AskAboutLive(parts_, call, [request](const LiveView& view, PolicyCache* policies) {
      return rhumb::ExplainDecision(*request, view, policies);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::DrainLink(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SettingResponse> call(parts_, CallMethod::kDrainLink, context, response);
  const auto request =
      call.Admit(Role::kOperator) ? call.Read<rhumb::v1::DrainLinkRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.north().DrainLink(*request, who);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::UndrainLink(Context* context, const grpc::ByteBuffer* bytes,
                                                 grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SettingResponse> call(parts_, CallMethod::kUndrainLink, context, response);
  const auto request =
      call.Admit(Role::kOperator) ? call.Read<rhumb::v1::UndrainLinkRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.north().UndrainLink(*request, who);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::SetPolicy(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SettingResponse> call(parts_, CallMethod::kSetPolicy, context, response);
  if (!call.Admit(Role::kOperator)) return call.reactor();
  const auto request = call.Read<rhumb::v1::SetPolicyRequest>(*bytes);
  if (request == nullptr) return call.reactor();
  // Loaded on a thread of the pool first, so that only a policy that works reaches the core.
  const bool queued = parts_.compute.TrySubmit(
      [call, request](PolicyCache* policies) mutable {
        if (auto policy = policies->Get(request->policy()); !policy.ok()) {
          return call.Finish(FieldError("policy", policy.status().message()));
        }
        call.OnControlThread([request](ControllerCore& core, const std::string& who) {
          return core.north().SetPolicy(*request, who);
        });
      },
      call.lane());
  if (!queued) {
    call.Finish(absl::ResourceExhaustedError("all workers are busy; try again after a pause"));
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::PinDemand(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SettingResponse> call(parts_, CallMethod::kPinDemand, context, response);
  const auto request =
      call.Admit(Role::kOperator) ? call.Read<rhumb::v1::PinDemandRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.north().PinDemand(*request, who);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::RollbackPlan(Context* context, const grpc::ByteBuffer* bytes,
                                                  grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::RollbackPlanResponse> call(parts_, CallMethod::kRollbackPlan, context,
                                                  response);
  const auto request =
      call.Admit(Role::kOperator) ? call.Read<rhumb::v1::RollbackPlanRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.north().RollbackPlan(*request, who);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::ConfirmRollback(Context* context,
                                                     const grpc::ByteBuffer* bytes,
                                                     grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SettingResponse> call(parts_, CallMethod::kConfirmRollback, context,
                                             response);
  const auto request =
      call.Admit(Role::kOperator) ? call.Read<rhumb::v1::ConfirmRollbackRequest>(*bytes) : nullptr;
  if (request != nullptr) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.north().ConfirmRollback(*request, who);
    });
  }
  return call.reactor();
}

NorthService::Reactor* NorthService::GetStatus(Context* context, const grpc::ByteBuffer*,
                                               grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::ControllerStatus> call(parts_, CallMethod::kGetStatus, context, response);
  if (!call.Admit(Role::kViewer)) return call.reactor();
  call.OnControlThread(
      [&parts = parts_](ControllerCore& core,
                        const std::string&) -> absl::StatusOr<rhumb::v1::ControllerStatus> {
        rhumb::v1::ControllerStatus status = core.north().GetStatus();
        status.set_version(parts.version);
        *status.mutable_store() = parts.control.Get()->store().Health();
        if (parts.standing != nullptr) *status.mutable_replica() = parts.standing->Status();
        return status;
      });
  return call.reactor();
}

NorthService::Reactor* NorthService::GetPlan(Context* context, const grpc::ByteBuffer*,
                                             grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::LivePlan> call(parts_, CallMethod::kGetPlan, context, response);
  if (!call.Admit(Role::kViewer)) return call.reactor();
  call.OnQuickPool([&board = parts_.board](PolicyCache*) -> absl::StatusOr<rhumb::v1::LivePlan> {
    const LivePlanPtr plan = board.latest();
    if (plan != nullptr) return ToProto(*plan);
    return RequestError(absl::StatusCode::kFailedPrecondition, rhumb::v1::ERROR_REASON_NO_TOPOLOGY,
                        "there is no plan yet; wait until an adapter has declared a topology");
  });
  return call.reactor();
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* NorthService::WatchPlan(
    Context* context, const grpc::ByteBuffer* request) {
  return WatchStream::Start(parts_, context, request);
}

NorthService::Reactor* NorthService::ListAudit(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::ListAuditResponse> call(parts_, CallMethod::kListAudit, context, response);
  if (!call.Admit(Role::kOperator)) return call.reactor();
  const auto request = call.Read<rhumb::v1::ListAuditRequest>(*bytes);
  if (request == nullptr) return call.reactor();
  // Reads the disk: not on the control thread.
  call.OnQuickPool([request, &parts = parts_](PolicyCache*) {
    const std::shared_ptr<ControlThread> control = parts.control.Get();
    return rhumb::ListAudit(*request, &control->store());
  });
  return call.reactor();
}

}  // namespace rhumb

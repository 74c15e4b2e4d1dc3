// The side of operators and programs; see proto/rhumb/v1/north.proto for what each call does.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_

#include "controller/serving/server/service_parts.h"
#include "rhumb/v1/north.grpc.pb.h"

namespace rhumb {

// Watchers share the bytes of a plan, so that stream is a raw one.
using NorthMethods = rhumb::v1::North::WithCallbackMethod_ComputeRoutes<
    rhumb::v1::North::WithCallbackMethod_EvaluatePlan<
        rhumb::v1::North::WithCallbackMethod_DrainLink<
            rhumb::v1::North::WithCallbackMethod_UndrainLink<
                rhumb::v1::North::WithCallbackMethod_SetPolicy<
                    rhumb::v1::North::WithCallbackMethod_PinDemand<
                        rhumb::v1::North::WithCallbackMethod_RollbackPlan<
                            rhumb::v1::North::WithCallbackMethod_ConfirmRollback<
                                rhumb::v1::North::WithCallbackMethod_GetStatus<
                                    rhumb::v1::North::WithCallbackMethod_GetPlan<
                                        rhumb::v1::North::WithRawCallbackMethod_WatchPlan<
                                            rhumb::v1::North::WithCallbackMethod_ExplainDecision<
                                                rhumb::v1::North::WithCallbackMethod_ListAudit<
                                                    rhumb::v1::North::Service>>>>>>>>>>>>>;

// Handlers only enqueue: changes and state to the control thread, questions to the compute pool.
class NorthService final : public NorthMethods {
 public:
  explicit NorthService(ServiceParts& parts) : parts_(parts) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* ComputeRoutes(Context* context, const rhumb::v1::ComputeRoutesRequest* request,
                         rhumb::v1::ComputeRoutesResponse* response) override;
  Reactor* EvaluatePlan(Context* context, const rhumb::v1::EvaluatePlanRequest* request,
                        rhumb::v1::EvaluatePlanResponse* response) override;
  Reactor* DrainLink(Context* context, const rhumb::v1::DrainLinkRequest* request,
                     rhumb::v1::SettingResponse* response) override;
  Reactor* UndrainLink(Context* context, const rhumb::v1::UndrainLinkRequest* request,
                       rhumb::v1::SettingResponse* response) override;
  Reactor* SetPolicy(Context* context, const rhumb::v1::SetPolicyRequest* request,
                     rhumb::v1::SettingResponse* response) override;
  Reactor* PinDemand(Context* context, const rhumb::v1::PinDemandRequest* request,
                     rhumb::v1::SettingResponse* response) override;
  Reactor* RollbackPlan(Context* context, const rhumb::v1::RollbackPlanRequest* request,
                        rhumb::v1::RollbackPlanResponse* response) override;
  Reactor* ConfirmRollback(Context* context, const rhumb::v1::ConfirmRollbackRequest* request,
                           rhumb::v1::SettingResponse* response) override;
  Reactor* GetStatus(Context* context, const rhumb::v1::GetStatusRequest* request,
                     rhumb::v1::ControllerStatus* response) override;
  Reactor* GetPlan(Context* context, const rhumb::v1::GetPlanRequest* request,
                   rhumb::v1::LivePlan* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchPlan(Context* context,
                                                        const grpc::ByteBuffer* request) override;
  Reactor* ExplainDecision(Context* context, const rhumb::v1::ExplainDecisionRequest* request,
                           rhumb::v1::ExplainDecisionResponse* response) override;
  Reactor* ListAudit(Context* context, const rhumb::v1::ListAuditRequest* request,
                     rhumb::v1::ListAuditResponse* response) override;

 private:
  ServiceParts& parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_

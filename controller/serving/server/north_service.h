// The side of operators and programs; see proto/rhumb/v1/north.proto for what each call does.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_

#include "controller/serving/server/service_parts.h"
#include "rhumb/v1/north.grpc.pb.h"

namespace rhumb {

// Watchers share the bytes of a plan, so that stream is a raw one. Requests are bytes
// until the caller is known.
using NorthMethods = rhumb::v1::North::WithRawCallbackMethod_ComputeRoutes<
    rhumb::v1::North::WithRawCallbackMethod_EvaluatePlan<
        rhumb::v1::North::WithRawCallbackMethod_DrainLink<
            rhumb::v1::North::WithRawCallbackMethod_UndrainLink<
                rhumb::v1::North::WithRawCallbackMethod_SetPolicy<
                    rhumb::v1::North::WithRawCallbackMethod_PinDemand<
                        rhumb::v1::North::WithRawCallbackMethod_RollbackPlan<
                            rhumb::v1::North::WithRawCallbackMethod_ConfirmRollback<
                                rhumb::v1::North::WithRawCallbackMethod_GetStatus<
                                    rhumb::v1::North::WithRawCallbackMethod_GetPlan<
                                        rhumb::v1::North::WithRawCallbackMethod_WatchPlan<
                                            rhumb::v1::North::WithRawCallbackMethod_ExplainDecision<
                                                rhumb::v1::North::WithRawCallbackMethod_ListAudit<
                                                    rhumb::v1::North::Service>>>>>>>>>>>>>;

// Handlers ask the gate and hand on (calls/north_calls).
class NorthService final : public NorthMethods {
 public:
  explicit NorthService(ServiceParts& parts) : parts_(parts) {}

  using Context = grpc::CallbackServerContext;
  using Reactor = grpc::ServerUnaryReactor;

  Reactor* ComputeRoutes(Context* context, const grpc::ByteBuffer* bytes,
                         grpc::ByteBuffer* response) override;
  Reactor* EvaluatePlan(Context* context, const grpc::ByteBuffer* bytes,
                        grpc::ByteBuffer* response) override;
  Reactor* DrainLink(Context* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) override;
  Reactor* UndrainLink(Context* context, const grpc::ByteBuffer* bytes,
                       grpc::ByteBuffer* response) override;
  Reactor* SetPolicy(Context* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) override;
  Reactor* PinDemand(Context* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) override;
  Reactor* RollbackPlan(Context* context, const grpc::ByteBuffer* bytes,
                        grpc::ByteBuffer* response) override;
  Reactor* ConfirmRollback(Context* context, const grpc::ByteBuffer* bytes,
                           grpc::ByteBuffer* response) override;
  Reactor* GetStatus(Context* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) override;
  Reactor* GetPlan(Context* context, const grpc::ByteBuffer* bytes,
                   grpc::ByteBuffer* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchPlan(Context* context,
                                                        const grpc::ByteBuffer* request) override;
  Reactor* ExplainDecision(Context* context, const grpc::ByteBuffer* bytes,
                           grpc::ByteBuffer* response) override;
  Reactor* ListAudit(Context* context, const grpc::ByteBuffer* bytes,
                     grpc::ByteBuffer* response) override;

 private:
  ServiceParts& parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_NORTH_SERVICE_H_

#include "controller/serving/server/north_service.h"

#include "controller/serving/server/unary_call.h"
#include "controller/serving/server/watch_stream.h"

namespace rhumb {
namespace {

// The gate, then what calls/north_calls says.
template <typename Request>
grpc::ServerUnaryReactor* Handle(ServiceParts& parts, grpc::CallbackServerContext* context,
                                 const grpc::ByteBuffer* bytes, grpc::ByteBuffer* response) {
  using Call = NorthCall<Request>;
  using Response = typename Call::Response;
  UnaryCall<Response> call(parts, Call::kMethod, context, response);
  if (!call.Admit(Call::kRole)) return call.reactor();
  const std::shared_ptr<const Request> request = call.template Read<Request>(*bytes);
  if (request == nullptr) return call.reactor();
  parts.north_calls.Answer(request, call.asker(), [call](absl::StatusOr<Response> result) {
    call.Finish(std::move(result));
  });
  return call.reactor();
}

}  // namespace

NorthService::Reactor* NorthService::ComputeRoutes(Context* context, const grpc::ByteBuffer* bytes,
                                                   grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::ComputeRoutesRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::EvaluatePlan(Context* context, const grpc::ByteBuffer* bytes,
                                                  grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::EvaluatePlanRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::DrainLink(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::DrainLinkRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::UndrainLink(Context* context, const grpc::ByteBuffer* bytes,
                                                 grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::UndrainLinkRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::SetPolicy(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::SetPolicyRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::PinDemand(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::PinDemandRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::RollbackPlan(Context* context, const grpc::ByteBuffer* bytes,
                                                  grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::RollbackPlanRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::ConfirmRollback(Context* context,
                                                     const grpc::ByteBuffer* bytes,
                                                     grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::ConfirmRollbackRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::GetStatus(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::GetStatusRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::GetPlan(Context* context, const grpc::ByteBuffer* bytes,
                                             grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::GetPlanRequest>(parts_, context, bytes, response);
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* NorthService::WatchPlan(
    Context* context, const grpc::ByteBuffer* request) {
  return WatchStream::Start(parts_, context, request);
}

NorthService::Reactor* NorthService::ExplainDecision(Context* context,
                                                     const grpc::ByteBuffer* bytes,
                                                     grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::ExplainDecisionRequest>(parts_, context, bytes, response);
}

NorthService::Reactor* NorthService::ListAudit(Context* context, const grpc::ByteBuffer* bytes,
                                               grpc::ByteBuffer* response) {
  return Handle<rhumb::v1::ListAuditRequest>(parts_, context, bytes, response);
}

}  // namespace rhumb

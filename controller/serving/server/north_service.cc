#include "controller/serving/server/north_service.h"

#include <memory>
#include <utility>

#include "controller/serving/server/unary_call.h"
#include "controller/serving/server/watch_stream.h"

namespace rhumb {

NorthService::NorthService(ServiceParts& parts) : RequestService("rhumb.v1.North"), parts_(parts) {
  AddCall<rhumb::v1::ComputeRoutesRequest>("ComputeRoutes");
  AddCall<rhumb::v1::EvaluatePlanRequest>("EvaluatePlan");
  AddCall<rhumb::v1::DrainLinkRequest>("DrainLink");
  AddCall<rhumb::v1::UndrainLinkRequest>("UndrainLink");
  AddCall<rhumb::v1::SetPolicyRequest>("SetPolicy");
  AddCall<rhumb::v1::PinDemandRequest>("PinDemand");
  AddCall<rhumb::v1::RollbackPlanRequest>("RollbackPlan");
  AddCall<rhumb::v1::ConfirmRollbackRequest>("ConfirmRollback");
  AddCall<rhumb::v1::GetStatusRequest>("GetStatus");
  AddCall<rhumb::v1::GetPlanRequest>("GetPlan");
  AddCall<rhumb::v1::ExplainDecisionRequest>("ExplainDecision");
  AddCall<rhumb::v1::ListAuditRequest>("ListAudit");
  Add<Bytes, Bytes>("WatchPlan", [this](grpc::CallbackServerContext* context) {
    return WatchStream::Start(parts_, context);
  });
}

template <typename Request>
void NorthService::AddCall(const std::string& method) {
  using Facts = NorthCall<Request>;
  using Call = UnaryCall<Request, typename Facts::Response>;
  Add<Bytes, Bytes>(method, [this](grpc::CallbackServerContext* context) {
    return new Call(parts_, Facts::kMethod, Facts::kRole, context,
                    [this](std::shared_ptr<const Request> request, Call& call) {
                      const NorthCalls::Asker asker{
                          call.who(), call.role(), [&call] { return CheckWanted(call.context()); }};
                      parts_.north_calls.Answer(
                          std::move(request), asker,
                          [&call](absl::StatusOr<typename Facts::Response> result) {
                            call.Finish(std::move(result));
                          });
                    });
  });
}

}  // namespace rhumb

#include "controller/serving/server/south_service.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <memory>
#include <utility>

#include "controller/serving/calls/kept_answer.h"
#include "controller/serving/server/plan_stream.h"
#include "controller/serving/server/telemetry_stream.h"
#include "controller/serving/server/unary_call.h"

namespace rhumb {

SouthService::SouthService(ServiceParts& parts) : RequestService("rhumb.v1.South"), parts_(parts) {
  AddChange<rhumb::v1::SetTopologyRequest, rhumb::v1::SetTopologyResponse>(
      "SetTopology", CallMethod::kSetTopology,
      [](ControllerCore& core, const auto& request, const std::string& who) {
        return core.south().SetTopology(request, who);
      });
  AddChange<rhumb::v1::UpdateTopologyRequest, rhumb::v1::UpdateTopologyResponse>(
      "UpdateTopology", CallMethod::kUpdateTopology,
      [](ControllerCore& core, const auto& request, const std::string& who) {
        return core.south().UpdateTopology(request, who);
      });
  Add<rhumb::v1::TelemetryReport, rhumb::v1::TelemetryAnswer>(
      "StreamTelemetry", [this](grpc::CallbackServerContext* context) {
        return TelemetryStream::Start(parts_, context);
      });
  Add<Bytes, Bytes>("StreamPlans", [this](grpc::CallbackServerContext* context) {
    return PlanStream::Start(parts_, context);
  });
}

template <typename Request, typename Response, typename Work>
void SouthService::AddChange(const std::string& method, CallMethod counted_as, Work work) {
  using Call = UnaryCall<Request, Response>;
  Add<Bytes, Bytes>(method, [this, counted_as, work](grpc::CallbackServerContext* context) {
    return new Call(parts_, counted_as, Role::kAdapter, context,
                    [this, work](std::shared_ptr<const Request> request, Call& call) {
                      parts_.control.Call<Response>(
                          [request, work, &call](ControllerCore& core) -> absl::StatusOr<Response> {
                            if (auto status = CheckWanted(call.context()); !status.ok())
                              return status;
                            return work(core, *request, call.who());
                          },
                          [this, &call](absl::StatusOr<Response> result) {
                            call.Finish(KeptAnswer(parts_.standing, std::move(result)));
                          });
                    });
  });
}

}  // namespace rhumb

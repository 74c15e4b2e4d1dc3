#include "controller/serving/server/south_service.h"

#include "controller/serving/server/plan_stream.h"
#include "controller/serving/server/telemetry_stream.h"
#include "controller/serving/server/unary_call.h"

namespace rhumb {

grpc::ServerUnaryReactor* SouthService::SetTopology(grpc::CallbackServerContext* context,
                                                    const grpc::ByteBuffer* bytes,
                                                    grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::SetTopologyResponse> call(parts_, CallMethod::kSetTopology, context,
                                                 response);
  if (!call.Admit(Role::kAdapter)) return call.reactor();
  if (const auto request = call.Read<rhumb::v1::SetTopologyRequest>(*bytes)) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.south().SetTopology(*request, who);
    });
  }
  return call.reactor();
}

grpc::ServerUnaryReactor* SouthService::UpdateTopology(grpc::CallbackServerContext* context,
                                                       const grpc::ByteBuffer* bytes,
                                                       grpc::ByteBuffer* response) {
  UnaryCall<rhumb::v1::UpdateTopologyResponse> call(parts_, CallMethod::kUpdateTopology, context,
                                                    response);
  if (!call.Admit(Role::kAdapter)) return call.reactor();
  if (const auto request = call.Read<rhumb::v1::UpdateTopologyRequest>(*bytes)) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.south().UpdateTopology(*request, who);
    });
  }
  return call.reactor();
}

grpc::ServerBidiReactor<rhumb::v1::TelemetryReport, rhumb::v1::TelemetryAnswer>*
SouthService::StreamTelemetry(grpc::CallbackServerContext* context) {
  return TelemetryStream::Start(parts_, context);
}

grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* SouthService::StreamPlans(
    grpc::CallbackServerContext* context) {
  return PlanStream::Start(parts_, context);
}

}  // namespace rhumb

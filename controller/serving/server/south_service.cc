#include "controller/serving/server/south_service.h"

#include "controller/serving/server/plan_stream.h"
#include "controller/serving/server/telemetry_stream.h"
#include "controller/serving/server/unary_call.h"

namespace rhumb {

grpc::ServerUnaryReactor* SouthService::SetTopology(grpc::CallbackServerContext* context,
                                                    const rhumb::v1::SetTopologyRequest* request,
                                                    rhumb::v1::SetTopologyResponse* response) {
  UnaryCall call(parts_, CallMethod::kSetTopology, context, response);
  if (call.Admit(Role::kAdapter)) {
    call.OnControlThread([request](ControllerCore& core, const std::string& who) {
      return core.south().SetTopology(*request, who);
    });
  }
  return call.reactor();
}

grpc::ServerUnaryReactor* SouthService::UpdateTopology(
    grpc::CallbackServerContext* context, const rhumb::v1::UpdateTopologyRequest* request,
    rhumb::v1::UpdateTopologyResponse* response) {
  UnaryCall call(parts_, CallMethod::kUpdateTopology, context, response);
  if (call.Admit(Role::kAdapter)) {
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

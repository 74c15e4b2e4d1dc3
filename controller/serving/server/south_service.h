// The side of SDN controllers; see proto/rhumb/v1/south.proto for what each call does.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_

#include "controller/serving/server/service_parts.h"
#include "rhumb/v1/south.grpc.pb.h"

namespace rhumb {

// Plans are written as bytes that many streams share, so that stream is a raw one. Requests are
// bytes until the caller is known: parsed, they take forty times the memory.
using SouthMethods = rhumb::v1::South::WithRawCallbackMethod_SetTopology<
    rhumb::v1::South::WithRawCallbackMethod_UpdateTopology<
        rhumb::v1::South::WithCallbackMethod_StreamTelemetry<
            rhumb::v1::South::WithRawCallbackMethod_StreamPlans<rhumb::v1::South::Service>>>>;

// Handlers only enqueue.
class SouthService final : public SouthMethods {
 public:
  explicit SouthService(ServiceParts& parts) : parts_(parts) {}

  grpc::ServerUnaryReactor* SetTopology(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* bytes,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateTopology(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* bytes,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerBidiReactor<rhumb::v1::TelemetryReport, rhumb::v1::TelemetryAnswer>* StreamTelemetry(
      grpc::CallbackServerContext* context) override;
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamPlans(
      grpc::CallbackServerContext* context) override;

 private:
  ServiceParts& parts_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_SOUTH_SERVICE_H_

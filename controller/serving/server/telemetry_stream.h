// One source's telemetry stream.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_TELEMETRY_STREAM_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_TELEMETRY_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include "absl/status/statusor.h"
#include "controller/serving/server/stream_call.h"
#include "rhumb/v1/south.pb.h"

namespace rhumb {

// Report, answer, report, answer: the next report is read when the answer to the one before is
// written, so a flood waits in the sender's connection.
class TelemetryStream final
    : public grpc::ServerBidiReactor<rhumb::v1::TelemetryReport, rhumb::v1::TelemetryAnswer>,
      public StreamCall {
 public:
  static TelemetryStream* Start(ServiceParts& parts, grpc::CallbackServerContext* context);

 private:
  explicit TelemetryStream(ServiceParts& parts) : StreamCall(parts, CallMethod::kStreamTelemetry) {}

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override { End(absl::CancelledError("the adapter is gone")); }
  void OnDone() override { Leave(); }
  void FinishCall(const grpc::Status& status) override { Finish(status); }
  void Answer(absl::StatusOr<rhumb::v1::TelemetryAnswer> answer);

  rhumb::v1::TelemetryReport report_;  // gRPC's, then the control thread's, in turn
  rhumb::v1::TelemetryAnswer answer_;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_TELEMETRY_STREAM_H_

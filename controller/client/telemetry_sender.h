// An adapter's side of South.StreamTelemetry: a report, its answer, the next report.
#ifndef RHUMB_CONTROLLER_CLIENT_TELEMETRY_SENDER_H_
#define RHUMB_CONTROLLER_CLIENT_TELEMETRY_SENDER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "controller/client/connection.h"
#include "rhumb/v1/south.grpc.pb.h"

namespace rhumb {

// Used from one thread at a time.
class TelemetrySender {
 public:
  explicit TelemetrySender(const Connection& connection) : connection_(connection) {}
  ~TelemetrySender() { Close(); }

  // Sends the report and waits for its answer, which may be a refusal (answer.error). When the
  // stream is broken it is opened again and the report repeated: a report that had arrived counts
  // as a duplicate then. The server's error once it is final or the connection's timeout is over.
  absl::StatusOr<rhumb::v1::TelemetryAnswer> Report(const rhumb::v1::TelemetryReport& report);
  // Cuts the connection; the next report opens it again.
  void Close();

 private:
  using Stream = grpc::ClientReaderWriter<rhumb::v1::TelemetryReport, rhumb::v1::TelemetryAnswer>;

  void Open();
  bool Exchange(const rhumb::v1::TelemetryReport& report, SteadyTime deadline,
                rhumb::v1::TelemetryAnswer* answer);

  const Connection connection_;
  Connection::Target target_;  // of the stream
  std::unique_ptr<rhumb::v1::South::Stub> south_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<Stream> stream_;  // null: not open
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_CLIENT_TELEMETRY_SENDER_H_

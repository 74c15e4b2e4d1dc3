#include "controller/client/telemetry_sender.h"

#include <grpcpp/alarm.h>

#include "absl/synchronization/notification.h"

namespace rhumb {

void TelemetrySender::Open() {
  target_ = connection_.target();
  south_ = rhumb::v1::South::NewStub(target_.channel);
  context_ = std::make_unique<grpc::ClientContext>();
  connection_.Prepare(context_.get());
  stream_ = south_->StreamTelemetry(context_.get());
}

void TelemetrySender::Close() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  rhumb::v1::TelemetryAnswer ignored;
  while (stream_->Read(&ignored)) continue;
  stream_->Finish();
  stream_ = nullptr;
}

// A stream has one deadline for all of its life, so an alarm watches over each exchange.
bool TelemetrySender::Exchange(const rhumb::v1::TelemetryReport& report, SteadyTime deadline,
                               rhumb::v1::TelemetryAnswer* answer) {
  absl::Notification over;
  grpc::Alarm alarm;
  alarm.Set(GrpcDeadline(deadline), [this, &over](bool expired) {
    if (expired) context_->TryCancel();
    over.Notify();
  });
  const bool answered = stream_->Write(report) && stream_->Read(answer);
  alarm.Cancel();
  over.WaitForNotification();
  return answered;
}

absl::StatusOr<rhumb::v1::TelemetryAnswer> TelemetrySender::Report(
    const rhumb::v1::TelemetryReport& report) {
  const SteadyTime deadline = SteadyNow() + connection_.timeout();
  Backoff backoff = connection_.MakeBackoff();
  for (;;) {
    if (stream_ == nullptr) Open();
    rhumb::v1::TelemetryAnswer answer;
    const SteadyTime attempt_ends = std::min(deadline, SteadyNow() + connection_.attempt_timeout());
    if (Exchange(report, attempt_ends, &answer)) return answer;
    rhumb::v1::TelemetryAnswer ignored;
    while (stream_->Read(&ignored)) continue;
    const grpc::Status ended = stream_->Finish();
    stream_ = nullptr;
    const absl::Duration pause = backoff.Next();
    bool again = ended.ok() || ended.error_code() == grpc::StatusCode::UNAVAILABLE;
    if (connection_.servers() > 1) {
      CallError error = DecodeError(ended);
      // Cut off here because no answer came in time.
      if (error.code == absl::StatusCode::kCancelled) {
        error.code = absl::StatusCode::kDeadlineExceeded;
        again = true;
      }
      connection_.Follow(error, target_.server);
    }
    if (!again || SteadyNow() + pause >= deadline) {
      return ended.ok() ? absl::UnavailableError("the server ended the telemetry stream")
                        : connection_.Explain(ended);
    }
    absl::SleepFor(pause);
  }
}

}  // namespace rhumb

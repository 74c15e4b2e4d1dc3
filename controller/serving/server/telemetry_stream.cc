#include "controller/serving/server/telemetry_stream.h"

#include <utility>

#include "controller/steering/plan/request_error.h"

namespace rhumb {

TelemetryStream* TelemetryStream::Start(ServiceParts& parts, grpc::CallbackServerContext* context) {
  std::shared_ptr<TelemetryStream> stream(new TelemetryStream(parts));
  // It has no use for plans; among their readers it is ended with them when the server drains.
  if (stream->Enter(*context, Role::kAdapter, true).ok()) {
    absl::MutexLock lock(&stream->mutex_);
    if (!stream->finished_) stream->StartRead(&stream->report_);
  }
  return stream.get();
}

void TelemetryStream::OnReadDone(bool ok) {
  if (!ok) return End(absl::OkStatus());
  if (auto status = parts_.gate.CheckLeads(); !status.ok()) return End(status);
  if (auto status = parts_.gate.CountMessage(caller_); !status.ok()) return Answer(status);
  parts_.control.Call<rhumb::v1::TelemetryAnswer>(
      [self = Self(this)](ControllerCore& core) -> absl::StatusOr<rhumb::v1::TelemetryAnswer> {
        return core.south().TakeTelemetry(self->report_);
      },
      [self = Self(this)](absl::StatusOr<rhumb::v1::TelemetryAnswer> answer) {
        self->Answer(std::move(answer));
      });
}

void TelemetryStream::Answer(absl::StatusOr<rhumb::v1::TelemetryAnswer> answer) {
  if (answer.ok()) {
    answer_ = *std::move(answer);
  } else {
    answer_.Clear();
    answer_.set_sequence(report_.sequence());
    answer_.set_source(Shortened(report_.source()));
    *answer_.mutable_error() = ToProto(answer.status());
  }
  absl::MutexLock lock(&mutex_);
  if (!finished_) StartWrite(&answer_);
}

void TelemetryStream::OnWriteDone(bool ok) {
  absl::MutexLock lock(&mutex_);
  if (!ok) return EndLocked(absl::CancelledError("the adapter is gone"));
  if (!finished_) StartRead(&report_);
}

}  // namespace rhumb

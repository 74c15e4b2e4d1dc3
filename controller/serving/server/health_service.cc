#include "controller/serving/server/health_service.h"

#include "absl/strings/str_format.h"
#include "controller/serving/rpc/grpc_status.h"
#include "controller/serving/server/stream_call.h"

namespace rhumb {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus StatusOf(const std::optional<bool>& serving) {
  if (!serving) return HealthCheckResponse::SERVICE_UNKNOWN;
  return *serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

class HealthWatch final : public grpc::ServerWriteReactor<HealthCheckResponse>, public StreamCall {
 public:
  HealthWatch(ServiceParts& parts, const HealthBoard& board, std::string service)
      : StreamCall(parts, CallMethod::kHealthWatch), board_(board), service_(std::move(service)) {}

  void Start(const grpc::CallbackServerContext& context) {
    if (Enter(context, std::nullopt, true).ok()) Wake();
  }
  void Wake() override {
    absl::MutexLock lock(&mutex_);
    WriteNext();
  }
  // What changed last is still said before the end; whoever is not let in is told nothing.
  void End(const absl::Status& status) override {
    absl::MutexLock lock(&mutex_);
    if (said_) WriteNext();
    EndLocked(status);
  }

 private:
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const HealthCheckResponse::ServingStatus now = StatusOf(board_.Get(service_));
    if (finished_ || writing_ || (said_ && response_.status() == now)) return;
    response_.set_status(now);
    writing_ = said_ = true;
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) return EndLocked(absl::CancelledError("the caller is gone"));
    WriteNext();
  }
  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    EndLocked(absl::CancelledError("the caller is gone"));
  }
  void OnDone() override { Leave(); }
  void FinishCall(const grpc::Status& status) override { Finish(status); }

  const HealthBoard& board_;
  const std::string service_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool said_ ABSL_GUARDED_BY(mutex_) = false;
  HealthCheckResponse response_;  // gRPC's while writing_
};

}  // namespace

grpc::ServerUnaryReactor* HealthService::Check(grpc::CallbackServerContext* context,
                                               const HealthCheckRequest* request,
                                               HealthCheckResponse* response) {
  const auto serving = board_.Get(request->service());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (serving) {
    response->set_status(StatusOf(serving));
    reactor->Finish(grpc::Status::OK);
  } else {
    reactor->Finish(ToGrpc(absl::NotFoundError(absl::StrFormat(
        "no service \"%s\"; ask for \"\", rhumb.v1.South, rhumb.v1.North, rhumb.store or "
        "rhumb.certificates",
        request->service().substr(0, 100)))));
  }
  return reactor;
}

grpc::ServerWriteReactor<HealthCheckResponse>* HealthService::Watch(
    grpc::CallbackServerContext* context, const HealthCheckRequest* request) {
  auto watch = std::make_shared<HealthWatch>(parts_, board_, request->service());
  watch->Start(*context);
  return watch.get();
}

}  // namespace rhumb

#include "controller/serving/server/health_service.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/serving/rpc/grpc_status.h"
#include "controller/serving/server/plan_board.h"
#include "controller/serving/server/stream_call.h"
#include "controller/steering/plan/request_error.h"
#include "grpc/health/v1/health.pb.h"

namespace rhumb {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus StatusOf(const std::optional<bool>& serving) {
  if (!serving) return HealthCheckResponse::SERVICE_UNKNOWN;
  return *serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

// Check, or Watch: one request is read, then one answer or one for every change is written.
class HealthCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>,
                         public StreamCall {
 public:
  HealthCall(ServiceParts& parts, const HealthBoard& board, StrangerReads& reads, bool watches)
      : StreamCall(parts, watches ? std::optional(CallMethod::kHealthWatch) : std::nullopt),
        board_(board),
        reads_(reads),
        watches_(watches) {}

  void Start(const grpc::CallbackServerContext& context) {
    if (!Enter(context, std::nullopt, false).ok()) return;
    const std::weak_ptr<HealthCall> self = Self(this);
    reading_ = reads_.Begin([self] {
      if (const auto call = self.lock()) {
        call->End(RequestError(absl::StatusCode::kResourceExhausted, rhumb::v1::ERROR_REASON_LIMIT,
                               "the request came too slowly, and others wait; send it at once"));
      }
    });
    absl::MutexLock lock(&mutex_);
    if (!finished_) StartRead(&bytes_);
  }
  void Wake() override {
    absl::MutexLock lock(&mutex_);
    WriteNext();
  }
  // What changed last is still said before the end; whoever is not let in is told nothing.
  void End(const absl::Status& status) override {
    absl::MutexLock lock(&mutex_);
    if (said_ && writing_ && said_->status() != StatusOf(board_.Get(service_))) {
      ending_ = status;  // it is said once what is being written is out
      return;
    }
    if (said_) WriteNext();
    EndLocked(status);
  }

 private:
  void OnReadDone(bool ok) override {
    reads_.Done(reading_);
    HealthCheckRequest request;
    const bool readable = ok && FromByteBuffer(bytes_, &request);
    absl::MutexLock lock(&mutex_);
    bytes_.Clear();
    if (!readable) {
      return EndLocked(absl::InvalidArgumentError(
          absl::StrCat("the request is not a ", HealthCheckRequest::descriptor()->full_name())));
    }
    service_ = request.service();
    if (watches_) {
      Join();
      return WriteNext();
    }
    if (board_.Get(service_)) {
      WriteNext();  // and then the end
    } else {
      EndLocked(absl::NotFoundError(absl::StrFormat(
          "no service \"%s\"; ask for \"\", rhumb.v1.South, rhumb.v1.North, rhumb.store or "
          "rhumb.certificates",
          service_.substr(0, 100))));
    }
  }
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const HealthCheckResponse::ServingStatus now = StatusOf(board_.Get(service_));
    if (finished_ || writing_ || (said_ && said_->status() == now)) return;
    said_.emplace().set_status(now);
    writing_ = true;
    bytes_ = ToByteBuffer(*said_);
    StartWrite(&bytes_);
  }
  void OnWriteDone(bool ok) override {
    absl::MutexLock lock(&mutex_);
    writing_ = false;
    if (!ok) return EndLocked(absl::CancelledError("the caller is gone"));
    if (!watches_) return EndLocked(absl::OkStatus());
    WriteNext();
    if (ending_) EndLocked(*ending_);
  }
  void OnCancel() override {
    absl::MutexLock lock(&mutex_);
    EndLocked(absl::CancelledError("the caller is gone"));
  }
  void OnDone() override {
    reads_.Done(reading_);
    Leave();
  }
  void FinishCall(const grpc::Status& status) override { Finish(status); }

  const HealthBoard& board_;
  StrangerReads& reads_;
  const bool watches_;
  uint64_t reading_ = 0;
  grpc::ByteBuffer bytes_;  // gRPC's while it reads, and while writing_
  std::string service_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> ending_ ABSL_GUARDED_BY(mutex_);
  std::optional<HealthCheckResponse> said_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

HealthService::HealthService(ServiceParts& parts, const HealthBoard& board)
    : RequestService("grpc.health.v1.Health") {
  const auto add = [&](const std::string& method, bool watches) {
    Add<Bytes, Bytes>(method,
                      [this, &parts, &board, watches](grpc::CallbackServerContext* context) {
                        auto call = std::make_shared<HealthCall>(parts, board, reads_, watches);
                        call->Start(*context);
                        return call.get();
                      });
  };
  add("Check", false);
  add("Watch", true);
}

}  // namespace rhumb

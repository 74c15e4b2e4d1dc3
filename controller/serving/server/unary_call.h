// What all calls with one answer have in common: admitted, read, done, then answered once.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/clock/grpc/deadline.h"
#include "controller/serving/rpc/grpc_status.h"
#include "controller/serving/server/grpc_credentials.h"
#include "controller/serving/server/plan_board.h"
#include "controller/serving/server/service_parts.h"

namespace rhumb {

// OK while somebody still waits for the answer.
inline absl::Status CheckWanted(const grpc::CallbackServerContext& context) {
  if (HasPassed(context.raw_deadline())) {
    return absl::DeadlineExceededError("the deadline passed while the call waited for its turn");
  }
  if (context.IsCancelled()) return absl::CancelledError("the caller is gone");
  return absl::OkStatus();
}

// One call under way. gRPC would read a request whole before it asks anybody; this asks the gate
// first, so that what a stranger sends is never taken in. Deletes itself when gRPC is done with it.
template <typename Request, typename Response>
class UnaryCall final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // Calls Finish once, on any thread.
  using Work = std::function<void(std::shared_ptr<const Request>, UnaryCall&)>;

  UnaryCall(ServiceParts& parts, CallMethod method, Role role, grpc::CallbackServerContext* context,
            Work work)
      : parts_(parts), method_(method), context_(*context), work_(std::move(work)) {
    auto caller = AdmitCall(parts_, context_, role);
    if (!caller.ok()) {
      Finish(caller.status());
      return;
    }
    who_ = caller->name;
    role_ = caller->role;
    StartRead(&bytes_);
  }

  const std::string& who() const { return who_; }
  Role role() const { return role_; }
  const grpc::CallbackServerContext& context() const { return context_; }

  void Finish(absl::StatusOr<Response> result) {
    if (const auto age = parts_.standing == nullptr ? std::nullopt : parts_.standing->CopyAge()) {
      context_.AddTrailingMetadata("rhumb-copy-age",
                                   absl::StrFormat("%.3f", absl::ToDoubleSeconds(*age)));
    }
    parts_.metrics.CountCall(method_, result.status().code());
    if (!result.ok()) return ServerBidiReactor::Finish(ToGrpc(result.status()));
    bytes_ = ToByteBuffer(*result);
    StartWriteAndFinish(&bytes_, grpc::WriteOptions(), grpc::Status::OK);
  }

 private:
  void OnReadDone(bool ok) override {
    auto request = std::make_shared<Request>();
    if (!ok || !FromByteBuffer(bytes_, request.get())) {
      return Finish(absl::InvalidArgumentError(
          absl::StrCat("the request is not a ", Request::descriptor()->full_name())));
    }
    bytes_.Clear();
    work_(std::move(request), *this);
  }
  void OnDone() override { delete this; }

  ServiceParts& parts_;
  const CallMethod method_;
  grpc::CallbackServerContext& context_;
  const Work work_;
  grpc::ByteBuffer bytes_;  // the request's, then the response's
  std::string who_;
  Role role_ = Role::kViewer;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

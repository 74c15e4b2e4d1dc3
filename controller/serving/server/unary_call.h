// What all calls with one answer have in common: admitted, read, done, then answered once.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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

// One call under way, of a raw method: the request is parsed once the caller is known (Read).
// Response stays valid until Finish. Copied into what does the work.
template <typename Response>
class UnaryCall {
 public:
  UnaryCall(ServiceParts& parts, CallMethod method, grpc::CallbackServerContext* context,
            grpc::ByteBuffer* response)
      : parts_(parts),
        method_(method),
        context_(context),
        reactor_(context->DefaultReactor()),
        response_(response) {}

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }
  // False, with the call finished, when the caller may not.
  bool Admit(Role role) {
    auto caller = parts_.gate.Admit(CredentialsOf(*context_), role);
    if (!caller.ok()) {
      Finish(caller.status());
      return false;
    }
    who_ = caller->name;
    role_ = caller->role;
    return true;
  }
  // What a caller who was admitted sent; null, with the call finished, when it is no such message.
  template <typename Request>
  std::shared_ptr<const Request> Read(const grpc::ByteBuffer& bytes) const {
    auto request = std::make_shared<Request>();
    if (FromByteBuffer(bytes, request.get())) return request;
    Finish(absl::InvalidArgumentError(
        absl::StrCat("the request is not a ", Request::descriptor()->full_name())));
    return nullptr;
  }
  NorthCalls::Asker asker() const {
    return {who_, role_, [context = context_] { return rhumb::CheckWanted(*context); }};
  }
  absl::Status CheckWanted() const { return rhumb::CheckWanted(*context_); }

  void Finish(absl::StatusOr<Response> result) const {
    if (result.ok()) *response_ = ToByteBuffer(*result);
    parts_.metrics.CountCall(method_, result.status().code());
    reactor_->Finish(ToGrpc(result.status()));
  }

  // Answers with what `work` says on the control thread, once its change is durable.
  void OnControlThread(
      std::function<absl::StatusOr<Response>(ControllerCore&, const std::string& who)> work) {
    parts_.control.Call<Response>(
        [call = *this, work = std::move(work)](ControllerCore& core) -> absl::StatusOr<Response> {
          if (auto status = call.CheckWanted(); !status.ok()) return status;
          return work(core, call.who_);
        },
        [call = *this](absl::StatusOr<Response> result) { call.Finish(std::move(result)); });
  }

 private:
  ServiceParts& parts_;
  CallMethod method_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
  grpc::ByteBuffer* response_;
  std::string who_;
  Role role_ = Role::kViewer;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

// What all calls with one answer have in common: admitted, then done by the control thread or the
// compute pool, then answered once.
#ifndef RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_
#define RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "controller/clock/grpc/deadline.h"
#include "controller/clock/steady_time.h"
#include "controller/serving/rpc/grpc_status.h"
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
    auto caller = parts_.gate.Admit(*context_, role);
    if (!caller.ok()) {
      Finish(caller.status());
      return false;
    }
    who_ = caller->name;
    lane_ = caller->role == Role::kOperator ? ComputePool::Lane::kOperators
                                            : ComputePool::Lane::kOthers;
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
  const std::string& who() const { return who_; }
  absl::Status CheckWanted() const { return rhumb::CheckWanted(*context_); }

  void Finish(absl::StatusOr<Response> result) const {
    if (const auto age = parts_.standing == nullptr ? std::nullopt : parts_.standing->CopyAge()) {
      context_->AddTrailingMetadata("rhumb-copy-age",
                                    absl::StrFormat("%.3f", absl::ToDoubleSeconds(*age)));
    }
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
        [call = *this](absl::StatusOr<Response> result) {
          call.Finish(call.Kept(std::move(result)));
        });
  }

  // Answers with what `work` says on a thread of the pool.
  void OnPool(std::function<absl::StatusOr<Response>(PolicyCache*)> work) const {
    On(parts_.compute, std::move(work));
  }
  // The same where nothing is computed: such answers do not wait behind questions that are.
  void OnQuickPool(std::function<absl::StatusOr<Response>(PolicyCache*)> work) const {
    On(parts_.quick, std::move(work));
  }
  ComputePool::Lane lane() const { return lane_; }

 private:
  void On(ComputePool& pool, std::function<absl::StatusOr<Response>(PolicyCache*)> work) const {
    const bool queued = pool.TrySubmit(
        [call = *this, work = std::move(work)](PolicyCache* policies) {
          if (auto status = call.CheckWanted(); !status.ok()) return call.Finish(status);
          const SteadyTime begin = SteadyNow();
          absl::StatusOr<Response> result = Try(work, policies);
          call.parts_.metrics.ObserveStage(Stage::kCompute,
                                           absl::ToDoubleSeconds(SteadyNow() - begin));
          call.Finish(std::move(result));
        },
        lane_);
    if (!queued) {
      Finish(absl::ResourceExhaustedError(
          "all workers are busy and enough waits already; try again after a pause, or raise "
          "limits.compute_threads and limits.compute_queue"));
    }
  }

  // What could not be kept because the lead is over is for the next leader to do.
  absl::StatusOr<Response> Kept(absl::StatusOr<Response> result) const {
    if constexpr (HasDurable<Response>::value) {
      if (result.ok() && !result->durable()) {
        if (auto status = parts_.gate.CheckLeads(); !status.ok()) return status;
      }
    }
    return result;
  }

  static absl::StatusOr<Response> Try(
      const std::function<absl::StatusOr<Response>(PolicyCache*)>& work, PolicyCache* policies) {
    try {
      return work(policies);
    } catch (const std::exception& e) {
      return absl::InternalError(std::string("the question could not be answered: ") + e.what());
    }
  }

  ServiceParts& parts_;
  CallMethod method_;
  grpc::CallbackServerContext* context_;
  grpc::ServerUnaryReactor* reactor_;
  grpc::ByteBuffer* response_;
  std::string who_;
  ComputePool::Lane lane_ = ComputePool::Lane::kOthers;
};

}  // namespace rhumb

#endif  // RHUMB_CONTROLLER_SERVING_SERVER_UNARY_CALL_H_

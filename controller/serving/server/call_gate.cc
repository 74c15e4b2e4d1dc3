#include "controller/serving/server/call_gate.h"

#include "absl/strings/str_format.h"
#include "controller/clock/steady_time.h"
#include "controller/steering/plan/request_error.h"

namespace rhumb {
namespace {

constexpr char kAuthorization[] = "authorization";

absl::Status LimitError(absl::string_view message) {
  return RequestError(absl::StatusCode::kResourceExhausted, rhumb::v1::ERROR_REASON_LIMIT, message);
}

}  // namespace

absl::Status DrainingError() {
  return RequestError(absl::StatusCode::kUnavailable, rhumb::v1::ERROR_REASON_NOT_READY,
                      "the controller shuts down; try again, or another controller");
}

absl::StatusOr<Caller> CallGate::Admit(const grpc::ServerContextBase& context, Role needed) {
  if (closed_) return DrainingError();
  std::optional<absl::string_view> authorization;
  const auto& metadata = context.client_metadata();
  if (const auto it = metadata.find(kAuthorization); it != metadata.end()) {
    authorization = absl::string_view(it->second.data(), it->second.size());
  }
  auto caller = access_.Identify(authorization, context.peer(), needed);
  if (!caller.ok()) return caller;
  if (auto status = CountMessage(*caller); !status.ok()) return status;
  return caller;
}

absl::StatusOr<Caller> CallGate::AdmitAnybody(const grpc::ServerContextBase& context) {
  if (closed_) return DrainingError();
  const std::string address = context.peer();
  Caller caller{address, Role::kViewer, WithoutPort(address)};
  if (auto status = CountMessage(caller); !status.ok()) return status;
  return caller;
}

absl::Status CallGate::CountMessage(const Caller& caller) {
  if (rate_.Take(caller.peer, SteadyNow())) return absl::OkStatus();
  return LimitError(absl::StrFormat(
      "%s calls more than %g times a second; call less often (limits.calls_per_second)",
      caller.peer, limits_.calls_per_second));
}

absl::StatusOr<std::unique_ptr<CallGate::Place>> CallGate::TakePlace(const Caller& caller) {
  absl::MutexLock lock(&mutex_);
  if (all_streams_ >= limits_.streams) {
    return LimitError(
        absl::StrFormat("%d streams are open, which is the limit (limits.streams)", all_streams_));
  }
  int& streams = streams_[caller.peer];
  if (streams >= limits_.streams_per_peer) {
    return LimitError(
        absl::StrFormat("%s has %d streams open, which is the limit (limits.streams_per_peer)",
                        caller.peer, streams));
  }
  ++streams;
  ++all_streams_;
  return std::make_unique<Place>(this, caller.peer);
}

void CallGate::Leave(const std::string& peer) {
  absl::MutexLock lock(&mutex_);
  --all_streams_;
  const auto it = streams_.find(peer);
  if (--it->second == 0) streams_.erase(it);
}

}  // namespace rhumb
